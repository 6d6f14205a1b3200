"""Units: spellings, conversions recomputed from molar masses, and what cannot be converted."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_builders import result, results, row, vital

from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.units import Units, convert

CATALOGUE = Catalogue.load()
BY_ID = {analyte.id: analyte for analyte in CATALOGUE.analytes}

# Molar masses in g/mol, from the atomic masses of IUPAC (2021); haemoglobin is the monomer that laboratories use.
MOLAR_MASSES = {
    "urea_nitrogen": (28.014, "mmol/L", 10),  # two nitrogens a molecule of urea; mg/dL from mmol/L
    "creatinine": (113.12, "umol/L", 10_000),
    "glucose": (180.16, "mmol/L", 10),
    "calcium": (40.078, "mmol/L", 10),
    "magnesium": (24.305, "mmol/L", 10),
    "phosphate": (30.974, "mmol/L", 10),
    "total_bilirubin": (584.66, "umol/L", 10_000),
    "direct_bilirubin": (584.66, "umol/L", 10_000),
    "indirect_bilirubin": (584.66, "umol/L", 10_000),
    "uric_acid": (168.11, "umol/L", 10_000),
    "total_cholesterol": (386.65, "mmol/L", 10),
    "ldl": (386.65, "mmol/L", 10),
    "hdl": (386.65, "mmol/L", 10),
    "triglycerides": (885.4, "mmol/L", 10),
    "iron": (55.845, "umol/L", 10),
    "iron_binding_capacity": (55.845, "umol/L", 10),
    "free_t4": (776.87, "pmol/L", 10_000),
    "total_t4": (776.87, "nmol/L", 10_000),
    "total_t3": (650.97, "nmol/L", 10),
    "vitamin_b12": (1355.4, "pmol/L", 1000),
    "folate": (441.4, "nmol/L", 1000),
    "vitamin_d": (400.64, "nmol/L", 1000),
    "cortisol": (362.46, "nmol/L", 10_000),
    "hemoglobin": (16114, "mmol/L", 10_000),
    "digoxin_level": (780.9, "nmol/L", 1000),
    "ethanol": (46.07, "mmol/L", 10),
    "urine_creatinine": (113.12, "mmol/L", 10),
}


@pytest.mark.parametrize("name", sorted(MOLAR_MASSES))
def test_a_factor_follows_from_the_molar_mass(name):
    mass, unit, divisor = MOLAR_MASSES[name]
    factor = BY_ID[name].conversion(unit).factor
    assert float(factor) == pytest.approx(mass / divisor, rel=0.002)


def test_factors_to_molar_units():
    assert float(BY_ID["lactate"].conversion("mg/dL").factor) == pytest.approx(10 / 90.08, rel=0.002)
    assert float(BY_ID["urea"].conversion("mg/dL").factor) == pytest.approx(10 / 60.056, rel=0.002)
    assert float(BY_ID["ionized_calcium"].conversion("mg/dL").factor) == pytest.approx(10 / 40.078, rel=0.002)
    assert float(BY_ID["ammonia"].conversion("ug/dL").factor) == pytest.approx(10 / 17.031, rel=0.002)


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected", "canonical"),
    [
        ("Creatinine", "353.6", "µmol/L", "4.000", "mg/dL"),
        ("Creatinine", "88", "μmol/l", "0.995", "mg/dL"),
        ("Glucose", "7.0", "mmol/L", "126", "mg/dL"),
        ("Hemoglobin", "120", "g/L", "12.0", "g/dL"),
        ("WBC", "12000", "/mm3", "12.0", "10*3/uL"),
        ("Platelets", "250", "10^9/L", "250", "10*3/uL"),
        ("Platelets", "250", "x10E3/uL", "250", "10*3/uL"),
        ("Platelets", "250", "×10³/µL", "250", "10*3/uL"),
        ("Platelets", "250", "10⁹/L", "250", "10*3/uL"),
        ("Potassium", "4.1", "mEq/L", "4.1", "mmol/L"),
        ("HbA1c", "53", "mmol/mol", "7.0", "%"),
        ("Hematocrit", "0.42", "L/L", "42.0", "%"),
        ("CRP", "2.2", "mg/dL", "22", "mg/L"),
        ("Body weight", "154", "lbs", "69.9", "kg"),
        ("pCO2, arterial", "5.3", "kPa", "40", "mm[Hg]"),
    ],
)
def test_conversions(name, value, unit, expected, canonical):
    found = result(name, value, unit)
    assert (found.value, found.unit) == (Decimal(expected), canonical)
    assert found.text == value


def test_fahrenheit():
    (fever,) = results(vital("Temp", "101.3", "F"))
    assert fever.value == Decimal("38.5")


def test_a_comparator_survives_a_conversion():
    found = result("Creatinine", "<20", "umol/L")
    assert (found.value, found.comparator) == (Decimal("0.226"), "<")


def test_a_unit_that_cannot_be_converted_is_said_and_the_number_stays():
    found = result("Potassium", "16", "mg/kg")
    assert (found.value, found.unit, found.flag) == (Decimal(16), "mg/kg", None)
    assert "the unit mg/kg cannot be converted to mmol/L" in found.remarks


def test_an_unknown_unit_is_kept_as_it_stands():
    found = result("Creatinine", "1.1", "furlongs")
    assert found.unit == "furlongs"
    assert found.flag is None


def test_a_missing_unit_is_not_guessed():
    found = result("Creatinine", "3.1")
    assert (found.value, found.unit, found.flag) == (Decimal("3.1"), None, None)
    assert "the unit was not given" in found.remarks


def test_a_missing_unit_is_no_doubt_where_only_one_scale_is_in_use():
    assert result("INR", "6.2").unit == "{INR}"
    assert result("Potassium", "6.9").unit == "mmol/L"


def test_a_unit_in_the_value_cell():
    found = result("Creatinine", "88 umol/L")
    assert (found.value, found.unit) == (Decimal("0.995"), "mg/dL")
    assert result("Creatinine", "1.1 mg/dL", "mg/dL").value == Decimal("1.1")


def test_two_different_units_are_not_used():
    found = result("Creatinine", "88 umol/L", "mg/dL")
    assert found.value is None
    assert any("two units" in remark for remark in found.remarks)


CONVERSIONS = [(a, unit) for a in CATALOGUE.analytes for unit in a.units]


@given(st.sampled_from(CONVERSIONS), st.decimals("0.001", 5000, places=3))
def test_a_conversion_is_exact_to_its_rounding(pair, number):
    analyte, unit = pair
    conversion = analyte.conversion(unit)
    exact = number * conversion.factor + conversion.offset
    found = convert(number, conversion, analyte.places)
    is_same = conversion.factor == 1 and conversion.offset == 0
    assert abs(found - exact) <= (0 if is_same else Decimal(1).scaleb(-analyte.places - 3) / 2)


@given(st.sampled_from(CONVERSIONS), st.decimals("0.1", 500, places=2), st.decimals("0.1", 500, places=2))
def test_a_conversion_keeps_the_order(pair, first, second):
    analyte, unit = pair
    low, high = sorted((first, second))
    conversion = analyte.conversion(unit)
    assert convert(low, conversion, analyte.places) <= convert(high, conversion, analyte.places)


def test_every_unit_of_an_analyte_has_a_spelling():
    units = Units(CATALOGUE)
    for analyte in CATALOGUE.analytes:
        for unit in (analyte.unit, *analyte.units):
            assert units.is_unit(unit), (analyte.id, unit)
            assert units.ucum(unit) == unit, (analyte.id, unit)


def test_results_keep_order_and_ids():
    rows = [
        row(name, "1", "mg/dL", id=f"o{i}") for i, name in enumerate(["Glucose", "Nothing", "Creatinine", "Glucose"])
    ]
    assert [found.observation_id for found in results(*rows)] == ["o0", "o1", "o2", "o3"]


def test_what_is_shown_has_the_places_of_the_assay():
    (fever,) = results(vital("Temp", "102.6", "[degF]"))
    assert str(fever.value) == "39.2"
    (pressure,) = results(vital("Diastolic Blood Pressure", "111.0", "mm[Hg]"))
    assert str(pressure.value) == "111"
    assert str(result("Potassium", "6.0", "mmol/L").value) == "6.0"
    assert str(result("Potassium", "4.18", "mmol/L").value) == "4.18"


def test_rounding_does_not_hide_that_a_result_is_beyond_its_interval():
    found = result("Bilirubin", "21", "umol/L", reference_high=Decimal("20"))
    assert found.flag == "H"
    assert (found.value, found.reference_high) == (Decimal("1.2"), Decimal("1.2"))
