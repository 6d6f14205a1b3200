"""What the record itself knows: ages, running medications, and which moment is "now"."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from nlp_engine.record import Medication, Note, Observation, Patient, PatientRecord, latest, sort_time

MAY_1, MAY_2 = datetime(2024, 5, 1, 8), datetime(2024, 5, 2, 8)


@pytest.mark.parametrize(
    ("birth_date", "when", "age"),
    [(date(1950, 5, 2), MAY_1, 73), (date(1950, 5, 1), MAY_1, 74), (date(2000, 2, 29), datetime(2024, 2, 28), 23)],
)
def test_age_in_whole_years(birth_date, when, age):
    assert Patient(id="p", birth_date=birth_date).age_at(when) == age


@pytest.mark.parametrize("birth_date", [date(2090, 1, 1), date(1790, 1, 1)])
def test_a_birth_date_that_cannot_be_tells_no_age(birth_date):
    assert Patient(id="p", birth_date=birth_date).age_at(MAY_1) is None


def test_age_without_birth_date_is_what_was_given():
    assert Patient(id="p", age_years=Decimal("0.5")).age_at(MAY_1) == Decimal("0.5")
    assert Patient(id="p").age_at(MAY_1) is None


def test_now_is_the_newest_thing_that_happened():
    record = PatientRecord(
        patient=Patient(id="p"),
        notes=(Note(id="n", text="x", time=MAY_1),),
        observations=(Observation(id="o", name="K", value="4", time=MAY_2),),
        medications=(Medication(id="m", name="metformin", start=datetime(2031, 1, 1)),),
    )
    assert record.latest_time() == MAY_2


def test_now_of_medications_alone():
    record = PatientRecord(patient=Patient(id="p"), medications=(Medication(id="m", name="metformin", start=MAY_1),))
    assert record.latest_time() == MAY_1
    assert PatientRecord(patient=Patient(id="p")).latest_time() is None


def test_times_with_and_without_zone_are_compared():
    assert latest([MAY_1, None, datetime(2024, 5, 1, 9, tzinfo=UTC)]) == datetime(2024, 5, 1, 9, tzinfo=UTC)
    assert sort_time(None) < sort_time(MAY_1)


@pytest.mark.parametrize(
    ("medication", "active"),
    [
        (Medication(id="m", name="x"), True),
        (Medication(id="m", name="x", status="Stopped"), False),
        (Medication(id="m", name="x", stop=MAY_1), False),
        (Medication(id="m", name="x", start=datetime(2024, 6, 1)), False),
        (Medication(id="m", name="x", status="held"), False),
        (Medication(id="m", name="x", status="see chart"), None),
    ],
)
def test_whether_a_medication_runs(medication, active):
    assert medication.is_active_at(MAY_2) is active


def test_two_notes_of_one_id_are_refused():
    notes = (Note(id="n", text="Severe chest pain."), Note(id="n", text="No cough."))
    with pytest.raises(ValueError, match="two notes have the same id") as error:
        PatientRecord(patient=Patient(id="p"), notes=notes)
    assert "chest pain" not in str(error.value)


def test_errors_of_a_record_do_not_quote_it():
    with pytest.raises(ValueError, match="Extra inputs are not permitted") as error:
        Note.model_validate({"id": "n", "text": "x", "comment": "Severe chest pain."})
    assert "chest pain" not in str(error.value)
