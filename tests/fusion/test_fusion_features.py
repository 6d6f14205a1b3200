"""Features of a record: only what was known at the moment counts, and nothing is made up."""

from datetime import timedelta

from fusion_builders import NOW, absent, crp, day, image, potassium, result, said

from nlp_engine.assessment import EvidenceKind, Flag
from nlp_engine.fusion.features import FeatureReader, known_at, with_absences
from nlp_engine.record import Note, Observation, Patient, PatientRecord, Sex

READER = FeatureReader.load()


def features(*notes, labs=(), images=(), as_of=NOW, patient=None, window_days=30):
    record = PatientRecord(patient=patient or Patient(id="p1"), notes=tuple(note for note, _ in notes))
    return READER.read(record, [e for _, e in notes], labs, images, as_of=as_of, window_days=window_days)


def test_the_newest_number_counts_with_its_age_and_its_row():
    found = features(
        labs=(potassium("5.9", time=day(8)), potassium("4.1", time=day(9, 12)), potassium("3.0", time=day(2)))
    )
    newest = found["lab:2823-3:mmol/L"]
    assert (newest.value, newest.unit) == (4.1, "mmol/L")
    assert newest.evidence[0].source_id == "labs-Potassium-4.1-2024-05-09 12:00:00"
    assert found["lab:2823-3:age_days"].value == 1.0


def test_what_comes_later_or_has_no_time_or_is_too_old_is_not_seen():
    later, undated, old = (
        potassium("6.0", time=time) for time in (NOW + timedelta(hours=1), None, NOW - timedelta(days=31))
    )
    assert features(labs=(later, undated, old)) == {}
    note = said("heart failure", time=NOW + timedelta(hours=1))
    assert features(note) == {}
    assert features(images=(image("pneumonia", 0.9, time=NOW + timedelta(hours=1)),)) == {}


def test_in_a_record_without_any_time_everything_counts():
    assert features(labs=(potassium("6.0", time=None),), as_of=None)["lab:2823-3:mmol/L"].value == 6


def test_a_test_that_was_done_without_a_number_is_told_apart_from_one_that_nobody_ordered():
    spoilt = crp("8").model_copy(update={"value": None, "text": "hemolyzed"})
    found = features(labs=(spoilt,))
    assert set(found) == {"lab:1988-5:ordered"}
    names = ["lab:1988-5:ordered", "lab:1988-5:mg/L", "lab:2823-3:ordered", "note:sepsis:present"]
    assert list(with_absences(found, names).values()) == [1.0, None, 0.0, 0.0]


def test_inexact_and_implausible_numbers_are_none():
    beyond = potassium("10", comparator=">")
    wrong = potassium("41", remarks=("not plausible: a living patient has none",))
    assert set(features(labs=(beyond, wrong))) == {"lab:2823-3:ordered"}


def test_another_unit_is_another_feature():
    found = features(labs=(result("2160-0", "Creatinine", "88", "umol/L", Flag.NORMAL),))
    assert "lab:2160-0:umol/L" in found
    assert "lab:2160-0:mg/dL" not in found


def test_mentions_are_counted_by_concept_and_presence():
    found = features(said("heart failure"), said("heart failure", note_id="n2"), absent("pneumonia", note_id="n3"))
    assert found["note:heart_failure:present"].value == 2
    assert found["note:pneumonia:absent"].value == 1
    assert {e.kind for e in found["note:heart_failure:present"].evidence} == {EvidenceKind.NOTE}


def test_the_highest_score_of_the_newest_day_counts():
    images = (
        image("pneumonia", 0.95, time=day(1), id="o0"),
        image("pneumonia", 0.2, id="o1"),
        image("pneumonia", 0.3, id="o2"),
    )
    assert features(images=images)["image:pneumonia"].value == 0.3


def test_age_and_sex():
    found = features(patient=Patient(id="p", sex=Sex.FEMALE, age_years=61))
    assert (found["age"].value, found["sex"].value) == (61, "female")


def test_known_at_cuts_a_record():
    rows = [Observation(id=str(n), name="K", value="4", time=time) for n, time in enumerate([day(9), day(11), None])]
    notes = (Note(id="a", text="x", time=day(1)), Note(id="b", text="y", time=day(20)))
    record = known_at(PatientRecord(patient=Patient(id="p"), observations=tuple(rows), notes=notes), NOW, window_days=5)
    assert [row.id for row in record.observations] == ["0"]
    assert record.notes == ()
