"""The newest value against an earlier one: a multiple of a baseline, a change in percent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter

from nlp_engine.series.samples import Change, Sample, newest, rounded


def ratio_to_lowest(samples: Sequence[Sample], *, places: int) -> Change | None:
    """Return the newest value divided by the lowest of an earlier moment; None if there is no earlier one above 0."""
    last = newest(samples)
    first = min(_earlier(samples, last, 0), key=attrgetter("value"), default=None)
    return None if last is None or first is None else _ratio(last, first, places)


def ratio_to_median(last: Sample, earlier: Sequence[Sample], *, places: int) -> Change | None:
    """Return ``last`` divided by the `median_sample` of ``earlier``; None if that is empty or not above 0."""
    baseline = median_sample(earlier)
    return None if baseline is None else _ratio(last, baseline, places)


def median_sample(samples: Sequence[Sample]) -> Sample | None:
    """Return the sample with the median value, the lower of the two middle ones, so that it was measured."""
    by_value = sorted(samples, key=attrgetter("value"))
    return by_value[(len(by_value) - 1) // 2] if by_value else None


def percent_fall(samples: Sequence[Sample], *, places: int, apart: float = 0) -> Change | None:
    """Return how far the newest value lies below the highest earlier one, in percent of that; negative above it.

    Parameters
    ----------
    apart
        How much older than the newest sample the earlier one is at least, in seconds. Of the same moment it never is.

    Returns
    -------
    Change or None
        None without such an earlier sample above 0.
    """
    last = newest(samples)
    first = max(_earlier(samples, last, apart), key=attrgetter("value"), default=None)
    return None if last is None or first is None else _percent(first, last, first.value - last.value, places)


def percent_rise(samples: Sequence[Sample], *, places: int, apart: float = 0) -> Change | None:
    """Return how far the newest value lies above the lowest earlier one, in percent of that, as `percent_fall`."""
    last = newest(samples)
    first = min(_earlier(samples, last, apart), key=attrgetter("value"), default=None)
    return None if last is None or first is None else _percent(first, last, last.value - first.value, places)


def _earlier(samples: Sequence[Sample], last: Sample | None, apart: float) -> list[Sample]:
    if last is None:
        return []
    return [s for s in samples if s.time < last.time and last.time - s.time >= apart]


def _percent(first: Sample, last: Sample, amount: Decimal, places: int) -> Change | None:
    if first.value <= 0:
        return None
    return Change(rounded(amount / first.value * 100, places), first, last)


def _ratio(last: Sample, baseline: Sample, places: int) -> Change | None:
    if baseline.value <= 0:
        return None
    return Change(rounded(last.value / baseline.value, places), baseline, last)
