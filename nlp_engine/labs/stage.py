"""Observations -> lab results: the composition of this room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from nlp_engine.assessment import Flag, LabResult
from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.labs.flags import Bounds, critical_flag, interval_flag, source_flag, textbook_bounds
from nlp_engine.labs.names import AnalyteNames
from nlp_engine.labs.units import UnitReading, Units, convert
from nlp_engine.labs.values import ParsedValue, parse_value
from nlp_engine.record import Observation, Patient, PatientRecord

_PRESSURE_NAME = re.compile(r"^(nibp|nbp|bp|abp|blood pressure)( systolic/diastolic| panel)?$", re.IGNORECASE)
_PRESSURE_CODES = frozenset({"85354-9", "55284-4", "35094-2"})
_PRESSURE_VALUE = re.compile(r"^(\d{2,3})\s*/\s*(\d{2,3})$")
_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"


class LabStage:
    """Cleans, converts, ranges and flags a record's observations.

    Measured on the MIMIC-III demo by ``benchmarks/labs.py``, which prints the share of rows that are recognised and
    the agreement with the site's own flags.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names = AnalyteNames(catalogue)
        self._units = Units(catalogue)
        self._parse = lru_cache(maxsize=65536)(parse_value)

    @classmethod
    def load(cls, folder: Path | None = None) -> LabStage:
        """Read ``rules/labs``."""
        return cls(Catalogue.load(folder))

    def results(self, record: PatientRecord, *, as_of: datetime | None) -> list[LabResult]:
        """Return one result an observation, in order; "140/90" in one cell becomes two (id and id/diastolic).

        Ages are taken at each result's own time, or at ``as_of`` when it has none.
        """
        seen: set[tuple[str, str, str | None, datetime | None]] = set()
        results = []
        for observation in _split_pressures(record.observations):
            result = self._result(observation, record.patient, observation.time or as_of)
            key = (result.code or result.name, result.text, result.unit, result.time)
            if key in seen and result.time is not None:
                result = result.model_copy(update={"remarks": (*result.remarks, "stands twice in the table")})
            seen.add(key)
            results.append(result)
        return results

    def _result(self, observation: Observation, patient: Patient, when: datetime | None) -> LabResult:
        parsed = self._parse(observation.value)
        analyte = self._names.find(observation.code, observation.name)
        if analyte is None:
            return self._unknown_analyte(observation, parsed)
        unit = self._units.read(analyte, observation.unit)
        number = parsed.number
        if number is not None and unit.conversion is not None:
            number = convert(number, unit.conversion, analyte.places)
        remarks = [*parsed.remarks, *([unit.remark] if unit.remark else [])]
        flag, bounds = None, None
        if number is not None and unit.is_canonical and not _is_plausible(number, parsed, analyte):
            remarks.append(f"not plausible for {analyte.name}; not flagged, please check the source")
        else:
            bounds, reason = self._bounds(observation, analyte, unit, patient, when)
            if reason and number is not None:
                remarks.append(reason)
            flag = _flag(number, parsed, bounds, analyte if unit.is_canonical else None)
            flag, doubt = _with_source_flag(flag, source_flag(observation.flag))
            remarks += doubt
        return LabResult(
            observation_id=observation.id,
            name=analyte.name,
            kind=observation.kind,
            code=analyte.code,
            value=number,
            comparator=parsed.comparator,
            text=observation.value,
            unit=unit.unit,
            time=observation.time,
            reference_low=bounds.low if bounds else None,
            reference_high=bounds.high if bounds else None,
            interval_source=bounds.source if bounds else None,
            flag=flag,
            remarks=tuple(remarks),
            source=observation.source,
        )

    def _bounds(
        self, observation: Observation, analyte: Analyte, unit: UnitReading, patient: Patient, when: datetime | None
    ) -> tuple[Bounds | None, str | None]:
        low, high = observation.reference_low, observation.reference_high
        if low is not None or high is not None:
            if unit.conversion is not None:
                low = None if low is None else convert(low, unit.conversion, analyte.places)
                high = None if high is None else convert(high, unit.conversion, analyte.places)
            return Bounds(low, high, "came with the result"), None
        if not unit.is_canonical:
            return None, None
        return textbook_bounds(analyte, self._catalogue.sources, sex=patient.sex, age_years=patient.age_at(when))

    def _unknown_analyte(self, observation: Observation, parsed: ParsedValue) -> LabResult:
        low, high = observation.reference_low, observation.reference_high
        bounds = Bounds(low, high, "came with the result") if low is not None or high is not None else None
        flag = _flag(parsed.number, parsed, bounds, None)
        flag, doubt = _with_source_flag(flag, source_flag(observation.flag))
        return LabResult(
            observation_id=observation.id,
            name=observation.name,
            kind=observation.kind,
            code=observation.code,
            value=parsed.number,
            comparator=parsed.comparator,
            text=observation.value,
            unit=self._units.ucum(observation.unit),
            time=observation.time,
            reference_low=low,
            reference_high=high,
            interval_source=bounds.source if bounds else None,
            flag=flag,
            remarks=(*parsed.remarks, *doubt, "not an analyte this engine knows"),
            source=observation.source,
        )


def _is_plausible(number: Decimal, parsed: ParsedValue, analyte: Analyte) -> bool:
    limits = analyte.plausible
    too_low = limits.low is not None and number < limits.low and parsed.comparator not in ("<", "<=")
    too_high = limits.high is not None and number > limits.high and parsed.comparator not in (">", ">=")
    return not (too_low or too_high)


def _flag(number: Decimal | None, parsed: ParsedValue, bounds: Bounds | None, analyte: Analyte | None) -> Flag | None:
    if number is None:
        return None
    flag = interval_flag(number, parsed.comparator, bounds) if bounds else None
    critical = critical_flag(number, parsed.comparator, analyte) if analyte else None
    return critical or flag


def _with_source_flag(ours: Flag | None, theirs: Flag | None) -> tuple[Flag | None, list[str]]:
    """Keep the table's own flag where we have none; say so where the two disagree."""
    if theirs is None or ours is None:
        return ours or theirs, []
    if (theirs is Flag.NORMAL) != (ours is Flag.NORMAL):
        return ours, [f"the table's own flag says {theirs.value}"]
    return ours, []


def _split_pressures(observations: tuple[Observation, ...]) -> Iterator[Observation]:
    for observation in observations:
        both = _PRESSURE_VALUE.match(observation.value.strip())
        is_pressure = observation.code in _PRESSURE_CODES or _PRESSURE_NAME.match(observation.name.strip())
        if both and is_pressure:
            blank = {"reference_low": None, "reference_high": None, "flag": None}
            yield observation.model_copy(update={"code": _SYSTOLIC, "value": both.group(1), **blank})
            diastolic = {"id": f"{observation.id}/diastolic", "code": _DIASTOLIC, "value": both.group(2), **blank}
            yield observation.model_copy(update=diastolic)
        else:
            yield observation
