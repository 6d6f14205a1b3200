"""Sex and age of a patient who comes only as notes: taken where the notes agree, said where they come from."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from text_fakes import stage

from nlp_engine.record import Note, Patient, PatientRecord, Sex
from nlp_engine.text.people import with_told_patient

NOW = datetime(2026, 3, 6)


def told(*notes: tuple[str, datetime | None], **patient: object) -> PatientRecord:
    own = [Note(id=f"n{number}", text=text, time=time) for number, (text, time) in enumerate(notes)]
    record = PatientRecord(patient=Patient(id="p", **patient), notes=tuple(own))
    return with_told_patient(record, stage().extract_many(own), NOW)


def test_sex_and_age_come_from_the_notes_with_their_words():
    record = told(("CC: fall.\nHPI: 83F w/ CKD. Mother died at 68.", NOW))
    patient = record.patient
    assert (patient.sex, patient.age_years, record.problems) == (Sex.FEMALE, 83, ())
    for words in patient.from_notes:
        assert record.notes[0].text[words.start : words.end] == words.text


def test_the_newest_note_counts_with_the_years_since():
    record = told(("58 y/o male.", datetime(2020, 1, 1)), ("61-year-old man.", datetime(2023, 2, 1)))
    assert record.patient.age_years == 64
    assert told(("3 week old male infant", datetime(2026, 2, 20))).patient.age_years == Decimal("0.1")
    assert told(("DOB: 03/01/1950. A 20 yo woman.", NOW)).patient.birth_date == date(1950, 3, 1)


def test_patient_data_always_win():
    record = told(("A 61-year-old man.", NOW), sex=Sex.FEMALE, age_years=Decimal(30))
    assert (record.patient.sex, record.patient.age_years, record.patient.from_notes) == (Sex.FEMALE, 30, ())
    assert [problem.severity for problem in record.problems] == ["warning"]


@pytest.mark.parametrize("second", ["A 34-year-old woman.", "34F here for a cough."])
def test_contradictions_tell_nothing_and_are_said_without_the_note(second):
    record = told(("A 61-year-old man.", NOW), (second, NOW))
    assert (record.patient.sex, record.patient.age_years) == (Sex.UNKNOWN, None)
    assert len(record.problems) == 2
    assert not any(word in problem.sentence for problem in record.problems for word in ("61", "34", "woman", "cough"))


def test_a_record_without_such_notes_stays_the_same():
    record = told(("Lungs clear.", None))
    assert record.patient == Patient(id="p")
    assert record.problems == ()
