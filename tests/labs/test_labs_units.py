"""Units: spellings, conversions recomputed from molar masses, and what cannot be converted."""

import re
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_builders import result, results, row, vital

from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.spellings import metric_unit
from nlp_engine.labs.ucum import factor, is_valid
from nlp_engine.labs.units import Units, convert

CATALOGUE = Catalogue.load()
BY_ID = {analyte.id: analyte for analyte in CATALOGUE.analytes}

# Standard atomic weights, IUPAC 2021 (conventional values where IUPAC gives an interval), in g/mol.
WEIGHTS = {
    "H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998, "Na": 22.990, "Mg": 24.305, "Al": 26.982,
    "P": 30.974, "S": 32.06, "Cl": 35.45, "K": 39.098, "Ca": 40.078, "Fe": 55.845, "Co": 58.933, "Cu": 63.546,
    "Zn": 65.38, "I": 126.904, "Hg": 200.59, "Pb": 207.2, "Li": 6.94,
}  # fmt: skip
# Grams in the mass unit, moles in the unit of substance: the independent derivation.
GRAMS = {"g": 1, "mg": 1e-3, "ug": 1e-6, "ng": 1e-9, "pg": 1e-12}
MOLES = {"mol": 1, "mmol": 1e-3, "umol": 1e-6, "nmol": 1e-9, "pmol": 1e-12, "fmol": 1e-15}
DEFINED = [analyte for analyte in CATALOGUE.analytes if analyte.molar_mass is not None]


def test_at_least_eighty_analytes_have_a_molar_mass():
    assert len(DEFINED) >= 80
    assert {"total_bilirubin", "lactate", "glucose", "creatinine", "hemoglobin"} <= {one.id for one in DEFINED}


@pytest.mark.parametrize("analyte", [a for a in DEFINED if a.formula], ids=lambda a: a.id)
def test_a_molar_mass_is_that_of_the_formula(analyte):
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", analyte.formula)
    assert "".join(element + number for element, number in atoms) == analyte.formula
    weight = sum(WEIGHTS[element] * int(number or 1) for element, number in atoms)
    assert float(analyte.molar_mass) == pytest.approx(weight, rel=2e-4)


def test_only_haemoglobin_has_a_molar_mass_without_a_formula():
    without = {analyte.id for analyte in DEFINED if not analyte.formula}
    assert without == {"hemoglobin", "plasma_hemoglobin", "mch", "mchc"}


@pytest.mark.parametrize("analyte", DEFINED, ids=lambda a: a.id)
def test_mass_and_substance_by_an_independent_derivation(analyte):
    above = analyte.unit.partition("/")[0]
    for other in ("mmol", "umol", "nmol", "pmol"):
        molar = other + analyte.unit[len(above) :]
        conversion = analyte.conversion(molar) or analyte.derived(molar)
        if above in GRAMS:
            expected = MOLES[other] * float(analyte.molar_mass) / GRAMS[above]
        else:
            expected = MOLES[other] / MOLES[above]
        assert float(conversion.factor) == pytest.approx(expected, rel=0.002), molar
    for other in ("g", "mg", "ug"):
        mass = other + analyte.unit[len(above) :]
        conversion = analyte.conversion(mass) or analyte.derived(mass)
        grams = GRAMS[above] if above in GRAMS else MOLES[above] * float(analyte.molar_mass)
        assert float(conversion.factor) == pytest.approx(GRAMS[other] / grams, rel=0.002), mass


@pytest.mark.parametrize("analyte", DEFINED, ids=lambda a: a.id)
def test_what_the_tables_list_agrees_with_the_molar_mass(analyte):
    for unit in analyte.units:
        derived = analyte.derived(unit)
        if derived is not None and "eq" not in unit:
            assert float(analyte.conversion(unit).factor) == pytest.approx(float(derived.factor), rel=0.002), unit


@pytest.mark.parametrize(
    ("unit", "target", "expected"),
    [
        ("g/L", "mg/dL", 100),
        ("mmol/mL", "mmol/L", 1000),
        ("10*9/L", "10*3/uL", 1),
        ("/mm3", "10*3/uL", 0.001),
        ("{cells}/uL", "/uL", 1),
        ("mg/dL{calc}", "mg/dL", 1),
        ("kat/L", "U/L", 6e7),
        ("nkat/L", "U/L", 0.06),  # 1 U = 16.67 nkat
        ("ukat/L", "U/L", 60),
        ("m[IU]/L", "u[IU]/mL", 1),
        ("kPa", "mm[Hg]", 7.50062),
        ("mg/(24.h)", "g/d", 0.001),
        ("fmol", "pg", None),
        ("[IU]/L", "U/L", None),
        ("[IU]/L", "mg/L", None),
        ("mg/dL", "mmol/L", None),
        ("%", "{INR}", None),
        ("%", "1", None),
        ("meq/L", "mmol/L", None),
        ("mosm/kg", "mmol/kg", None),
        ("K", "Cel", None),
        ("ng/mL{DDU}", "ng/mL", None),
        ("mL/min/{1.73_m2}", "mL/min", None),
        ("furlong", "m", None),
        ("", "m", None),
        ("[pH]", "1", None),
        ("mg/dL; note", "mg/dL", None),
    ],
)
def test_factors_by_dimension_and_what_has_none(unit, target, expected):
    found = factor(unit, target)
    assert found is None if expected is None else float(found) == pytest.approx(expected, rel=1e-5)


def test_equivalents_need_the_charge():
    calcium = BY_ID["calcium"]
    assert float(factor("meq/L", calcium.unit, calcium.molar_mass, 2)) == pytest.approx(2.004, rel=1e-3)
    assert float(factor("mmol/L", "meq/L", None, 2)) == 2


UNITS = ["g/L", "mg/dL", "ug/mL", "ng/mL", "pg/mL", "mg/L", "mmol/L", "umol/L", "nmol/mL", "pmol/L", "mol/L"]


@settings(deadline=None)  # the first factor loads pint
@given(st.sampled_from(DEFINED), st.sampled_from(UNITS), st.sampled_from(UNITS), st.decimals("0.001", 9999, places=3))
def test_there_and_back_is_the_identity(analyte, unit, other, number):
    there = factor(unit, other, analyte.molar_mass, analyte.charge)
    back = factor(other, unit, analyte.molar_mass, analyte.charge)
    assert float(number * there * back) == pytest.approx(float(number), rel=1e-9)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_has_a_factor_or_none(text):
    found = factor(text, "mg/dL", Decimal(100))
    assert found is None or found > 0


@pytest.mark.parametrize(
    ("cell", "ucum"),
    [
        ("MG/DL", "mg/dL"),
        ("mcg/l", "ug/L"),
        ("nmol / 24 h", "nmol/(24.h)"),
        ("mIU/L", "m[IU]/L"),
        ("ng/mL{FEU}", "ng/mL{FEU}"),
        ("m/l", None),
        ("g", None),
        ("U/100ml", "U/dL"),
        ("pmol/d", "pmol/d"),
        ("meq/24hr", "meq/(24.h)"),
    ],
)
def test_metric_units_in_any_spelling(cell, ucum):
    assert metric_unit(cell) == ucum


@pytest.mark.parametrize(
    ("unit", "valid"), [("mg/dL", True), ("10*3/uL", True), ("mcg/dL", False), ("mm Hg", False), ("K/uL", True)]
)
def test_what_ucum_knows(unit, valid):
    assert is_valid(unit) is valid


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("Vancomycin", "10", "umol/L", "14.5"),
        ("Potassium", "16", "mg/dL", "4.1"),
        ("Zinc", "10", "µmol/L", "65"),
        ("WBC", "12500", "cells/mm3", "12.5"),
        ("Glucose", "0.9", "g/L", "90"),
        ("Creatinine", "1.1", "mg/dL{calc}", "1.1"),
        ("Calcium", "5", "mEq/L", "10.0"),
        ("Free T4", "1.2", "ng/100mL", "1.2"),
        ("Testosterone", "20", "nmol/L", "577"),
    ],
)
def test_units_that_the_tables_do_not_list(name, value, unit, expected):
    found = result(name, value, unit)
    assert float(found.value) == float(expected)
    assert found.unit == next(a for a in CATALOGUE.analytes if a.code == found.code).unit


def test_nothing_of_pint_is_loaded_where_the_tables_list_the_unit():
    code = (
        "import sys; from nlp_engine.labs import LabStage; from nlp_engine.record import *\n"
        "row = Observation(id='o', name='Creatinine', value='88', unit='umol/L')\n"
        "LabStage.load().results(PatientRecord(patient=Patient(id='p'), observations=(row,)), as_of=None)\n"
        "print('pint' in sys.modules, 'ucumvert' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


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
