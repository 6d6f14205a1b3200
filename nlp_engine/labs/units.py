"""Spelling of a unit -> UCUM, and a value in it -> the analyte's canonical unit. Nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from nlp_engine.knowledge import fold_unit
from nlp_engine.labs.catalogue import Analyte, Catalogue, Conversion
from nlp_engine.labs.spellings import metric_unit

_GIGA = re.compile(r"^G\s?/\s?[lL]$")
_MOST_DIGITS = 20
"""Numbers with more digits before the point are typing errors and stay as they are."""


@dataclass(frozen=True, slots=True)
class UnitReading:
    """How a row's unit becomes the canonical one.

    ``unit`` is the unit the result is shown in; ``conversion`` is None when the number stays as it came.
    """

    unit: str | None
    conversion: Conversion | None = None
    remark: str | None = None

    @property
    def is_canonical(self) -> bool:
        """Whether the number, converted, is in the analyte's canonical unit."""
        return self.conversion is not None


class Units:
    """Reads the unit cells of a table."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._spellings = catalogue.spellings
        self._cache: dict[tuple[str, str | None], UnitReading] = {}
        self._conversions: dict[tuple[str, str], Conversion | None] = {}

    def read(self, analyte: Analyte, cell: str | None) -> UnitReading:
        """Return how the unit in a cell relates to the analyte's."""
        key = (analyte.id, cell)
        if key not in self._cache:
            self._cache[key] = self._read(analyte, cell)
        return self._cache[key]

    def fitting(self, analytes: tuple[Analyte, ...], cell: str | None) -> Analyte | None:
        """Return the first of some analytes that the unit fits, or the first of all; None of none."""
        if len(analytes) < 2:
            return analytes[0] if analytes else None
        listed = (analyte for analyte in analytes if self._is_listed(analyte, cell))
        return next(listed, None) or next((one for one in analytes if self.fits(one, cell)), analytes[0])

    def fits(self, analyte: Analyte, cell: str | None) -> bool:
        """Say whether a cell gives a unit that becomes the analyte's."""
        unit = self._ucum_of(analyte, cell)
        return unit is not None and self._conversion(analyte, unit) is not None

    def _is_listed(self, analyte: Analyte, cell: str | None) -> bool:
        unit = self._ucum_of(analyte, cell)
        return unit is not None and analyte.conversion(unit) is not None

    def by_value(self, analyte: Analyte, number: Decimal, comparator: str | None) -> UnitReading | None:
        """Return the one unit in which a number without a unit is plausible; None if none or several."""
        units = {unit: analyte.conversion(unit) for unit in (analyte.unit, *analyte.units)}
        fitting = [
            UnitReading(analyte.unit, conversion, f"the unit was not given; only as {unit} is the number plausible")
            for unit, conversion in units.items()
            if conversion and analyte.is_plausible(convert(number, conversion, analyte.places), comparator)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def by_range(self, analyte: Analyte, number: Decimal) -> UnitReading | None:
        """Return the unit that a number without one has in a note by its size; None if that does not tell."""
        for unit, limits in analyte.unit_by_range.items():
            conversion = analyte.conversion(unit)
            is_inside = (limits.low or 0) <= number and (limits.high is None or number <= limits.high)
            if conversion is not None and is_inside:
                return UnitReading(analyte.unit, conversion, f"the note gives no unit; by its size it is {unit}")
        return None

    def is_unit(self, text: str) -> bool:
        """Say whether a text is a spelling of a unit."""
        return fold_unit(text) in self._spellings or metric_unit(text) is not None

    def ucum(self, cell: str | None) -> str | None:
        """Return the UCUM unit of a spelling, the cell itself when it is not known, None when empty."""
        if cell is None or not cell.strip():
            return None
        return self._spellings.get(fold_unit(cell)) or metric_unit(cell) or cell.strip()

    def _ucum_of(self, analyte: Analyte, cell: str | None) -> str | None:
        """Return the UCUM unit of a cell; "G/l" is giga per litre where cells are counted, gram per litre elsewhere."""
        if cell and _GIGA.match(cell.strip()) and analyte.conversion("10*9/L") is not None:
            return "10*9/L"
        return self.ucum(cell)

    def _conversion(self, analyte: Analyte, unit: str) -> Conversion | None:
        """Return the conversion that ``rules/labs`` lists, else the one that follows from UCUM and the molar mass."""
        key = (analyte.id, unit)
        if key not in self._conversions:
            self._conversions[key] = analyte.conversion(unit) or analyte.derived(unit)
        return self._conversions[key]

    def _read(self, analyte: Analyte, cell: str | None) -> UnitReading:
        if cell is None or not cell.strip():
            if analyte.unit.startswith("{"):  # a ratio, a score, words: there is no unit to give
                return UnitReading(analyte.unit, Conversion(factor=Decimal(1)))
            if analyte.unit_optional:
                return UnitReading(
                    analyte.unit, Conversion(factor=Decimal(1)), "the unit was not given; only one is in use"
                )
            return UnitReading(None, None, "the unit was not given")
        unit = self._ucum_of(analyte, cell)
        conversion = self._conversion(analyte, unit) if unit else None
        if conversion is None:
            return UnitReading(unit, None, f"the unit {unit} cannot be converted to {analyte.unit}")
        remark = None
        if not conversion.is_identity:
            remark = f"converted from {unit}"
        return UnitReading(analyte.unit, conversion, remark)


def convert(number: Decimal, conversion: Conversion, places: int) -> Decimal:
    """Return number * factor + offset; rounded to three places more than the assay's when it was converted.

    They keep a number and the end of its interval apart while they are compared; `shown` takes them off.
    """
    if conversion.is_identity:
        return number
    value = number * conversion.factor + conversion.offset
    return round(value, places + 3).normalize() + 0


def shown(number: Decimal, conversion: Conversion | None, places: int) -> Decimal:
    """Return a number as it is shown: a converted one in the assay's places, any without zeros beyond them."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if number.adjusted() < _MOST_DIGITS else number
    if conversion is not None and not conversion.is_identity:
        return rounded.normalize() + 0
    return rounded if rounded == number and _places(number) > places else number


def _places(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)
