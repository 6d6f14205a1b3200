"""The cells of one row -> a reading: analyte, number, unit, interval, flag. Records and tables are read by it alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path

from nlp_engine.assessment import NOT_PLAUSIBLE, Flag
from nlp_engine.labs.catalogue import Analyte, Catalogue, Conversion, Limits
from nlp_engine.labs.flags import OWN, Bounds, critical_flag, interval_flag, joined_flag, own_bounds, source_flag
from nlp_engine.labs.intervals import IntervalBook, Person
from nlp_engine.labs.intervals.site import read_site_intervals
from nlp_engine.labs.names import AnalyteNames
from nlp_engine.labs.sizes import size_remark
from nlp_engine.labs.units import UnitReading, Units, convert, shown
from nlp_engine.labs.values import Comparator, ParsedValue, parse_value
from nlp_engine.record import ObservationKind

_KEPT = 1 << 16
"""How many value cells are remembered; hospitals repeat a few thousand."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row as they came; ``is_told`` when the result stands in a note and not in a table."""

    name: str
    value: str
    code: str | None = None
    kind: ObservationKind = ObservationKind.LAB
    unit: str | None = None
    reference_low: Decimal | None = None
    reference_high: Decimal | None = None
    flag: str | None = None
    specimen: str | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cells of a row mean.

    Parameters
    ----------
    analyte
        None when it is none of ours.
    number
        In ``unit``, as it is shown; None when the cell holds no number that can be used.
    words
        A result in words ("negative").
    unit
        UCUM where the spelling is known, else the cell; the analyte's own unit when the number was converted to it.
    given_unit
        The unit of the row itself, UCUM where the spelling is known.
    low, high
        The interval that the flag was made by, in ``unit``.
    interval_source
        Whose interval it is.
    remarks
        Every change and every doubt.
    """

    analyte: Analyte | None
    number: Decimal | None
    comparator: Comparator | None
    words: str | None
    unit: str | None
    given_unit: str | None
    low: Decimal | None
    high: Decimal | None
    interval_source: str | None
    flag: Flag | None
    remarks: tuple[str, ...]


class CellReader:
    """Reads the cells of a row; nothing is guessed, and every change is said.

    Parameters
    ----------
    catalogue
        The analytes.
    book
        The intervals and critical limits for rows that bring none.
    """

    def __init__(self, catalogue: Catalogue, book: IntervalBook) -> None:
        self.catalogue = catalogue
        self.book = book
        self._names = AnalyteNames(catalogue)
        self._units = Units(catalogue)
        self._parse = lru_cache(maxsize=_KEPT)(partial(parse_value, is_unit=self._units.is_unit))
        self._ucum = lru_cache(maxsize=_KEPT)(self._units.ucum)
        analytes = {analyte.id: analyte for analyte in catalogue.analytes}
        # By id, as an analyte is no key.
        self._interval = lru_cache(maxsize=_KEPT)(
            lambda analyte, person, name: book.bounds(analytes[analyte], person, name)
        )
        self._critical = lru_cache(maxsize=_KEPT)(lambda analyte, person: book.critical(analytes[analyte], person))

    @classmethod
    def load(cls, folder: Path | None = None, *, site_intervals: Path | None = None) -> CellReader:
        """Read ``rules/labs``, and the file of a site's own intervals and critical limits.

        Raises
        ------
        nlp_engine.errors.InputError
            If the site's file cannot be used.
        """
        catalogue = Catalogue.load(folder)
        site = read_site_intervals(site_intervals, catalogue) if site_intervals else None
        return cls(catalogue, IntervalBook.load(catalogue, folder and folder / "intervals", site=site))

    def like(self, person: Person) -> Person:
        """Return one and the same person for all whose results are read alike."""
        return self.book.like(person)

    def read(self, cells: Cells, person: Person) -> Reading:
        """Return what the cells of a row mean for a person."""
        parsed = self._parse(cells.value)
        inside = parsed.readings[0].unit if parsed.readings else parsed.unit
        cell = cells.unit if cells.unit and cells.unit.strip() else inside
        analyte = self._analyte(cells, cell)
        if analyte is None:
            return self._unknown_analyte(cells, parsed, cell)
        parsed, unit = self._in_unit(cells, analyte, parsed, cell)
        remarks = [*parsed.remarks, *([unit.remark] if unit.remark else [])]
        number = parsed.number
        if number is not None and parsed.unit and self._ucum(parsed.unit) != self._ucum(cell):
            number = None
            remarks.append("the value cell and the unit cell name two units; the number was not used")
        if number is not None and unit.conversion is not None:
            number = convert(number, unit.conversion, analyte.places)
            remarks += self._size(analyte, parsed, unit.conversion, cell, person)
        flag, bounds = None, None
        if number is not None and unit.is_canonical and not analyte.is_plausible(number, parsed.comparator):
            remarks.append(f"{NOT_PLAUSIBLE} for {analyte.name}; not flagged, please check the source")
        else:
            bounds, reasons = self._bounds(cells, analyte, unit, person)
            remarks += reasons if number is not None else []
            limits = self._critical(analyte.id, person) if unit.is_canonical else None
            flag, doubt = _flag(number, parsed.comparator, bounds, limits, cells)
            remarks += doubt
        return Reading(
            analyte=analyte,
            number=_shown(number, unit=unit, places=analyte.places),
            comparator=parsed.comparator,
            words=parsed.words,
            unit=unit.unit,
            given_unit=self._ucum(cell),
            low=_shown_end(bounds.low, bounds, unit, analyte) if bounds else None,
            high=_shown_end(bounds.high, bounds, unit, analyte) if bounds else None,
            interval_source=bounds.source if bounds else None,
            flag=flag,
            remarks=tuple(remarks),
        )

    def _analyte(self, cells: Cells, cell: str | None) -> Analyte | None:
        found = self._units.fitting(self._names.find(cells.code, cells.name, cells.kind, cells.specimen), cell)
        if found is None and cells.code is None:
            found = self._names.find_with_unit(cells.name)
            return found if found is not None and self._units.fits(found, cell) else None
        return found

    def _size(
        self, analyte: Analyte, parsed: ParsedValue, conversion: Conversion, cell: str | None, person: Person
    ) -> list[str]:
        """Return what is to be said of a number whose size does not fit its unit."""
        if parsed.number is None or parsed.comparator is not None:
            return []
        usual = None
        if not analyte.is_plausible(convert(parsed.number, conversion, analyte.places)):
            bounds, _ = self._interval(analyte.id, person, "")
            usual = Limits(low=bounds.low, high=bounds.high) if bounds else None
        said = size_remark(analyte, parsed.number, conversion, self._ucum(cell) or analyte.unit, usual)
        return [said] if said else []

    def _in_unit(
        self, cells: Cells, analyte: Analyte, parsed: ParsedValue, cell: str | None
    ) -> tuple[ParsedValue, UnitReading]:
        """Return the value as this analyte can have it, and how its unit becomes the analyte's."""
        unit = self._units.read(analyte, cell)
        parsed = _plausible_reading(parsed, analyte, unit)
        if parsed.number is not None and unit.unit is None and analyte.unit_by_value:
            unit = self._units.by_value(analyte, parsed.number, parsed.comparator) or unit
        if unit.unit is None and cells.is_told:
            return self._by_size(analyte, parsed, unit)
        return parsed, unit

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

    def _bounds(
        self, cells: Cells, analyte: Analyte, unit: UnitReading, person: Person
    ) -> tuple[Bounds | None, Sequence[str]]:
        """Return the interval in the analyte's unit, the row's own first, and what is doubtful about it."""
        low, high = cells.reference_low, cells.reference_high
        if unit.conversion is not None:
            low = None if low is None else convert(low, unit.conversion, analyte.places)
            high = None if high is None else convert(high, unit.conversion, analyte.places)
        own, reason = own_bounds(low, high)
        if own is not None or not unit.is_canonical:
            return own, [reason] if reason else []
        bounds, why = self._interval(analyte.id, person, cells.name)
        return bounds, [words for words in (reason, why) if words]

    def _unknown_analyte(self, cells: Cells, parsed: ParsedValue, cell: str | None) -> Reading:
        bounds, reason = own_bounds(cells.reference_low, cells.reference_high)
        flag, doubt = _flag(parsed.number, parsed.comparator, bounds, None, cells)
        unit = self._ucum(cell)
        return Reading(
            analyte=None,
            number=parsed.number,
            comparator=parsed.comparator,
            words=parsed.words,
            unit=unit,
            given_unit=unit,
            low=bounds.low if bounds else None,
            high=bounds.high if bounds else None,
            interval_source=bounds.source if bounds else None,
            flag=flag,
            remarks=(*parsed.remarks, *([reason] if reason else []), *doubt, "not an analyte this engine knows"),
        )


def _shown(number: Decimal | None, *, unit: UnitReading, places: int) -> Decimal | None:
    return None if number is None else shown(number, unit.conversion, places)


def _shown_end(end: Decimal | None, bounds: Bounds, unit: UnitReading, analyte: Analyte) -> Decimal | None:
    """Return an end of an interval as it is shown: one that was converted for all rows in the assay's places."""
    if end is None or bounds.source == OWN:
        return _shown(end, unit=unit, places=analyte.places)
    rounded = round(end, analyte.places)
    return end if end == rounded else rounded


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
    number: Decimal | None, comparator: Comparator | None, bounds: Bounds | None, limits: Bounds | None, cells: Cells
) -> tuple[Flag | None, list[str]]:
    """Return the flag with what is doubtful about it; ``limits`` are the critical ones."""
    ours = None
    if number is not None:
        interval = interval_flag(number, comparator, bounds) if bounds else None
        ours = (critical_flag(number, comparator, limits) if limits else None) or interval
    own_interval = bounds is not None and bounds.source == OWN
    flag, doubt = joined_flag(ours, source_flag(cells.flag), own_interval=own_interval)
    return flag, [doubt] if doubt else []
