"""Labs, imaging, fusion and decisions fit together: a conflict of the sources becomes one card with both sides."""

from decimal import Decimal

import pytest
from decision_builders import NOW, extracted, hours_ago, mentioned, note, record

from nlp_engine.assessment import EvidenceKind, MentionLabel, Presence
from nlp_engine.fusion import FusionStage
from nlp_engine.imaging import ImageStage
from nlp_engine.labs import LabStage
from nlp_engine.record import ImageOutput, Observation

LABS, IMAGING, FUSION = LabStage.load(), ImageStage.load(), FusionStage.load()
PROBLEM, TEST = MentionLabel.PROBLEM, MentionLabel.TEST


def cards(stage, text, mentions, *, observations=(), outputs=(), **patient):
    of = record(notes=[text], **patient).model_copy(
        update={"observations": tuple(observations), "image_outputs": tuple(outputs)}
    )
    extractions = [extracted(text, *mentions)]
    lab_results, image_findings = LABS.results(of, as_of=NOW), IMAGING.read(of).findings
    findings = FUSION.fuse(of, extractions, lab_results, image_findings, as_of=NOW)
    decision = stage.decide(
        of,
        extractions=extractions,
        lab_results=lab_results,
        image_findings=image_findings,
        findings=findings,
        as_of=NOW,
    )
    return decision.cards


def observation(name, value, unit, hours=2.0):
    time = None if hours is None else hours_ago(hours)
    return Observation(id=f"o-{name}-{hours}", name=name, value=value, unit=unit, time=time)


def image(score, hours=3.0):
    time = None if hours is None else hours_ago(hours)
    return ImageOutput(id="i1", image_id="x1", label="Pneumonia", score=score, model="m", time=time)


@pytest.mark.parametrize("hours", [2.0, None])
def test_no_pneumonia_in_the_note_and_pneumonia_on_the_image(stage, hours):
    text = note("Chest: no pneumonia.", hours=hours)
    denied = mentioned(text, "pneumonia", label=PROBLEM, presence=Presence.ABSENT, section="findings")
    (card,) = cards(stage, text, [denied], outputs=[image(0.93, hours)])
    assert card.rule_id == "conflict-pneumonia-image-yes"
    assert {e.kind for e in card.evidence} == {EvidenceKind.NOTE, EvidenceKind.IMAGE}
    assert any(text.text[e.start : e.end] == e.statement for e in card.evidence if e.kind is EvidenceKind.NOTE)


def test_an_old_note_does_not_contradict_todays_image(stage):
    text = note("Chest: no pneumonia.", hours=24 * 20)
    denied = mentioned(text, "pneumonia", label=PROBLEM, presence=Presence.ABSENT, section="findings")
    assert cards(stage, text, [denied], outputs=[image(0.93)]) == ()


def test_normal_renal_function_in_the_note_and_a_creatinine_of_3_1(stage):
    text = note("Renal function normal.")
    normal = mentioned(text, "Renal function", label=TEST, section="labs")
    (card,) = cards(stage, text, [normal], observations=[observation("Creatinine", "3.1", "mg/dL")])
    assert card.rule_id == "conflict-kidney-note-normal"
    assert card.summary == "Notes say the kidneys are normal, creatinine is 3.1 mg/dL: consider which is right."
    assert {e.kind for e in card.evidence} == {EvidenceKind.NOTE, EvidenceKind.OBSERVATION}
    assert cards(stage, text, [normal], observations=[observation("Creatinine", "0.9", "mg/dL")]) == ()


def test_normal_renal_function_weeks_before_is_no_conflict(stage):
    text = note("Renal function normal.", hours=24 * 15)
    normal = mentioned(text, "Renal function", label=TEST, section="labs")
    assert cards(stage, text, [normal], observations=[observation("Creatinine", "3.1", "mg/dL")]) == ()


def test_a_suspected_infection_in_the_note_with_vital_signs(stage):
    text = note("Assessment: pneumonia.")
    present = mentioned(text, "pneumonia", label=PROBLEM, section="assessment")
    rows = [observation("RR", "26", "/min"), observation("BP", "92/50", "mmHg")]
    assert [card.rule_id for card in cards(stage, text, [present], observations=rows)] == ["sepsis-qsofa"]
    assert cards(stage, text, [present], observations=rows, age_years=Decimal(5)) == ()


def test_a_fathers_pneumonia_is_no_infection(stage):
    text = note("Father died of pneumonia.")
    fathers = mentioned(text, "pneumonia", label=PROBLEM, section="family_history", experiencer="family")
    rows = [observation("RR", "26", "/min"), observation("BP", "92/50", "mmHg")]
    fired = [card.rule_id for card in cards(stage, text, [fathers], observations=rows)]
    assert fired == ["vital-sign-red"]
