"""The laboratory room and the engine compare a patient's results: changes, doubts, and what a note tells."""

from datetime import timedelta
from decimal import Decimal

from lab_builders import NOW, STAGE, results, row

from nlp_engine.engine import Engine
from nlp_engine.record import NoteSpan, Patient, PatientRecord


def rows(*, said=None):
    first = {"Potassium": "4.1", "Calcium": "9.0"}
    second = {"Potassium": "7.8", "Calcium": "5.0"}
    return [
        row(
            name,
            value,
            "mmol/L" if name == "Potassium" else "mg/dL",
            id=f"{name}{day}",
            time=NOW + timedelta(days=day),
            **more,
        )
        for day, values, more in ((0, first, {}), (1, second, {"said_in": said} if said else {}))
        for name, value in values.items()
    ]


def test_the_stage_compares_what_it_read():
    read = results(*rows())
    compared = STAGE.compared(read, as_of=None)
    assert [one.observation_id for one in compared.results] == [one.observation_id for one in read]
    assert compared.results[2].change.amount == Decimal("3.7")
    assert compared.results[2].change.exceeds is True
    assert [misfit.pattern for misfit in compared.misfits] == ["edta"]
    assert compared.results[2].remarks == ("does not fit this patient: contamination with potassium EDTA?",)
    assert compared.results[0] is read[0]


def test_what_a_note_tells_has_a_change_and_is_no_sample():
    compared = STAGE.compared(results(*rows(said=NoteSpan(note_id="n1", start=0, end=3))), as_of=None)
    assert compared.results[2].change.amount == Decimal("3.7")
    assert compared.misfits == ()


def test_an_assessment_holds_changes_and_misfits_and_survives_json():
    record = PatientRecord(patient=Patient(id="p1", age_years=Decimal(60)), observations=tuple(rows()))
    assessment = Engine(labs=STAGE).assess(record)
    again = type(assessment).model_validate_json(assessment.to_json())
    assert again == assessment
    assert again.misfits[0].observation_ids == ("Potassium1", "Calcium1")
    assert again.lab_results[3].change.previous_id == "Calcium0"


def test_a_sample_after_the_time_of_the_assessment_is_not_seen():
    record = PatientRecord(patient=Patient(id="p1", age_years=Decimal(60)), observations=tuple(rows()))
    assert Engine(labs=STAGE).assess(record, as_of=NOW + timedelta(hours=12)).misfits == ()


def test_an_engine_without_labs_has_nothing_to_compare():
    assert Engine().assess(PatientRecord(patient=Patient(id="p1"))).misfits == ()
