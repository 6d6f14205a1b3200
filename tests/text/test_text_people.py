"""Who a note is about: the patient's age, sex, size and pregnancy, never those of kin."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_fakes import stage

from nlp_engine.assessment import PersonFact
from nlp_engine.record import Note


@cache
def reader():
    return stage()


def people(text: str) -> tuple[PersonFact, ...]:
    return reader().extract(Note(id="n", text=text)).people


def facts(text: str) -> set[str]:
    found = people(text)
    assert all(text[fact.start : fact.end] == fact.text for fact in found)
    return {
        " ".join(str(part) for part in (fact.label, fact.value, fact.unit, fact.word, fact.date) if part is not None)
        for fact in found
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("68 yo F with cough.", {"AGE 68 a", "SEX female"}),
        ("This is a pleasant 72-year-old gentleman.", {"AGE 72 a", "SEX male"}),
        ("3 week old male infant with fever.", {"AGE 3 wk", "SEX male"}),
        ("ID: 83F h/o HTN", {"AGE 83 a", "SEX female"}),
        ("M/45, chest pain", {"AGE 45 a", "SEX male"}),
        ("He is a 45 year-old.", {"AGE 45 a"}),
        ("HX: This 42y/o RHM was found down.", {"AGE 42 a", "SEX male"}),
        ("Age/Sex: 15 y M   Wt: 58.2 kg", {"AGE 15 a", "SEX male", "WEIGHT 58.2 kg"}),
        ("41yoF w/ T2DM", {"AGE 41 a", "SEX female"}),
        ("19mo M, seizure", {"AGE 19 mo", "SEX male"}),
        ("B: 81 yr F POD #2 hip ORIF. MR#: 77", {"AGE 81 a", "SEX female"}),
        ("A 17-year-old with history of weight loss.", {"AGE 17 a"}),
        ("29 y.o. G3P1011 @ 35w4d, HA", {"AGE 29 a", "GRAVIDITY 3", "PARITY 1", "GESTATION 249 d"}),
        ("G2P1 at 32 weeks.", {"GRAVIDITY 2", "PARITY 1", "GESTATION 224 d"}),
        ("She is currently pregnant.", {"PREGNANCY pregnant"}),
        ("Denies pregnancy. LMP: 3/1/2026", {"PREGNANCY not pregnant", "LAST_PERIOD 2026-03-01"}),
        ("Postpartum day 2, doing well.", {"PREGNANCY postpartum"}),
        ("wt 82 kg, Height 5'10\", BMI 26.1", {"WEIGHT 82 kg", "HEIGHT 70 [in_i]", "BMI 26.1 kg/m2"}),
        ("58M  178 cm  101 kg", {"AGE 58 a", "SEX male", "HEIGHT 178 cm", "WEIGHT 101 kg"}),
        ("Date of Birth:  [**2079-11-14**]   Sex:   F", {"BIRTH_DATE 2079-11-14", "SEX female"}),
    ],
)
def test_what_a_note_says_of_its_patient(text, expected):
    assert facts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Her mother died at 68.",
        "Her 45 yo brother is healthy.",
        "Lives with a 6-year-old daughter.",
        "FAMILY HISTORY: 52-year-old man with gout.",
        "Donor: 44M, CVA.",
        "Knee surgery when she was 14 years old.",
        "Has a 10-year-old history of gout.",
        "Temp 101 F. A 16F Foley and a 6F sheath were placed.",
        "T 38 F",
        "If pregnant, stop the drug. Postpartum depression in 2010.",
        "Weight loss of 20 pounds; birth weight 7 pounds.",
        "Normal vaginal delivery to a G2P1 mother.",
        "Age 15-44: 0",
    ],
)
def test_nothing_is_the_patients(text):
    assert facts(text) == set()


def test_a_contradicted_sex_is_not_told():
    assert "SEX female" not in facts(
        "A 61-year-old female. He has pain. He denies fever. He walks. His gait is normal."
    )
    assert "SEX male" not in facts("A 30 yo man (transgender).")
    assert facts("He has pain. He denies fever. His gait is normal.") == {"SEX male"}


@given(st.text(alphabet="0123456789 yoYOFMmf/-',.:\nGP@wksheager\u00e9", max_size=80))
@settings(deadline=None)
def test_spans_hold_on_any_text(text):
    for fact in people(text):
        assert text[fact.start : fact.end] == fact.text
