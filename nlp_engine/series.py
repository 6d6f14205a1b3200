"""Pure functions over a series of (time, value): what changed within a window that ends at a given moment.

Times are seconds (`nlp_engine.record.sort_time`), so that naive and zone-aware source times mix; values are Decimals.
A result that is rounded to the assay's places is compared exactly: 1.4 - 1.1 is 0.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, getcontext
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a series; ``position`` is its place in the list that it came from."""

    time: float
    value: Decimal
    position: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A derived number with the two samples that make it."""

    amount: Decimal
    first: Sample
    last: Sample


def within(samples: Iterable[Sample], *, end: float, length: float) -> list[Sample]:
    """Return the samples of ``[end - length, end]`` in seconds, both ends included, in order of time."""
    return sorted((s for s in samples if end - length <= s.time <= end), key=attrgetter("time"))


def max_rise(samples: Sequence[Sample], *, places: int, length: float, since: float = float("-inf")) -> Change | None:
    """Return the largest later-minus-earlier difference that the newest sample has not undone.

    A rise after which the newest sample is back at the first one or below does not count; where there is no other,
    the answer is what is left of it, zero or less.

    Parameters
    ----------
    samples
        In order of time. Two samples of the same moment do not make a change.
    places
        Decimals of the assay; the difference is rounded to them.
    length
        How far apart the two samples may lie, in seconds.
    since
        The later sample lies at this moment or after it.

    Returns
    -------
    Change or None
        None without two moments that fit.
    """
    newest = max(samples, key=attrgetter("time", "value"), default=None)
    changes = []
    for place, last in enumerate(samples):
        earlier = [s for s in samples[:place] if last.time - length <= s.time < last.time]
        if newest is not None and last.time >= since and earlier:
            first = min(earlier, key=attrgetter("value"))
            changes.append(_lasting(Change(last.value - first.value, first, last), newest=newest))
    if not changes:
        return None
    best = max(changes, key=attrgetter("amount"))
    return Change(rounded(best.amount, places), best.first, best.last)


def _lasting(change: Change, *, newest: Sample) -> Change:
    if newest.value > change.first.value or newest.value >= change.last.value:
        return change
    return Change(newest.value - change.first.value, change.first, newest)


def max_fall(samples: Sequence[Sample], *, places: int, length: float, since: float = float("-inf")) -> Change | None:
    """Return the largest earlier-minus-later difference, as `max_rise` does for a rise."""
    mirrored = [Sample(s.time, -s.value, s.position) for s in samples]
    fall = max_rise(mirrored, places=places, length=length, since=since)
    if fall is None:
        return None
    first, last = (Sample(s.time, -s.value, s.position) for s in (fall.first, fall.last))
    return Change(fall.amount, first, last)


def ratio_to_lowest(samples: Sequence[Sample], *, places: int) -> Change | None:
    """Return the newest value divided by the lowest of an earlier moment; None if there is no earlier one above 0."""
    if not samples:
        return None
    last = samples[-1]
    earlier = [s for s in samples if s.time < last.time]
    if not earlier:
        return None
    baseline = min(earlier, key=attrgetter("value"))
    return _ratio(last, baseline, places)


def ratio_to_median(last: Sample, earlier: Sequence[Sample], *, places: int) -> Change | None:
    """Return ``last`` divided by the (lower) median of ``earlier``; None if that is empty or not above 0.

    The lower of the two middle values is taken, so that the baseline is one measured sample.
    """
    if not earlier:
        return None
    by_value = sorted(earlier, key=attrgetter("value"))
    return _ratio(last, by_value[(len(by_value) - 1) // 2], places)


def _ratio(last: Sample, baseline: Sample, places: int) -> Change | None:
    if baseline.value <= 0:
        return None
    return Change(rounded(last.value / baseline.value, places), baseline, last)


def rounded(value: Decimal, places: int) -> Decimal:
    """Round half up to ``places`` decimals; a number too large for any decimals (a typing error) stays as it is."""
    if value.adjusted() + places >= getcontext().prec:
        return value
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
