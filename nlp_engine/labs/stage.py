"""Observations -> lab results: the composition of this room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path

from nlp_engine.assessment import NOT_PLAUSIBLE, Flag, LabResult
from nlp_engine.labs.catalogue import Analyte, Catalogue, Conversion
from nlp_engine.labs.flags import (
    OWN,
    Bounds,
    critical_flag,
    interval_flag,
    is_child,
    joined_flag,
    own_bounds,
    source_flag,
    textbook_bounds,
)
from nlp_engine.labs.names import AnalyteNames
from nlp_engine.labs.units import UnitReading, Units, convert, shown
from nlp_engine.labs.values import ParsedValue, parse_value
from nlp_engine.record import Observation, Patient, PatientRecord

_PRESSURE_NAME = re.compile(
    r"^(nibp|nbp|bp|abp|rr|blutdruck|(arterial |non[- ]?invasive )?blood pressure)( systolic/diastolic| panel)?$",
    re.IGNORECASE,
)
_PRESSURE_CODES = frozenset({"85354-9", "55284-4", "35094-2"})
_PRESSURE_VALUE = re.compile(r"^(\d{2,3})\s*/\s*(\d{2,3})(\s*mm\s?hg)?$", re.IGNORECASE)
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
        self._parse = lru_cache(maxsize=65536)(partial(parse_value, is_unit=self._units.is_unit))

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
            patient = record.patient
            age = patient.age_at(observation.time or as_of)
            result = self._result(observation, patient, age)
            key = (result.code or result.name, result.text, result.unit, result.time)
            if key in seen and result.time is not None:
                result = result.model_copy(update={"remarks": (*result.remarks, "stands twice in the table")})
            seen.add(key)
            results.append(result)
        return results

    def _result(self, observation: Observation, patient: Patient, age: Decimal | None) -> LabResult:
        parsed = self._parse(observation.value)
        inside = parsed.readings[0].unit if parsed.readings else parsed.unit
        cell = observation.unit if observation.unit and observation.unit.strip() else inside
        analyte = self._analyte(observation, cell)
        if analyte is None:
            return self._unknown_analyte(observation, parsed, cell)
        unit = self._units.read(analyte, cell)
        parsed = _plausible_reading(parsed, analyte, unit)
        number = parsed.number
        if number is not None and unit.unit is None and analyte.unit_by_value:
            unit = self._units.by_value(analyte, number, parsed.comparator) or unit
        if unit.unit is None and observation.said_in is not None:
            parsed, unit = self._by_size(analyte, parsed, unit)
            number = parsed.number
        remarks = [*parsed.remarks, *([unit.remark] if unit.remark else [])]
        if number is not None and parsed.unit and self._units.ucum(parsed.unit) != self._units.ucum(cell):
            number = None
            remarks.append("the value cell and the unit cell name two units; the number was not used")
        if number is not None and unit.conversion is not None:
            number = convert(number, unit.conversion, analyte.places)
        flag, bounds = None, None
        if number is not None and unit.is_canonical and not analyte.is_plausible(number, parsed.comparator):
            remarks.append(f"{NOT_PLAUSIBLE} for {analyte.name}; not flagged, please check the source")
        else:
            bounds, reasons = self._bounds(observation, analyte, unit, patient, age)
            remarks += reasons if number is not None else []
            limits = analyte if unit.is_canonical and not is_child(age) else None
            flag, doubt = _flag(number, parsed, bounds, limits, observation)
            remarks += doubt
        found = _lab_result(observation, parsed, bounds, flag, remarks)
        show = partial(_shown, conversion=unit.conversion, places=analyte.places)
        low, high = show(found.reference_low), show(found.reference_high)
        named = {"name": analyte.name, "code": analyte.code, "value": show(number), "unit": unit.unit}
        return found.model_copy(update=named | {"reference_low": low, "reference_high": high})

    def _by_size(self, analyte: Analyte, parsed: ParsedValue, unit: UnitReading) -> tuple[ParsedValue, UnitReading]:
        """Return the one reading of a note's value whose size tells its unit, with that unit, else what was read."""
        readings = parsed.readings or (parsed,)
        sized = [(one, self._units.by_range(analyte, one.number)) for one in readings if one.number is not None]
        fitting = [(one, found) for one, found in sized if found is not None]
        # "484,000" platelets are the same in a microlitre and, with a decimal comma, in thousands.
        numbers = {
            convert(one.number, found.conversion, analyte.places)
            for one, found in fitting
            if one.number is not None and found.conversion is not None
        }
        return fitting[0] if len(numbers) == 1 else (parsed, unit)

    def _analyte(self, observation: Observation, cell: str | None) -> Analyte | None:
        found = self._units.fitting(self._names.find(observation.code, observation.name, observation.kind), cell)
        if found is None and observation.code is None:
            found = self._names.find_with_unit(observation.name)
            return found if found is not None and self._units.fits(found, cell) else None
        return found

    def _bounds(
        self, observation: Observation, analyte: Analyte, unit: UnitReading, patient: Patient, age: Decimal | None
    ) -> tuple[Bounds | None, list[str]]:
        low, high = observation.reference_low, observation.reference_high
        if unit.conversion is not None:
            low = None if low is None else convert(low, unit.conversion, analyte.places)
            high = None if high is None else convert(high, unit.conversion, analyte.places)
        own, reason = own_bounds(low, high)
        if own is not None or not unit.is_canonical:
            return own, [reason] if reason else []
        bounds, why = textbook_bounds(
            analyte, self._catalogue.sources, sex=patient.sex, age_years=age, pregnant=patient.pregnant
        )
        return bounds, [words for words in (reason, why) if words]

    def _unknown_analyte(self, observation: Observation, parsed: ParsedValue, cell: str | None) -> LabResult:
        bounds, reason = own_bounds(observation.reference_low, observation.reference_high)
        flag, doubt = _flag(parsed.number, parsed, bounds, None, observation)
        remarks = [*parsed.remarks, *([reason] if reason else []), *doubt, "not an analyte this engine knows"]
        found = _lab_result(observation, parsed, bounds, flag, remarks)
        return found.model_copy(update={"unit": self._units.ucum(cell)})


def _lab_result(
    observation: Observation, parsed: ParsedValue, bounds: Bounds | None, flag: Flag | None, remarks: list[str]
) -> LabResult:
    """Return the result of a row as it names itself."""
    return LabResult(
        observation_id=observation.id,
        name=observation.name,
        kind=observation.kind,
        code=observation.code,
        value=parsed.number,
        comparator=parsed.comparator,
        text=observation.value,
        time=observation.time,
        reference_low=bounds.low if bounds else None,
        reference_high=bounds.high if bounds else None,
        interval_source=bounds.source if bounds else None,
        flag=flag,
        remarks=tuple(remarks),
        source=observation.source,
        said_in=observation.said_in,
    )


def _shown(number: Decimal | None, *, conversion: Conversion | None, places: int) -> Decimal | None:
    return None if number is None else shown(number, conversion, places)


def _plausible_reading(parsed: ParsedValue, analyte: Analyte, unit: UnitReading) -> ParsedValue:
    """Return the one reading of an ambiguous cell that this analyte can have, or the cell as it was read."""
    if unit.conversion is None:
        return parsed
    fitting = []
    for reading in parsed.readings:
        number = convert(reading.number or Decimal(0), unit.conversion, analyte.places)
        # A number that the assay would print as 0 is no result of it: 9.000 platelets in a microlitre.
        if round(number, analyte.places) and analyte.is_plausible(number, reading.comparator):
            fitting.append(reading)
    return fitting[0] if len(fitting) == 1 else parsed


def _flag(
    number: Decimal | None, parsed: ParsedValue, bounds: Bounds | None, limits: Analyte | None, observation: Observation
) -> tuple[Flag | None, list[str]]:
    """Return the flag with what is doubtful about it; ``limits`` is the analyte whose critical limits hold."""
    ours = None
    if number is not None:
        interval = interval_flag(number, parsed.comparator, bounds) if bounds else None
        ours = (critical_flag(number, parsed.comparator, limits) if limits else None) or interval
    own_interval = bounds is not None and bounds.source == OWN
    flag, doubt = joined_flag(ours, source_flag(observation.flag), own_interval=own_interval)
    return flag, [doubt] if doubt else []


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
