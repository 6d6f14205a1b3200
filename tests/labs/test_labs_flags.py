"""Intervals and flags: a result's own interval first, then the table's flag, then a textbook for adults."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_builders import NOW, result, results, row, vital

from nlp_engine.assessment import Flag
from nlp_engine.labs.flags import Bounds, interval_flag, joined_flag
from nlp_engine.record import Sex


@pytest.mark.parametrize(
    ("name", "value", "unit", "flag"),
    [
        ("Potassium", "3.4", "mmol/L", "L"),
        ("Potassium", "3.5", "mmol/L", "N"),
        ("Potassium", "5.2", "mmol/L", "N"),
        ("Potassium", "5.3", "mmol/L", "H"),
        ("Potassium", "6.2", "mmol/L", "HH"),
        ("Potassium", "2.8", "mmol/L", "LL"),
        ("Sodium", "158", "mmol/L", "HH"),
        ("Platelets", "30", "K/uL", "LL"),
        ("ALT", "5", "U/L", "N"),
        ("Triglycerides", "150", "mg/dL", "H"),
        ("MCHC", "30", "g/dL", None),
    ],
)
def test_textbook_flags(name, value, unit, flag):
    assert result(name, value, unit).flag == flag


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (">5.2", "H"),
        (">=5.3", "H"),
        (">=5.2", None),
        ("<3.5", "L"),
        ("<=3.5", None),
        ("<4.0", None),
        (">4.0", None),
        (">6.2", "HH"),
        ("<2.8", "LL"),
        ("<6.5", None),
    ],
)
def test_flags_with_a_comparator(value, flag):
    assert result("Potassium", value, "mmol/L").flag == flag


def test_below_the_detection_limit_is_normal_where_only_a_high_limit_stands():
    assert result("Troponin T", "<0.01", "ng/mL").flag == "N"
    assert result("CRP", "<5", "mg/L").flag == "N"
    assert result("CRP", "<20", "mg/L").flag is None


def test_the_results_own_interval_comes_first():
    own = result("Potassium", "5.4", "mmol/L", reference_low=Decimal("3.5"), reference_high=Decimal("5.5"))
    assert (own.flag, own.interval_source) == ("N", "came with the result")
    textbook = result("Potassium", "5.4", "mmol/L")
    assert textbook.flag == "H"
    assert textbook.interval_source.startswith("textbook: Tate JR et al.")


def test_an_own_interval_is_converted_with_its_result():
    own = result("Creatinine", "120", "umol/L", reference_low=Decimal(60), reference_high=Decimal(110))
    assert (own.flag, own.reference_high) == ("H", Decimal("1.244"))


def test_an_own_interval_holds_in_a_unit_that_cannot_be_converted():
    own = result("Potassium", "16", "mg/kg", reference_low=Decimal("13.7"), reference_high=Decimal("19.5"))
    assert (own.flag, own.reference_low) == ("N", Decimal("13.7"))


def test_an_interval_that_is_upside_down_is_not_used():
    odd = result("Potassium", "4.1", "mmol/L", reference_low=Decimal("5.1"), reference_high=Decimal("3.5"))
    assert odd.flag == "N"
    assert any("upside down" in remark for remark in odd.remarks)


def test_an_unknown_analyte_is_flagged_by_its_own_interval():
    assert result("Rubidium", "40", "ug/dL", reference_low=Decimal(60), reference_high=Decimal(130)).flag == "L"
    assert result("Rubidium", "40", "ug/dL").flag is None


def test_intervals_by_sex_and_the_wider_one_where_it_is_unknown():
    def flag(sex):
        return result("Hemoglobin", "13.0", "g/dL", patient={"sex": sex})

    assert flag(Sex.MALE).flag == "L"
    assert flag(Sex.FEMALE).flag == "N"
    unknown = flag(Sex.UNKNOWN)
    assert (unknown.flag, unknown.reference_low, unknown.reference_high) == ("N", Decimal("12.0"), Decimal("18.0"))
    assert any("sex is not known" in remark for remark in unknown.remarks)


def test_the_age_is_that_at_the_time_of_the_result():
    born = {"age_years": None, "birth_date": date(NOW.year - 18, NOW.month, NOW.day)}
    today = row("Sodium", "145", "mmol/L")
    before = today.model_copy(update={"id": "o2", "time": NOW.replace(day=30, month=4)})
    assert [found.flag for found in results(before, today, **born)] == ["H", "N"]


def test_an_unknown_age_counts_as_adult_and_is_said():
    found = result("Potassium", "5.4", "mmol/L", patient={"age_years": None})
    assert found.flag == "H"
    assert any("age is not known" in remark for remark in found.remarks)


def test_the_tables_flag_beats_a_textbook_but_not_an_own_interval():
    assert result("Potassium", "5.4", "mmol/L", flag="N").flag == "N"
    assert result("Potassium", "4.9", "mmol/L", flag="H").flag == "H"
    own = {"reference_low": Decimal("3.5"), "reference_high": Decimal("5.3")}
    odd = result("Potassium", "5.2", "mmol/L", flag="H", **own)
    assert odd.flag == "N"
    assert any("own flag says H" in remark for remark in odd.remarks)


def test_the_more_severe_of_two_flags_of_one_side_counts():
    assert result("Potassium", "5.9", "mmol/L", flag="HH").flag == "HH"
    assert result("Potassium", "6.9", "mmol/L", flag="H").flag == "HH"
    assert result("Potassium", "5.9", "mmol/L", flag="abnormal").flag == "H"
    assert result("Potassium", "6.9", "mmol/L", flag="N").flag == "HH"


def test_the_tables_flag_is_taken_where_there_is_no_other():
    assert result("Rubidium", "40", None, flag="low").flag == "L"
    assert result("Urine culture", "positive", None, flag="A").flag == "A"
    assert result("Potassium", "4.1", "mmol/L", flag="whatever").flag == "N"


@pytest.mark.parametrize(("name", "value", "unit"), [("Potassium", "41", "mmol/L"), ("Hemoglobin", "131", "g/dL")])
def test_a_number_that_no_patient_has_is_kept_and_not_flagged(name, value, unit):
    found = result(name, value, unit)
    assert (found.value, found.flag) == (Decimal(value), None)
    assert any(remark.startswith("not plausible for") for remark in found.remarks)


def test_duplicates_are_said_and_kept():
    first, second = results(row("Potassium", "4.1", "mmol/L"), row("K", "4.1", "mEq/L", id="o2"))
    assert "stands twice in the table" not in first.remarks
    assert "stands twice in the table" in second.remarks
    undated = [row("Potassium", "4.1", "mmol/L", id=f"o{i}", time=None) for i in range(2)]
    assert all("stands twice in the table" not in found.remarks for found in results(*undated))


@pytest.mark.parametrize("name", ["BP", "Blood Pressure", "NIBP", "Non-invasive blood pressure"])
def test_blood_pressure_in_one_cell_is_two_results(name):
    upper, lower = results(vital(name, "182/95", "mmHg"))
    assert [(r.code, r.value) for r in (upper, lower)] == [("8480-6", 182), ("8462-4", 95)]
    assert (upper.observation_id, lower.observation_id) == ("o1", "o1/diastolic")
    assert upper.text == "182"
    assert (upper.flag, lower.flag) == ("H", "H")


def test_a_fraction_that_is_no_pressure_stays_one_result():
    (only,) = results(row("Titre", "1/80"))
    assert only.value is None


limits = st.none() | st.integers(-20, 20).map(Decimal)
numbers = st.integers(-30, 30).map(Decimal)


@given(limits, limits, numbers, st.sampled_from([None, "<", "<=", ">", ">="]))
def test_a_flag_holds_for_every_number_that_the_result_can_be(low, high, number, comparator):
    if low is not None and high is not None and low > high:
        low, high = high, low
    low = None if low is not None and low < 0 else low
    flag = interval_flag(number, comparator, Bounds(low, high, "test"))
    steps = [number + Decimal(n) / 4 for n in range(-400, 401)]
    possible = {
        None: [number],
        "<": [s for s in steps if 0 <= s < number],
        "<=": [s for s in steps if 0 <= s <= number],
        ">": [s for s in steps if s > number],
        ">=": [s for s in steps if s >= number],
    }[comparator]
    if flag is not None:
        assert {interval_flag(each, None, Bounds(low, high, "test")) for each in possible} <= {flag}


@given(st.sampled_from([None, *Flag]), st.sampled_from([None, *Flag]), st.booleans())
def test_a_critical_flag_is_never_lost(ours, theirs, own_interval):
    joined, _ = joined_flag(ours, theirs, own_interval=own_interval)
    assert joined in {ours, theirs}
    critical = {Flag.CRITICAL_HIGH, Flag.CRITICAL_LOW}
    if ours in critical:
        assert joined is ours
    elif theirs in critical:
        assert joined is theirs
