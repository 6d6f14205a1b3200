"""How far beyond its limit a result is, and what a creatinine says of the kidneys."""

from __future__ import annotations

from decimal import Decimal

import pytest
from fusion_builders import absent, creatinine, crp, day, fuse, potassium, result, said, sodium, temperature
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.assessment import Flag, Status
from nlp_engine.record import Patient, Sex

WOMAN = Patient(id="p1", sex=Sex.FEMALE, age_years=Decimal(60))
MAN = Patient(id="p1", sex=Sex.MALE, age_years=Decimal(66))


def hemoglobin(value, flag=Flag.LOW):
    return result("718-7", "Hemoglobin", value, "g/dL", flag, low="13.5", high="17.5")


@pytest.mark.parametrize(
    ("lab", "concept"),
    [(hemoglobin("13.1"), "anemia"), (sodium("135"), "hyponatremia"), (potassium("5.1"), "hyperkalemia")],
)
def test_a_result_a_little_beyond_its_interval_is_possible(lab, concept):
    finding = fuse(labs=(lab,))[concept]
    assert finding.status is Status.POSSIBLE
    assert finding.confidence < 0.6
    assert "slightly" in finding.supporting[0].statement


@pytest.mark.parametrize(
    ("lab", "concept"),
    [(hemoglobin("8.0"), "anemia"), (sodium("130"), "hyponatremia"), (potassium("6.7"), "hyperkalemia")],
)
def test_a_result_far_beyond_its_interval_is_present(lab, concept):
    finding = fuse(labs=(lab,))[concept]
    assert finding.status is Status.PRESENT
    assert finding.confidence > 0.7


def test_an_interval_with_one_end_is_measured_in_multiples():
    assert fuse(labs=(crp("9"),))["inflammation"].status is Status.POSSIBLE
    assert fuse(labs=(crp("24"),))["inflammation"].confidence == 0.9


def test_a_critical_result_has_its_full_weight():
    assert fuse(labs=(hemoglobin("13.4", Flag.CRITICAL_LOW),))["anemia"].confidence == 0.9


def test_beyond_the_limit_of_a_guideline_is_present():
    finding = fuse(labs=(temperature("38.1", low="36.5", high="37.3"),))["fever"]
    assert (finding.status, finding.confidence) == (Status.PRESENT, 0.9)


def test_a_borderline_result_against_a_note_is_no_conflict():
    note = absent("hyperkalemia")
    assert fuse(note, labs=(potassium("5.1"),))["hyperkalemia"].status is Status.POSSIBLE
    assert fuse(note, labs=(potassium("6.7"),))["hyperkalemia"].status is Status.CONFLICTING


@given(st.decimals("5.1", "9", places=1), st.decimals("5.1", "9", places=1))
def test_farther_beyond_is_never_weaker(one, other):
    near, far = sorted((one, other))
    weak, strong = (fuse(labs=(potassium(str(value)),))["hyperkalemia"] for value in (near, far))
    assert weak.confidence <= strong.confidence


def test_a_creatinine_just_above_its_interval_with_a_good_egfr_is_no_kidney_impairment():
    assert "kidney_impairment" not in fuse(labs=(creatinine("1.31"),), patient=MAN)


def test_an_egfr_just_below_60_is_weaker_than_one_of_25():
    just, far = (result("98979-8", "eGFR", value, "mL/min/{1.73_m2}", None) for value in ("58", "25"))
    weak, strong = (fuse(labs=(lab,))["kidney_impairment"] for lab in (just, far))
    assert (weak.status, strong.status) == (Status.PRESENT, Status.PRESENT)
    assert weak.confidence < 0.5 < strong.confidence == 0.9


def test_an_egfr_is_calculated_and_names_its_creatinine():
    finding = fuse(labs=(creatinine("3.1"),), patient=MAN)["kidney_impairment"]
    assert finding.status is Status.PRESENT
    (evidence,) = finding.supporting
    assert evidence.statement == (
        "eGFR 21 mL/min/1.73 m² (calculated by CKD-EPI 2021 from creatinine 3.1 mg/dL; below 60)"
    )
    assert (evidence.source_id, evidence.source) == (creatinine("3.1").observation_id, "labs.csv row 2")


@pytest.mark.parametrize(
    "patient",
    [
        Patient(id="p1"),
        Patient(id="p1", sex=Sex.FEMALE),
        Patient(id="p1", sex=Sex.FEMALE, age_years=Decimal(30), pregnant=True),
        Patient(id="p1", sex=Sex.MALE, age_years=Decimal(9)),
    ],
)
def test_without_an_egfr_the_creatinine_decides(patient):
    finding = fuse(labs=(creatinine("3.1"),), patient=patient)["kidney_impairment"]
    assert finding.supporting[0].statement.startswith("creatinine 3.1 mg/dL")


def test_a_reported_egfr_of_the_same_moment_is_taken():
    reported = result("98979-8", "eGFR", "75", "mL/min/{1.73_m2}", None)
    assert "kidney_impairment" not in fuse(labs=(creatinine("1.4"), reported), patient=WOMAN)


def test_a_newer_creatinine_beats_an_older_reported_egfr():
    reported = result("98979-8", "eGFR", "90", "mL/min/{1.73_m2}", None, time=day(1))
    finding = fuse(said("renal failure"), labs=(creatinine("3.1"), reported), patient=WOMAN)["kidney_impairment"]
    assert finding.status is Status.PRESENT
    assert any("creatinine 3.1" in evidence.statement for evidence in finding.supporting)
