"""A risk model at use: estimate with reasons, what it does not answer, and what it adds to a finding."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fusion_builders import NOW, STAGE, potassium, said
from hypothesis import given, settings
from hypothesis import strategies as st
from risk_builders import FEATURES, made_model, spec

from nlp_engine.assessment import EvidenceKind, Status
from nlp_engine.engine import Engine
from nlp_engine.errors import ModelError
from nlp_engine.fusion.features import FeatureReader
from nlp_engine.fusion.risk import RiskStage
from nlp_engine.fusion.risk.encoding import encode
from nlp_engine.fusion.risk.model import calibrated
from nlp_engine.fusion.risk.model_file import Calibration
from nlp_engine.fusion.risk.words import described
from nlp_engine.record import Observation, Patient, PatientRecord, Sex

READER = FeatureReader.load()
WOMAN = Patient(id="p1", sex=Sex.FEMALE, age_years=70)


def read(*notes, labs=(), patient=WOMAN, model=None, as_of=NOW):
    record = PatientRecord(patient=patient, notes=tuple(note for note, _ in notes))
    stage = RiskStage([model or made_model()], READER)
    return stage.read(record, [extraction for _, extraction in notes], labs, (), as_of=as_of)


def test_an_estimate_is_a_score_with_model_reasons_and_evidence():
    (score,) = read(said("heart failure"), labs=(potassium("5.4"),)).scores
    assert score.risk is not None
    # log odds: 2 * (5.4 - 4.0) + 0.5 + 1.0 - 1
    assert score.risk.probability == pytest.approx(0.9644, abs=1e-3)
    assert (str(score.value), score.unit, score.id) == ("96.4", "%", "risk:made")
    assert [reason.words for reason in score.risk.reasons] == [
        "a high potassium (5.4 mmol/L) raises it",
        "heart failure in notes (1) raises it",
        "sex: Female raises it",
    ]
    assert {piece.kind for piece in score.evidence} == {
        EvidenceKind.OBSERVATION,
        EvidenceKind.PATIENT,
        EvidenceKind.NOTE,
    }
    assert score.evidence[0].kind is EvidenceKind.OBSERVATION
    assert "model made, version 0123456789ab, learnt from 500 cases with 100 events" in score.source.label


def test_a_low_value_lowers_it():
    (score,) = read(labs=(potassium("3.2"),), patient=Patient(id="p", sex=Sex.MALE)).scores
    assert score.risk is not None
    assert score.risk.reasons[0].words == "a low potassium (3.2 mmol/L) lowers it"
    assert score.risk.reasons[0].effect < 0


def test_a_test_that_nobody_ordered_is_a_reason():
    (score,) = read(said("heart failure"), model=made_model(limits={"max_missing": 1.0})).scores
    assert score.missing == ("potassium",)
    assert score.risk is not None
    assert "that potassium is not known raises it" in [reason.words for reason in score.risk.reasons]


def test_it_abstains_where_too_much_is_missing_or_a_value_lies_far_outside():
    lacking = read(said("heart failure"))
    assert lacking.scores == ()
    (one,) = lacking.unassessed
    assert (one.rule_id, one.missing) == ("risk:made", ("potassium",))
    (far,) = read(labs=(potassium("8.5"),)).unassessed
    assert far.missing == ("potassium far outside what the model has seen (2.9 to 6.5)",)
    assert read(labs=(potassium("7.6"),)).unassessed == ()


def test_what_comes_after_now_changes_nothing():
    later = potassium("6.4", time=NOW + timedelta(hours=2))
    assert read(labs=(potassium("4.4"), later)) == read(labs=(potassium("4.4"),))


def test_a_high_estimate_adds_to_a_finding_and_makes_none_by_itself():
    high = potassium("5.4")
    reading = read(labs=(high,))
    record = PatientRecord(patient=WOMAN)

    def finding(labs, scores):
        found = STAGE.fuse(record, [], labs, [], as_of=NOW, estimates=scores)
        return next((f for f in found if f.concept == "hyperkalemia"), None)

    without, joined = finding([high], ()), finding([high], reading.scores)
    assert without is not None
    assert joined is not None
    assert without.status is joined.status is Status.PRESENT
    assert without.confidence < joined.confidence <= without.confidence + 0.2
    added = [piece for piece in joined.supporting if piece.kind is EvidenceKind.RISK_MODEL]
    assert [(piece.method, piece.method_version) for piece in added] == [("made", "0123456789ab")]
    assert finding([], reading.scores) is None


def test_an_estimate_below_the_cut_off_adds_nothing():
    reading = read(labs=(potassium("5.4"),), model=made_model(decision_threshold=0.99))
    found = STAGE.fuse(PatientRecord(patient=WOMAN), [], [potassium("5.4")], [], as_of=NOW, estimates=reading.scores)
    assert all(piece.kind is not EvidenceKind.RISK_MODEL for f in found for piece in f.supporting)


def test_the_engine_shows_estimates_in_both_reports():
    engine = replace(Engine.load(), text=None, risk=RiskStage([made_model()], READER))
    row = Observation(
        id="k1", name="Potassium", value="5.4", unit="mmol/L", code="2823-3", time=NOW, source="labs.csv row 2"
    )
    assessment = engine.assess(PatientRecord(patient=WOMAN, observations=(row,)))
    assert assessment.versions["risk model made"] == "0123456789ab"
    assert [score.id for score in assessment.scores if score.risk] == ["risk:made"]
    page = assessment.to_html()
    assert "Estimated chance of a bad turn" in page
    assert "a high potassium (5.4 mmol/L) raises it" in page
    plain = assessment.to_html(audience="patient")
    assert "Chance of getting worse: about 91 in 100." in plain
    assert "The model does not know you." in plain
    assert assessment.model_validate_json(assessment.to_json()) == assessment


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"model\.json cannot be read"):
        RiskStage.load([tmp_path])


@given(st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None)
def test_calibration_keeps_the_order(first, second):
    import numpy as np

    for calibration in (
        Calibration(kind="platt", slope=0.7, intercept=-0.4),
        Calibration(kind="isotonic", raw=(0.1, 0.4, 0.8), calibrated=(0.05, 0.05, 0.9)),
    ):
        low, high = calibrated(calibration, np.array(sorted((first, second))))
        assert 0 <= low <= high <= 1


@given(st.one_of(st.none(), st.floats(), st.text(max_size=3)))
@settings(deadline=None)
def test_any_value_is_encoded_or_missing(value):
    matrix = encode(FEATURES, [{"k": value, "sex": value, "hf": value}])
    assert matrix.shape == (1, 4)


def test_words():
    assert described(spec("smoking", kind="yes_no"), 1.0) == "smoking: yes"
    assert described(spec("p", label="Potassium"), None) == "that potassium is not known"
    assert described(spec("c", label="CRP", high=5.0), 9.0) == "a high CRP (9)"
    assert described(spec("age", unit="a", low=20.0, high=80.0), 50.0) == "age (50 years)"
