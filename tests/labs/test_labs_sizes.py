"""Numbers whose size does not fit their unit: said, never changed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_builders import result, results, vital

from nlp_engine.labs.catalogue import Catalogue, Conversion, Limits
from nlp_engine.labs.sizes import moved_point, other_unit, size_remark

CATALOGUE = Catalogue.load()
BY_ID = {analyte.id: analyte for analyte in CATALOGUE.analytes}


@pytest.mark.parametrize(
    ("name", "number", "unit", "other"),
    [
        ("glucose", "5.4", "mg/dL", "mmol/L"),
        ("glucose", "126", "mmol/L", "mg/dL"),
        ("glucose", "25", "mg/dL", None),  # a hypoglycaemia that is met with
        ("creatinine", "88", "mg/dL", "umol/L"),
        ("direct_bilirubin", "8", "mg/dL", None),
        ("alt", "1", "U/L", None),
        ("creatinine", "1.1", "umol/L", "mg/dL"),
        ("hemoglobin", "131", "g/dL", "g/L"),
        ("body_temperature", "101", "Cel", "[degF]"),
        ("wbc", "12000", "10*3/uL", "/uL"),
        ("potassium", "41", "mmol/L", None),
        ("potassium", "4.1", "mmol/L", None),
    ],
)
def test_another_unit_by_size(name, number, unit, other):
    analyte = BY_ID[name]
    assert other_unit(analyte, Decimal(number), analyte.conversion(unit), unit) == other


@pytest.mark.parametrize(
    ("name", "number", "moved"),
    [
        ("arterial_ph", "74", "7.4"),
        ("arterial_ph", "740", None),  # two places only into a reference interval
        ("total_bilirubin", "2000", None),
        ("potassium", "41", "4.1"),
        ("sodium", "14", "140"),
        ("potassium", "4.1", None),
        ("potassium", "99999", None),
    ],
)
def test_a_point_that_slipped(name, number, moved):
    found = moved_point(BY_ID[name], Decimal(number), lambda one: one)
    assert found == (None if moved is None else Decimal(moved))


def test_of_two_places_the_one_inside_the_interval():
    spo2 = BY_ID["spo2"]
    acid = BY_ID["arterial_ph"]
    assert moved_point(
        acid, Decimal(740), lambda one: one, Limits(low=Decimal("7.35"), high=Decimal("7.45"))
    ) == Decimal("7.4")
    assert moved_point(spo2, Decimal(985), lambda one: one, Limits(low=Decimal(94), high=Decimal(100))) == Decimal(
        "98.5"
    )


@pytest.mark.parametrize(
    ("name", "value", "unit", "words"),
    [
        ("Potassium", "41", "mmol/L", "it would be 4.1"),
        ("pH, arterial", "74", None, "it would be 7.4"),
        ("Glucose", "5.4", "mg/dL", "as mmol/L the number would have a usual size"),
        ("Hemoglobin", "131", "g/dL", "as g/L the number"),
    ],
)
def test_it_is_said_of_a_row_and_nothing_is_changed(name, value, unit, words):
    found = result(name, value, unit)
    assert found.value == Decimal(value)
    assert any(words in remark for remark in found.remarks)


def test_nothing_is_said_of_usual_numbers_and_comparators():
    assert not any("usual size" in remark or "moved" in remark for remark in result("Glucose", "99", "mg/dL").remarks)
    assert not any("moved" in remark for remark in result("Potassium", ">41", "mmol/L").remarks)
    (fever,) = results(vital("Temperature", "39.1", "Cel"))
    assert not any("usual size" in remark for remark in fever.remarks)


@given(st.sampled_from(CATALOGUE.analytes), st.decimals("0.001", 99999, places=3))
def test_a_number_that_can_be_has_no_slip(analyte, number):
    if analyte.is_plausible(number):
        assert moved_point(analyte, number, lambda one: one) is None
    else:
        moved = moved_point(analyte, number, lambda one: one)
        assert moved is None or analyte.is_plausible(moved)


@given(st.sampled_from(CATALOGUE.analytes), st.decimals("0.001", 99999, places=3))
def test_any_number_has_a_remark_or_none(analyte, number):
    said = size_remark(analyte, number, Conversion(factor=Decimal(1)), analyte.unit)
    assert said is None or said.endswith(("please check the unit", "please check the source"))
