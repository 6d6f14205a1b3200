"""Names and codes of rows -> analytes."""

import pytest
from lab_builders import result, results, vital

from nlp_engine.errors import KnowledgeError
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.names import AnalyteNames
from nlp_engine.record import ObservationKind

CATALOGUE = Catalogue.load()
BY_CODE = CATALOGUE.by_code


@pytest.mark.parametrize(
    ("name", "unit", "code"),
    [
        ("Creatinine", "mg/dL", "2160-0"),
        ("CREATININE, SERUM", "mg/dL", "2160-0"),
        ("Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", "2160-0"),
        ("S-Kreatinin", "umol/L", "2160-0"),
        ("K+", "mmol/L", "2823-3"),
        ("Potassium, Whole Blood", "mEq/L", "2823-3"),
        ("Sodium level", "mmol/L", "2951-2"),
        ("Urea Nitrogen", "mg/dL", "3094-0"),
        ("Urea", "mmol/L", "22664-7"),
        ("Haemoglobin", "g/L", "718-7"),
        ("Hemoglobin A1c/Hemoglobin.total in Blood", "%", "4548-4"),
        ("Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", "6690-2"),
        ("Neutrophils", "%", "770-8"),
        ("Neutrophils", "K/uL", "751-8"),
        ("Neutrophils #", "x10^9/L", "751-8"),
        ("Neutrophils/100 leukocytes in Blood", "%", "770-8"),
        ("INR(PT)", None, "6301-6"),
        ("Alanine Aminotransferase (ALT)", "IU/L", "1742-6"),
        ("Troponin T", "ng/mL", "6598-7"),
        ("Troponin T", "ng/L", "67151-1"),
        ("pH of Arterial blood", None, "2744-1"),
        ("Creatinine, Urine", "mg/dL", "2161-8"),
        ("N-Acetylprocainamide (NAPA)", "ug/mL", "3834-9"),
        ("D-Dimer", "ng/mL FEU", "48065-7"),
        ("D-Dimer", "ng/mL DDU", "48066-5"),
    ],
)
def test_names(name, unit, code):
    assert result(name, "1", unit).code == code


@pytest.mark.parametrize(
    "name",
    [
        "Creatinine clearance",
        "Urine caffeine",
        "Sputum glucose",
        "Drain fluid creatinine",
        "Protein/creatinine ratio",
        "Hemoglobin electrophoresis",
        "Hemoglobin S",
        "Protein S",
        "Protein C",
        "Glucose [Mass/volume] in Serum or Plasma --2 hours post dose glucose",
        "eGFR African American",
        "BUN/Creatinine ratio",
        "% Ionized Calcium",
        "Toxoplasma (IgG)",
        "Hemoglobin (fetal)",
        "",
    ],
)
def test_another_specimen_or_test_is_not_taken_for_blood(name):
    found = result(name, "300", "mg/dL")
    assert found.code is None
    assert found.flag is None
    assert "not an analyte this engine knows" in found.remarks


@pytest.mark.parametrize(
    ("name", "unit", "code"),
    [
        ("Glucose, urine", "mg/dL", "5792-7"),
        ("Urine protein", "mg/dL", "5804-0"),
        ("Total Protein, Urine", "mg/dL", "2888-6"),
        ("Protein [Mass/volume] in Urine by Test strip", "mg/dL", "5804-0"),
        ("Creatinine [Mass/volume] in Urine", "mg/dL", "2161-8"),
        ("Creatinine [Mass/time] in 24 hour Urine", "mg/24hr", "2162-6"),
        ("Erythrocytes [#/area] in Urine sediment by Microscopy high power field", "/[HPF]", "13945-1"),
        ("U-Kreatinin", "mmol/L", "2161-8"),
        ("CSF glucose", "mg/dL", "2342-4"),
        ("Pleural fluid LDH", "U/L", "2530-4"),
        ("Ascites albumin", "g/dL", "1749-1"),
        ("Creatinine, Ascites", "mg/dL", "12191-3"),
        ("Neutrophils/100 leukocytes in Synovial fluid", "%", "26522-3"),
        ("Occult blood, stool", None, "2335-8"),
    ],
)
def test_another_specimen_is_an_analyte_of_its_own(name, unit, code):
    found = result(name, "30", unit)
    assert found.code == code
    assert BY_CODE[code].specimen != "blood"


NAMES = AnalyteNames(CATALOGUE)


@pytest.mark.parametrize(
    ("name", "specimen", "expected"),
    [
        ("Creatinine", "Urine", "urine_creatinine"),
        ("Creatinine", "Serum", "creatinine"),
        ("Creatinine", "Other Body Fluid", "fluid_creatinine"),
        ("Creatinine", None, "creatinine"),
        ("Kreatinin", "Urin", "urine_creatinine"),
        ("Glucose, CSF", "Cerebrospinal Fluid (CSF)", "csf_glucose"),
        ("Blood", "Urine", "urine_blood_strip"),
        ("WBC, Other Fluid", "Other Body Fluid", "fluid_wbc"),
        ("Potassium", "Li-heparin plasma", None),
        ("Potassium", "Heparin plasma", "potassium"),
        ("Potassium", "BAL", None),
        ("Creatinine, Urine", "Serum", None),
        ("Heparin", "Blood", "anti_xa_heparin"),
    ],
)
def test_a_column_of_specimens(name, specimen, expected):
    found = NAMES.find(None, name, ObservationKind.LAB, specimen)
    assert (found[0].id if found else None) == expected


def test_a_name_that_says_another_specimen_than_the_column():
    assert NAMES.contradicts("Creatinine, Urine", "Serum")
    assert not NAMES.contradicts("Blood", "Urine")
    assert not NAMES.contradicts("Creatinine", "Urine")


def test_every_code_has_its_check_digit():
    wrong_in_the_source = {"5895-7"}  # as the MIMIC-III tables write the INR
    for code in BY_CODE.keys() - wrong_in_the_source:
        body, digit = code.split("-")
        doubled = [sum(divmod(int(n) * 2, 10)) if i % 2 == 0 else int(n) for i, n in enumerate(reversed(body))]
        assert (sum(doubled) + int(digit)) % 10 == 0, code


def test_urine_creatinine_is_not_serum_creatinine():
    urine = result("Urine creatinine", "90", "mg/dL")
    assert urine.code == "2161-8"
    assert urine.flag is None


def test_a_code_decides_over_the_name():
    assert result("Test 17", "4.1", "mmol/L", code="2823-3").name == "Potassium"
    assert result("Potassium", "40", "mmol/L", code="2828-2").code == "2828-2"
    assert result("Potassium", "40", "mmol/L", code="1234-5").code == "1234-5"
    assert result("Potassium, serum", "4.1", "mmol/L", code="1234-5").code == "2823-3"
    assert result("Potassium", "4.1", "mmol/L", code="LAB123").code == "2823-3"


def test_a_unit_tells_a_share_from_a_count_under_the_code_of_the_count():
    assert result("Lymphocytes", "31", "%", code="731-0").code == "736-9"
    assert result("Lymphocytes", "1.9", "K/uL", code="731-0").code == "731-0"


def test_oxygen_saturation_of_a_blood_sample_is_not_the_pulse_oximeters():
    assert result("Oxygen Saturation", "71", "%").code == "20564-1"
    (pulse,) = results(vital("Oxygen Saturation", "97", "%"))
    assert pulse.code == "59408-5"
    assert result("SpO2", "97", "%").code == "59408-5"


def test_every_analyte_is_found_by_its_own_name_code_and_unit():
    for analyte in CATALOGUE.analytes:
        kind = "vital" if analyte.vital_synonyms else "lab"
        assert result(analyte.name, "1", analyte.unit, kind=kind).code == analyte.code, analyte.id
        for code in (analyte.code, *analyte.codes):
            assert result("?", "1", analyte.unit, code=code).code == analyte.code, (analyte.id, code)


def test_at_least_sixty_blood_analytes_are_known():
    assert len([a for a in CATALOGUE.analytes if not a.id.startswith("urine")]) >= 60


def test_one_name_for_two_analytes_of_one_unit_is_refused():
    potassium = next(a for a in CATALOGUE.analytes if a.id == "potassium")
    twin = potassium.model_copy(update={"id": "twin", "code": "99999-9", "codes": ()})
    with pytest.raises(KnowledgeError, match="stands at potassium and twin"):
        AnalyteNames(Catalogue(analytes=(potassium, twin), sources={}, spellings={}))


def test_one_code_for_two_analytes_is_refused():
    potassium = next(a for a in CATALOGUE.analytes if a.id == "potassium")
    twin = potassium.model_copy(update={"id": "twin", "name": "twin", "synonyms": ()})
    with pytest.raises(KnowledgeError, match="2823-3 stands at potassium and twin"):
        AnalyteNames(Catalogue(analytes=(potassium, twin), sources={}, spellings={}))
