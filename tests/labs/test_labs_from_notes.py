"""Results told in notes beside those of the tables."""

from datetime import datetime

import pytest

from nlp_engine.assessment import NoteExtraction
from nlp_engine.labs import LabStage, with_note_results
from nlp_engine.record import Note, NoteSpan, Observation, Patient, PatientRecord

NOON = datetime(2026, 3, 4, 12)


@pytest.fixture(scope="module")
def labs():
    return LabStage.load()


def told(value, name="K", *, time=NOON, place=0, **more):
    span = NoteSpan(note_id="n", start=place, end=place + len(value))
    return Observation(id=f"n/{place}", name=name, value=value, time=time, said_in=span, **more)


def joined(labs, notes, tables=()):
    record = PatientRecord(
        patient=Patient(id="p"), notes=(Note(id="n", text="", time=NOON),), observations=tuple(tables)
    )
    extraction = NoteExtraction(note_id="n", observations=tuple(notes))
    return with_note_results(record, [extraction], lambda part: labs.results(part, as_of=NOON))


def row(value, time=NOON, name="Potassium"):
    return Observation(id="row", name=name, value=value, unit="mmol/L", time=time)


def test_a_told_result_is_in_the_record_and_flagged(labs):
    record, results = joined(labs, [told("5.9")])
    assert [one.id for one in record.observations] == ["n/0"]
    assert (results[0].code, results[0].flag, results[0].said_in.note_id) == ("2823-3", "H", "n")
    again, _ = with_note_results(record, [NoteExtraction(note_id="n", observations=(told("5.9"),))], lambda _: [])
    assert len(again.observations) == 1


@pytest.mark.parametrize("time", [NOON.replace(hour=6), datetime(2026, 3, 2, 6)])
def test_the_value_of_a_table_wins(labs, time):
    record, results = joined(labs, [told("5.9")], [row("5.94", time)])
    assert [one.observation_id for one in results] == ["row"]
    assert len(record.observations) == 1


def test_another_value_or_another_week_counts(labs):
    assert len(joined(labs, [told("5.9")], [row("4.1")])[1]) == 2
    assert len(joined(labs, [told("5.9")], [row("5.9", datetime(2026, 2, 4))])[1]) == 2


def test_several_values_of_one_time_and_impossible_ones_are_left_out(labs):
    _, results = joined(labs, [told("5.9"), told("4.1", place=10), told("130", "Na", place=20)])
    assert [one.name for one in results] == ["Sodium"]
    assert joined(labs, [told("59")])[1] == []


@pytest.mark.parametrize(
    ("name", "value", "number", "unit"),
    [
        ("creatinine", "2.3", "2.3", "mg/dL"),
        ("creatinine", "203", "2.296", "mg/dL"),
        ("Hb", "104", "10.4", "g/dL"),
        ("glucose", "5.6", "101", "mg/dL"),
        ("platelet count", "484,000", "484", "10*3/uL"),
        ("creatinine", "30", "30", None),
    ],
)
def test_a_number_without_a_unit_is_read_by_its_size_or_not_at_all(labs, name, value, number, unit):
    (result,) = joined(labs, [told(value, name)])[1]
    assert (str(result.value), result.unit) == (number, unit)
