"""Observations of a record -> lab results, one each; two of a blood pressure with both numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from nlp_engine.assessment import LabResult
from nlp_engine.labs.comparison import Compared, Comparer
from nlp_engine.labs.intervals import Person, person_at
from nlp_engine.labs.pressures import DIASTOLIC, SYSTOLIC, pressure_pair
from nlp_engine.labs.reading import CellReader, Cells
from nlp_engine.record import Observation, PatientRecord

STANDS_TWICE = "stands twice in the table"


class LabStage:
    """Cleans, converts, ranges and flags a record's observations.

    Measured on the MIMIC-III demo by ``benchmarks/labs.py``, which prints the share of rows that are recognised and
    the agreement with the site's own flags.
    """

    def __init__(self, reader: CellReader, comparer: Comparer) -> None:
        self._reader = reader
        self._comparer = comparer

    @classmethod
    def load(cls, folder: Path | None = None, *, site_intervals: Path | None = None) -> LabStage:
        """Read ``rules/labs``, and the file of a site's own intervals and critical limits.

        Raises
        ------
        nlp_engine.errors.InputError
            If the site's file cannot be used.
        """
        reader = CellReader.load(folder, site_intervals=site_intervals)
        return cls(reader, Comparer.load(reader.catalogue, folder))

    def results(self, record: PatientRecord, *, as_of: datetime | None) -> list[LabResult]:
        """Return one result an observation, in order; "140/90" in one cell becomes two (id and id/diastolic).

        Ages are taken at each result's own time, or at ``as_of`` when it has none.
        """
        seen: set[tuple[str, str, str | None, datetime | None]] = set()
        results = []
        patient = record.patient
        for observation in _split_pressures(record.observations):
            result = self._result(observation, person_at(patient, observation.time or as_of))
            key = (result.code or result.name, result.text, result.unit, result.time)
            if key in seen and result.time is not None:
                result = result.model_copy(update={"remarks": (*result.remarks, STANDS_TWICE)})
            seen.add(key)
            results.append(result)
        return results

    def compared(self, results: Sequence[LabResult], *, as_of: datetime | None) -> Compared:
        """Return one patient's results, in their order, compared with one another: changes, and what does not fit."""
        return self._comparer.compare(results, as_of=as_of)

    def _result(self, observation: Observation, person: Person) -> LabResult:
        reading = self._reader.read(_cells(observation), person)
        return LabResult(
            observation_id=observation.id,
            name=reading.analyte.name if reading.analyte else observation.name,
            kind=observation.kind,
            code=reading.analyte.code if reading.analyte else observation.code,
            value=reading.number,
            comparator=reading.comparator,
            text=observation.value,
            unit=reading.unit,
            time=observation.time,
            reference_low=reading.low,
            reference_high=reading.high,
            interval_source=reading.interval_source,
            flag=reading.flag,
            remarks=reading.remarks,
            source=observation.source,
            said_in=observation.said_in,
        )


def _cells(observation: Observation) -> Cells:
    return Cells(
        name=observation.name,
        value=observation.value,
        code=observation.code,
        kind=observation.kind,
        unit=observation.unit,
        reference_low=observation.reference_low,
        reference_high=observation.reference_high,
        flag=observation.flag,
        specimen=observation.specimen,
        is_told=observation.said_in is not None,
    )


def _split_pressures(observations: tuple[Observation, ...]) -> Iterator[Observation]:
    for observation in observations:
        pair = pressure_pair(observation.code, observation.name, observation.value)
        if pair is None:
            yield observation
            continue
        systolic, diastolic = pair
        blank = {"reference_low": None, "reference_high": None, "flag": None}
        yield observation.model_copy(update={"code": SYSTOLIC, "value": systolic, **blank})
        other = {"id": f"{observation.id}/diastolic", "code": DIASTOLIC, "value": diastolic, **blank}
        yield observation.model_copy(update=other)
