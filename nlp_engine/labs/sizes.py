"""A number whose size does not fit its unit: which other unit, or which place of the point, would make it fit.

Only said, never changed. A slip of the point is looked for where no living patient has the number as it stands; another
unit also where the number is three times beyond the sizes that `unit_by_range` gives for its own unit: a glucose of
5.4 "mg/dL".
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from nlp_engine.labs.catalogue import Analyte, Conversion, Limits

_FAR = 3
_ONE_PLACE = (Decimal("0.1"), Decimal(10))
_TWO_PLACES = (Decimal("0.01"), Decimal(100))


def other_unit(analyte: Analyte, number: Decimal, conversion: Conversion, unit: str) -> str | None:
    """Return the one listed unit in which a number would have a usual size; None if its own fits, or several.

    Parameters
    ----------
    number
        As the row gives it.
    conversion
        From the row's unit to the analyte's.
    unit
        The row's unit.
    """
    is_possible = analyte.is_plausible(number * conversion.factor + conversion.offset)
    if is_possible and not _is_far(analyte, number, unit):
        return None
    # A number that can be is doubted only where another unit's sizes are known.
    others = analyte.unit_by_range if is_possible else (*analyte.unit_by_range, analyte.unit, *analyte.units)
    found = [
        other
        for other in dict.fromkeys(others)
        if not _is_same(analyte.conversion(other), conversion) and _fits(analyte, number, other)
    ]
    found = [other for other in found if other in analyte.unit_by_range] or found
    scales = {one.factor for one in map(analyte.conversion, found) if one is not None}
    return found[0] if len(scales) == 1 else None


def moved_point(
    analyte: Analyte, number: Decimal, canonical: Callable[[Decimal], Decimal], usual: Limits | None = None
) -> Decimal | None:
    """Return the number with its point moved by one place if that is plausible, or by two if it is usual then.

    Parameters
    ----------
    canonical
        Converts a number to the analyte's unit.
    usual
        A reference interval in the analyte's unit: of two that are plausible, the one inside it.
    """
    if analyte.is_plausible(canonical(number)):
        return None
    shifted = [number * shift for shift in (*_ONE_PLACE, *_TWO_PLACES)]
    usual_ones = [one for one in shifted if usual is not None and _within(canonical(one), usual)]
    possible = [one for one in shifted[: len(_ONE_PLACE)] if analyte.is_plausible(canonical(one))]
    likely = [one for one in (*usual_ones, *possible) if analyte.is_plausible(canonical(one))]
    return likely[0].normalize() + 0 if likely else None


def size_remark(
    analyte: Analyte, number: Decimal, conversion: Conversion, unit: str, usual: Limits | None = None
) -> str | None:
    """Return the sentence for a number whose size does not fit its unit; None where nothing is to be said."""
    if other := other_unit(analyte, number, conversion, unit):
        return f"as {other} the number would have a usual size, as {unit} it has not; please check the unit"
    moved = moved_point(analyte, number, lambda one: one * conversion.factor + conversion.offset, usual)
    return None if moved is None else f"with the decimal point moved it would be {moved:f}; please check the source"


def _is_far(analyte: Analyte, number: Decimal, unit: str) -> bool:
    """Say whether a number is far beyond the sizes that its unit is met with."""
    sizes = analyte.unit_by_range.get(unit)
    if sizes is None or number == 0:
        return False
    too_low = sizes.low is not None and number * _FAR < sizes.low
    return too_low or (sizes.high is not None and number > sizes.high * _FAR)


def _fits(analyte: Analyte, number: Decimal, unit: str) -> bool:
    """Say whether a number in a unit has a size that is met with."""
    conversion = analyte.conversion(unit)
    if conversion is None or not analyte.is_plausible(number * conversion.factor + conversion.offset):
        return False
    sizes = analyte.unit_by_range.get(unit)
    return sizes is None or _within(number, sizes)


def _is_same(first: Conversion | None, second: Conversion) -> bool:
    return first is not None and (first.factor, first.offset) == (second.factor, second.offset)


def _within(number: Decimal, limits: Limits) -> bool:
    return (limits.low is None or number >= limits.low) and (limits.high is None or number <= limits.high)
