"""Numbers that cannot be, the place of the point or the unit that would explain them, and groups in a wrong unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np
import pandas as pd

from nlp_engine.labs.catalogue import Analyte, Conversion, Limits
from nlp_engine.labs.distinct import alike
from nlp_engine.labs.intervals import IntervalBook, Person
from nlp_engine.labs.quality.found import Found
from nlp_engine.labs.quality.judged import Floats, Judged, Mask, Test
from nlp_engine.labs.sizes import moved_point, other_unit

_LEAST = 10
"""Numbers that a group needs before its median is looked at."""
_WIDE = 3
"""How far a median may lie beyond a reference interval: wards hold sick people."""


def size_issues(judged: Judged, book: IntervalBook) -> Iterator[Found]:
    """Yield impossible numbers with a likely explanation, and tests whose unit looks wrong as a whole."""
    usual = {test.analyte.id: _usual(test.analyte, book) for test in judged.tests if test.analyte}
    groups = _swapped_groups(judged, usual)
    yield groups
    looked_at = _suspicious(judged)
    pairs, first = alike(judged.test, judged.value, looked_at.astype(np.int64))
    said = [_explained(judged, row, usual) if looked_at[row] else ("", "") for row in first.tolist()]
    label, names = judged.labels
    for kind in ("unit_swapped", "decimal_slip"):
        rows = judged.spread([found == kind for found, _ in said], pairs)
        yield Found(kind, rows, label, names, pairs, [text for _, text in said])
    explained = judged.spread([bool(found) for found, _ in said], pairs)
    yield Found("implausible", judged.implausible & ~explained, label, names, judged.value, judged.value_texts)


def _suspicious(judged: Judged) -> Mask:
    """Return the rows whose number is worth a look: impossible, or far from what its unit is met with."""
    low, high = (_per_test(judged, [_far(test, side) for test in judged.tests]) for side in ("low", "high"))
    with np.errstate(invalid="ignore"):
        far = (judged.given < low) | (judged.given > high)
    return (judged.implausible | far) & ~np.isnan(judged.number) & ~judged.has_comparator


def _far(test: Test, side: str) -> float:
    sizes = test.analyte.unit_by_range.get(test.ucum or "") if test.analyte else None
    if side == "low":
        return float(sizes.low) / _WIDE if sizes and sizes.low is not None else -np.inf
    return float(sizes.high) * _WIDE if sizes and sizes.high is not None else np.inf


def _explained(judged: Judged, row: int, usual: dict[str, Limits | None]) -> tuple[str, str]:
    """Return the issue of one number, and the number with its likely reading; blank where nothing explains it."""
    test, number = judged.tests[judged.test[row]], judged.values[judged.value[row]].number
    conversion = test.reading.conversion if test.reading else None
    if test.analyte is None or number is None or conversion is None:
        return "", ""
    if unit := other_unit(test.analyte, number, conversion, test.ucum or test.analyte.unit):
        return "unit_swapped", f"{number} {test.unit}, likely {unit}"
    moved = moved_point(test.analyte, number, _into(conversion), usual.get(test.analyte.id))
    return ("", "") if moved is None else ("decimal_slip", f"{number}, with the point moved {moved:f}")


def _into(conversion: Conversion) -> Callable[[Decimal], Decimal]:
    return lambda number: number * conversion.factor + conversion.offset


def _swapped_groups(judged: Judged, usual: dict[str, Limits | None]) -> Found:
    """Find tests whose median lies outside what is usual in their unit and inside it in another one."""
    frame = pd.DataFrame({"test": judged.test, "given": judged.given})[~judged.has_comparator].dropna()
    medians = frame.groupby("test")["given"].agg(["median", "size"])
    said = [""] * len(judged.tests)
    for number, median, size in medians.itertuples():
        test = judged.tests[number]
        unit = _likely_unit(test, float(median), usual) if size >= _LEAST else None
        if unit:
            said[number] = f"{test.label}: median {median:g} {test.unit}, likely {unit}"
    labels, distinct = pd.factorize(pd.Series(said, dtype=str))
    rows = judged.of_tests([bool(text) for text in said])
    groups = labels.astype(np.int64)[judged.test] if judged.rows else judged.test
    return Found("unit_swapped_group", rows, groups, distinct.tolist())


def _likely_unit(test: Test, median: float, usual: dict[str, Limits | None]) -> str | None:
    """Return the one listed unit in which a median is usual, where in its own it is not."""
    analyte, reading = test.analyte, test.reading
    limits = usual.get(analyte.id) if analyte else None
    if analyte is None or limits is None or reading is None or reading.conversion is None or not test.unit:
        return None
    if _is_usual(median, reading.conversion, limits):
        return None
    fitting: dict[tuple[Decimal, Decimal], str] = {}
    for unit in dict.fromkeys((*analyte.unit_by_range, analyte.unit, *analyte.units)):
        conversion = analyte.conversion(unit)
        if conversion is not None and _is_usual(median, conversion, limits):
            fitting.setdefault((conversion.factor, conversion.offset), unit)
    sized = [unit for unit in fitting.values() if unit in analyte.unit_by_range] or list(fitting.values())
    return sized[0] if len(sized) == 1 else None


def _is_usual(number: float, conversion: Conversion, limits: Limits) -> bool:
    canonical = Decimal(number) * conversion.factor + conversion.offset
    low = limits.low / _WIDE if limits.low is not None else Decimal(0)
    return low <= canonical and (limits.high is None or canonical <= limits.high * _WIDE)


def _usual(analyte: Analyte, book: IntervalBook) -> Limits | None:
    """Return an adult's reference interval with both ends, else the sizes that its own unit is met with."""
    bounds, _ = book.bounds(analyte, Person())
    if bounds is not None and bounds.low is not None and bounds.high is not None:
        return Limits(low=bounds.low, high=bounds.high)
    return analyte.unit_by_range.get(analyte.unit)


def _per_test(judged: Judged, numbers: list[float]) -> Floats:
    return np.asarray(numbers or [np.nan], dtype=np.float64)[judged.test] if judged.rows else np.empty(0)
