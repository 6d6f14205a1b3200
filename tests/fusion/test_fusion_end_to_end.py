"""A child's note, results and X-ray through the whole engine, with the embedded network."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from nlp_engine.assessment import EvidenceKind, Indicator, Status
from nlp_engine.engine import Engine
from nlp_engine.imaging.chest.model import embedded_folder
from nlp_engine.record import PatientRecord
from nlp_engine.report import render_report

FOLDER = Path(__file__).parents[2] / "corpus_samples" / "p15-child-with-cough"
pytestmark = pytest.mark.skipif(
    not (embedded_folder() / "model.json").is_file(), reason="the embedded chest network is not here"
)


@pytest.fixture(scope="module")
def engine():
    return Engine.load()


@pytest.fixture(scope="module")
def record():
    return PatientRecord.from_folder(FOLDER)


def pneumonia(assessment):
    return {finding.concept: finding for finding in assessment.findings}["pneumonia"]


def test_note_results_and_picture_meet_in_one_finding(engine, record):
    assessment = engine.assess(record)
    finding = pneumonia(assessment)
    assert finding.status is Status.PRESENT
    assert {one.kind for one in finding.supporting} == {
        EvidenceKind.NOTE, EvidenceKind.OBSERVATION, EvidenceKind.IMAGE,
    }  # fmt: skip
    assert (finding.opposing, finding.missing) == ((), ())
    labels = [one.label for one in assessment.image_findings]
    assert labels == ["pneumonia", "bacterial_pneumonia", "viral_pneumonia"]
    assert assessment.image_findings[0].looked_at
    assert "Where the model looked for pneumonia, not a finding." in render_report(assessment)


def test_what_the_note_only_suspects_asks_for_a_reading_of_the_picture(engine, record):
    cards = {card.rule_id: card for card in engine.assess(record).cards}
    card = cards["image-model-unconfirmed-pneumonia"]
    assert (card.indicator, card.is_conflict) == (Indicator.INFO, False)
    assert EvidenceKind.IMAGE in {evidence.kind for fact in card.facts for evidence in fact.evidence}


def test_a_picture_of_three_weeks_ago_does_not_meet_the_results_of_today(engine, record):
    old = tuple(one.model_copy(update={"time": one.time - timedelta(days=21)}) for one in record.images)
    assessment = engine.assess(record.model_copy(update={"images": old}))
    assert pneumonia(assessment).status is Status.POSSIBLE
    assert EvidenceKind.IMAGE in pneumonia(assessment).missing
    assert assessment.image_findings
    assert "image-model-unconfirmed-pneumonia" not in [card.rule_id for card in assessment.cards]


@pytest.mark.parametrize("said", ["no pneumonia", "no pneumonia on CXR", "CXR negative for pneumonia"])
def test_a_note_that_denies_it_is_a_conflict_with_a_card(engine, record, said):
    (note,) = record.notes
    text = note.text.replace("possible pneumonia", said)
    assessment = engine.assess(record.model_copy(update={"notes": (note.model_copy(update={"text": text}),)}))
    finding = pneumonia(assessment)
    assert finding.status is Status.CONFLICTING
    assert [one.kind for one in finding.opposing] == [EvidenceKind.NOTE]
    assert "conflict-pneumonia-image-yes" in [card.rule_id for card in assessment.cards if card.is_conflict]


def test_an_adult_is_refused_in_one_sentence_and_has_no_map(engine, record):
    adult = record.patient.model_copy(update={"age_years": Decimal(40)})
    assessment = engine.assess(record.model_copy(update={"patient": adult}))
    assert assessment.image_findings == ()
    assert EvidenceKind.IMAGE in pneumonia(assessment).missing
    page = render_report(assessment)
    assert re.search(r"The chest network did not judge the picture\. The patient is \d+ years or older", page)
    assert "Where the model looked" not in page
