"""The largest rise and fall within a window, highest and lowest, and how much of a change is undone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from nlp_engine.series.samples import Change, Sample, in_order, newest, rounded

_ALWAYS = float("inf")


def max_rise(samples: Sequence[Sample], *, places: int, length: float, since: float = -_ALWAYS) -> Change | None:
    """Return the largest later-minus-earlier difference that the newest sample has not undone.

    A rise after which the newest sample is back at the first one or below does not count; where there is no other,
    the answer is what is left of it, zero or less.

    Parameters
    ----------
    samples
        Two samples of the same moment do not make a change.
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
    last = newest(samples)
    if last is None:
        return None
    rises = [_lasting(rise, last) for rise in _rises(samples, length) if rise.last.time >= since]
    best = max(rises, key=attrgetter("amount"), default=None)
    return None if best is None else Change(rounded(best.amount, places), best.first, best.last)


def max_fall(samples: Sequence[Sample], *, places: int, length: float, since: float = -_ALWAYS) -> Change | None:
    """Return the largest earlier-minus-later difference, as `max_rise` does for a rise."""
    mirrored = [sample.mirrored() for sample in samples]
    fall = max_rise(mirrored, places=places, length=length, since=since)
    return None if fall is None else fall.mirrored()


def _rises(samples: Iterable[Sample], length: float) -> Iterator[Change]:
    """Yield each sample's rise over the lowest earlier sample at most ``length`` before it.

    ``waiting`` holds the samples that can still be such a lowest one, values rising: each sample enters and leaves it
    once.
    """
    waiting: deque[Sample] = deque()
    for moment, group in groupby(in_order(samples), key=attrgetter("time")):
        now = list(group)
        while waiting and waiting[0].time < moment - length:
            waiting.popleft()
        if waiting:
            for last in now:
                yield Change(last.value - waiting[0].value, waiting[0], last)
        for sample in now:
            while waiting and waiting[-1].value > sample.value:
                waiting.pop()
            waiting.append(sample)


def _lasting(change: Change, last: Sample) -> Change:
    if last.value > change.first.value or last.value >= change.last.value:
        return change
    return Change(last.value - change.first.value, change.first, last)


def highest(samples: Iterable[Sample]) -> Sample | None:
    """Return the sample with the highest value, the newest of equals; None of none."""
    return max(samples, key=attrgetter("value", "time"), default=None)


def lowest(samples: Iterable[Sample]) -> Sample | None:
    """Return the sample with the lowest value, the newest of equals; None of none."""
    return min(samples, key=lambda sample: (sample.value, -sample.time), default=None)


def recovery_from_rise(samples: Sequence[Sample], *, places: int) -> Change | None:
    """Return how much of the largest rise the newest sample has undone, in percent.

    0 is a newest sample at the top, 100 one that is back at the start; below the start it is more than 100.
    ``first`` of the answer is the top of the rise, ``last`` the newest sample. None where nothing ever rose.
    """
    last = newest(samples)
    rise = max(_rises(samples, _ALWAYS), key=attrgetter("amount"), default=None)
    if last is None or rise is None or rise.amount <= 0:
        return None
    undone = (rise.last.value - last.value) / rise.amount * 100
    return Change(rounded(undone, places), rise.last, last)


def recovery_from_fall(samples: Sequence[Sample], *, places: int) -> Change | None:
    """Return how much of the largest fall the newest sample has regained, as `recovery_from_rise`; from its nadir."""
    recovery = recovery_from_rise([sample.mirrored() for sample in samples], places=places)
    return None if recovery is None else recovery.mirrored()


def time_since_last(samples: Iterable[Sample], is_such: Callable[[Decimal], bool], *, now: float) -> float | None:
    """Return the seconds from the newest sample whose value ``is_such`` to ``now``; None if there is none."""
    times = [sample.time for sample in samples if is_such(sample.value) and sample.time <= now]
    return now - max(times) if times else None
