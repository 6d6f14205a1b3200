"""The rows of a table, judged cell by cell: each distinct cell once, then spread over the rows as integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.labs.distinct import alike
from nlp_engine.labs.names import AnalyteNames
from nlp_engine.labs.pressures import pressure_pair
from nlp_engine.labs.units import UnitReading, Units, convert
from nlp_engine.labs.values import PAIR, RANGE, TEXT, ParsedValue, parse_value
from nlp_engine.record import ObservationKind

if TYPE_CHECKING:
    from nlp_engine.labs.distinct import Numbers

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Test:
    """One combination of code, name, specimen and unit, and what it means."""

    code: str
    name: str
    specimen: str
    unit: str
    analyte: Analyte | None
    reading: UnitReading | None
    ucum: str | None

    @property
    def label(self) -> str:
        """The analyte, or the name as it stands."""
        return self.analyte.name if self.analyte else self.name or self.code or "(no name)"


class Judged:
    """A table's rows as arrays.

    Parameters
    ----------
    cells
        The columns of the design as text, "" where there is nothing; all of one length.
    catalogue
        The analytes.
    kind
        Whether the rows are laboratory results or vital signs.

    Attributes
    ----------
    tests, test
        The distinct tests, and for each row the number of its own.
    values, value
        The distinct value cells as they were read, and for each row the number of its own.
    """

    def __init__(self, cells: Mapping[str, pd.Series[str]], catalogue: Catalogue, kind: ObservationKind) -> None:
        self.cells = cells
        self.catalogue = catalogue
        self.names = AnalyteNames(catalogue)
        self.units = Units(catalogue)
        self._kind = kind
        self.rows = len(cells["value"])
        self.value, distinct = _numbered(cells["value"])
        self.value_texts: list[str] = distinct
        self.values: list[ParsedValue] = [parse_value(text, is_unit=self.units.is_unit) for text in distinct]
        inside = np.asarray([parsed.unit or "" for parsed in self.values] or [""], dtype=object)
        unit = cells["unit"]
        self.unit_in_value = (unit == "").to_numpy() & self.spread(inside != "", self.value)
        shown = unit.where(~self.unit_in_value, pd.Series(inside[self.value], dtype=str)) if self.rows else unit
        self.test, first = alike(cells["code"], cells["name"], cells["specimen"], shown)
        rows = zip(
            *(cells[column].take(first) for column in ("code", "name", "specimen")), shown.take(first), strict=True
        )
        self.tests: list[Test] = [self._test(*texts) for texts in rows]

    def _test(self, code: str, name: str, specimen: str, unit: str) -> Test:
        candidates = self.names.find(code or None, name or code, self._kind, specimen or None)
        analyte = self.units.fitting(candidates, unit)
        if analyte is None and not code:
            found = self.names.find_with_unit(name)
            analyte = found if found is not None and self.units.fits(found, unit) else None
        reading = self.units.read(analyte, unit) if analyte else None
        return Test(code, name, specimen, unit, analyte, reading, self.units.ucum(unit))

    def spread(self, per_cell: npt.ArrayLike, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Return for each row what holds for its cell."""
        flags = np.asarray(per_cell, dtype=bool)
        return flags[numbers] if len(flags) else np.zeros(len(numbers), dtype=bool)

    def of_tests(self, holds: list[bool]) -> Mask:
        """Return for each row what holds for its test."""
        return self.spread(holds, self.test)

    def of_values(self, holds: list[bool]) -> Mask:
        """Return for each row what holds for its value cell."""
        return self.spread(holds, self.value)

    @cached_property
    def given(self) -> Floats:
        """The number of each row as it stands, NaN where there is none."""
        numbers = [float(one.number) if one.number is not None else np.nan for one in self.values]
        return np.asarray(numbers or [np.nan])[self.value] if self.rows else np.empty(0)

    @cached_property
    def factor(self) -> Floats:
        """What each row's number is multiplied by, NaN where its unit is of no use."""
        return self._per_test([_factor(test) for test in self.tests])

    @cached_property
    def number(self) -> Floats:
        """The number of each row in the unit of its analyte, NaN where there is none."""
        offset = self._per_test([_offset(test) for test in self.tests])
        plain = np.where(self.sized, self._in_the_only_unit(), self.given * self.factor + offset)
        return np.where(self.two_units, np.nan, plain)

    @cached_property
    def sized(self) -> Mask:
        """Whether the unit is missing and the number tells which one it is (a temperature of 101)."""
        return ~np.isnan(self._in_the_only_unit())

    def _in_the_only_unit(self) -> Floats:
        """Return the numbers without a unit in the one unit that they can be in, NaN for all others."""
        told = self.of_tests([test.unit == "" and _is_by_value(test.analyte) for test in self.tests])
        pairs, first = alike(self.test, self.value, told.astype(np.int64))
        numbers = [self._only_number(row) if told[row] else np.nan for row in first.tolist()]
        return np.asarray(numbers or [np.nan])[pairs] if self.rows else np.empty(0)

    def _only_number(self, row: int) -> float:
        analyte, parsed = self.tests[self.test[row]].analyte, self.values[self.value[row]]
        if analyte is None or parsed.number is None:
            return np.nan
        reading = self.units.by_value(analyte, parsed.number, parsed.comparator)
        if reading is None or reading.conversion is None:
            return np.nan
        return float(convert(parsed.number, reading.conversion, analyte.places))

    @cached_property
    def two_units(self) -> Mask:
        """Whether value cell and unit cell name two units."""
        pairs, first = alike(self.value, self.test)
        holds = [
            bool(self.values[self.value[row]].unit)
            and self.units.ucum(self.values[self.value[row]].unit) != self.tests[self.test[row]].ucum
            for row in first.tolist()
        ]
        return self.spread(holds, pairs)

    @cached_property
    def has_comparator(self) -> Mask:
        """Whether the value is beyond a limit."""
        return self.of_values([one.comparator is not None for one in self.values])

    @cached_property
    def is_known(self) -> Mask:
        """Whether the test is one of ours."""
        return self.of_tests([test.analyte is not None for test in self.tests])

    @cached_property
    def is_pressure(self) -> Mask:
        """Whether the value cell holds both numbers of a blood pressure."""
        holds = [_is_pair(parsed) for parsed in self.values]
        pairs, first = alike(self.value, self.test)
        found = [
            holds[self.value[row]] and self._is_pressure(self.tests[self.test[row]], self.value_texts[self.value[row]])
            for row in first.tolist()
        ]
        return self.spread(found, pairs)

    @cached_property
    def has_result(self) -> Mask:
        """Whether there is a number, a range of numbers, or a result in words."""
        told = self.of_values([one.words is not None or RANGE in one.remarks for one in self.values])
        return (~np.isnan(self.given)) | told | self.is_pressure | self.is_description

    @cached_property
    def is_description(self) -> Mask:
        """Whether the value is the free text that the test is about (a colour, a kind of crystal)."""
        is_text = self.of_values([TEXT in one.remarks for one in self.values])
        return is_text & self.of_tests([_is_described(test.analyte) for test in self.tests])

    @cached_property
    def implausible(self) -> Mask:
        """Whether no living patient has the number."""
        low = self._per_test([_limit(test, "low") for test in self.tests])
        high = self._per_test([_limit(test, "high") for test in self.tests])
        below = self.of_values([one.comparator in ("<", "<=") for one in self.values])
        above = self.of_values([one.comparator in (">", ">=") for one in self.values])
        with np.errstate(invalid="ignore"):
            return ((self.number < low) & ~below) | ((self.number > high) & ~above)

    @cached_property
    def labels(self) -> tuple[Numbers, list[str]]:
        """For each row the number of its test's label, and the labels."""
        numbers, labels = pd.factorize(pd.Series([test.label for test in self.tests], dtype=str))
        return (numbers[self.test] if self.rows else np.empty(0, dtype=np.int64)), labels.tolist()

    def _per_test(self, numbers: list[float]) -> Floats:
        return np.asarray(numbers or [np.nan], dtype=np.float64)[self.test] if self.rows else np.empty(0)

    def _is_pressure(self, test: Test, text: str) -> bool:
        return pressure_pair(test.code or None, test.name, text) is not None


def _numbered(column: pd.Series[str]) -> tuple[Numbers, list[str]]:
    numbers, distinct = pd.factorize(column)
    return numbers.astype(np.int64), distinct.tolist()


def _factor(test: Test) -> float:
    found = test.reading.conversion if test.reading else None
    return float(found.factor) if found else np.nan


def _offset(test: Test) -> float:
    found = test.reading.conversion if test.reading else None
    return float(found.offset) if found else np.nan


def _limit(test: Test, side: str) -> float:
    limit: Decimal | None = getattr(test.analyte.plausible, side) if test.analyte else None
    if limit is None:
        return -np.inf if side == "low" else np.inf
    return float(limit)


def _is_by_value(analyte: Analyte | None) -> bool:
    return analyte is not None and analyte.unit_by_value


def _is_described(analyte: Analyte | None) -> bool:
    return analyte is not None and analyte.unit == "{presence}"


def _is_pair(parsed: ParsedValue) -> bool:
    return parsed.number is None and PAIR in parsed.remarks
