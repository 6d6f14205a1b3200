"""Small builders of observations and records for the tests of the laboratory room."""

from datetime import datetime
from decimal import Decimal

from nlp_engine.labs import LabStage
from nlp_engine.record import Observation, ObservationKind, Patient, PatientRecord, Sex

NOW = datetime(2024, 5, 1, 8, 0)
STAGE = LabStage.load()


def row(name, value, unit=None, **more):
    return Observation(**({"id": "o1", "name": name, "value": value, "unit": unit, "time": NOW} | more))


def vital(name, value, unit=None, **more):
    return row(name, value, unit, kind=ObservationKind.VITAL, **more)


def results(*rows, **patient):
    about = Patient(**({"id": "p1", "sex": Sex.MALE, "age_years": Decimal(50)} | patient))
    return STAGE.results(PatientRecord(patient=about, observations=rows), as_of=NOW)


def result(name, value, unit=None, *, patient=None, **more):
    (only,) = results(row(name, value, unit, **more), **(patient or {}))
    return only
