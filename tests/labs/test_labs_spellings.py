"""Names, units and numbers as British and German laboratories write them."""

import pytest
from lab_builders import result, results, vital


@pytest.mark.parametrize(
    ("name", "unit", "code"),
    [
        ("WCC", "10*9/L", "6690-2"),
        ("Hämoglobin", "g/dl", "718-7"),
        ("Leukozyten", "G/l", "6690-2"),
        ("Thrombozyten", "/nl", "777-3"),
        ("Neutrophile", "%", "770-8"),
        ("Neutrophile", "G/l", "751-8"),
        ("Laktat", "mmol/l", "2524-7"),
        ("Kreatinin i.S.", "mg/dl", "2160-0"),
        ("Kalium im Serum", "mmol/l", "2823-3"),
        ("Troponin T hs", "ng/l", "67151-1"),
        ("Puls", "/min", "8867-4"),
        ("HF", "/min", "8867-4"),
        ("Herzfrequenz", None, "8867-4"),
        ("AF", "/min", "9279-1"),
        ("RR syst", "mmHg", "8480-6"),
        ("RR dia", "mmHg", "8462-4"),
        ("Temperatur", "°C", "8310-5"),
        ("RR", "/min", "9279-1"),
    ],
)
def test_name(name, unit, code):
    assert result(name, "30", unit).code == code


@pytest.mark.parametrize(("name", "unit"), [("HF", None), ("AF", "mg/dl"), ("Kreatinin im Speichel", "mg/dl")])
def test_a_name_in_doubt_is_not_taken(name, unit):
    assert result(name, "30", unit).code is None


@pytest.mark.parametrize("name", ["Kreatinin i.U.", "Kreatinin im Urin", "U-Kreatinin"])
def test_creatinine_of_urine(name):
    assert result(name, "30", "mg/dl").code == "2161-8"


def test_saturation_counts_among_vital_signs():
    (found,) = results(vital("Sättigung", "97", "%"))
    assert found.code == "59408-5"


@pytest.mark.parametrize(
    ("name", "value", "unit"), [("RR", "145/90", "mmHg"), ("RR", "145/90 mmHg", None), ("Blutdruck", "145/90", None)]
)
def test_a_pair_is_blood_pressure(name, value, unit):
    found = results(vital(name, value, unit))
    assert [(r.code, int(r.value)) for r in found] == [("8480-6", 145), ("8462-4", 90)]


@pytest.mark.parametrize("unit", ["G/l", "G/L", "/nl", "Mrd/l", "x10(9)/L", "10**9/L"])
def test_units_of_a_count(unit):
    found = result("WBC", "12.5", unit)
    assert (float(found.value), found.unit, found.flag.value) == (12.5, "10*3/uL", "H")


def test_gram_stays_gram():
    assert float(result("Haemoglobin", "130", "G/L").value) == 13.0
    assert "cannot be converted" in " ".join(result("WBC", "12.5", "g/l").remarks)


def test_urate_in_both_molar_units():
    assert float(result("Urate", "0.4", "mmol/L").value) == float(result("Urate", "400", "umol/L").value) == 6.7


@pytest.mark.parametrize(("value", "celsius"), [("39.0", 39.0), ("102.9", 39.4)])
def test_a_temperature_says_its_unit_itself(value, celsius):
    found = result("Temp", value)
    assert (float(found.value), found.unit, found.flag.value) == (celsius, "Cel", "H")
    assert "only as" in " ".join(found.remarks)


def test_a_temperature_that_fits_no_unit_stays_as_it_came():
    assert result("Temp", "60").unit is None


def test_a_comma_is_read_when_one_reading_is_plausible():
    found = result("Platelets", "9,000", "/uL")
    assert (float(found.value), found.flag.value) == (9.0, "LL")
    assert "thousands sign" in " ".join(found.remarks)
    assert float(result("WBC", "9,000 /uL").value) == 9.0
    assert float(result("WBC", "1,234", "10*3/uL").value) == 1.234


def test_a_comma_stays_open_otherwise():
    found = result("Ferritin", "1,234", "ng/mL")
    assert found.value is None
    assert "comma" in " ".join(found.remarks)


def test_a_flag_before_the_number():
    found = result("CRP", "*6.7", "mg/L")
    assert (float(found.value), found.remarks[0]) == (6.7, "a flag stood in the value cell")


@pytest.mark.parametrize("value", ["1" * 6000, "9" * 16, "1" + "0" * 15, "0." + "1" * 60, "1e99"])
def test_a_number_of_too_many_digits_is_none(value):
    found = result("CRP", value, "mg/L")
    assert found.value is None
    assert "not plausible" in " ".join(found.remarks)


def test_binary_floats_keep_their_value():
    assert round(float(result("Potassium", "5.300000190734863", "mmol/L").value), 3) == 5.3
