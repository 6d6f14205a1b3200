"""The table of results tells the change since the patient's previous one."""

from datetime import datetime
from decimal import Decimal

from nlp_engine.assessment import Assessment, LabResult, ResultChange
from nlp_engine.batch.result import result_of
from nlp_engine.record import Patient, PatientRecord


def test_changes_are_columns_of_their_own():
    change = ResultChange(
        previous_id="a",
        hours=Decimal(36),
        amount=Decimal("0.4"),
        percent=Decimal(40),
        limit=Decimal("14.6"),
        exceeds=True,
    )
    results = (
        LabResult(observation_id="a", name="Creatinine", text="1.0", time=datetime(2026, 1, 1)),
        LabResult(observation_id="b", name="Creatinine", text="1.4", time=datetime(2026, 1, 2), change=change),
    )
    record = PatientRecord(patient=Patient(id="p1"))
    first, second = result_of(Assessment(record=record, lab_results=results), row=None).labs.to_pylist()
    assert [first[name] for name in first if name.startswith("change")] == [None] * 4
    assert (second["change"], second["change_percent"], second["change_hours"]) == (0.4, 40.0, 36.0)
    assert second["change_exceeds"] is True
