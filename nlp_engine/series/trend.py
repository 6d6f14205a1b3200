"""How fast a series moves: slope, doubling time, halving time.

The slope is the median of the slopes of all pairs of samples (Theil 1950, Sen 1968): one typing error among five
results does not move it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from math import log
from statistics import median

from nlp_engine.series.samples import Sample, in_order, rounded

DAY = 86_400
_MOST = 200
"""Samples that are looked at: of more, this many are taken evenly by rank, so that time stays bounded."""
MONOTONE = Decimal("0.6")
"""Kendall's tau from which on a series moves one way (own choice: of ten pairs eight agree)."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A derived number with the samples that it rests on.

    Parameters
    ----------
    amount
        The slope a day, or the days that a doubling or halving takes.
    first, last
        The oldest and the newest sample.
    samples
        How many samples were looked at.
    tau
        Kendall's tau-a: of all pairs of two moments the share that rises minus the share that falls.
    """

    amount: Decimal
    first: Sample
    last: Sample
    samples: int
    tau: Decimal


def slope(samples: Sequence[Sample], *, places: int, least: int = 3) -> Trend | None:
    """Return the change a day (Theil-Sen).

    Parameters
    ----------
    places
        Decimals of the answer.
    least
        Different moments that are needed, two at least.

    Returns
    -------
    Trend or None
        None with fewer moments.
    """
    chosen = _evenly(in_order(samples))
    if len({sample.time for sample in chosen}) < max(2, least):
        return None
    slopes = [_slope(first, last) for first, last in combinations(chosen, 2) if first.time < last.time]
    ups, downs = sum(one > 0 for one in slopes), sum(one < 0 for one in slopes)
    tau = Decimal(ups - downs) / len(slopes)
    return Trend(rounded(median(slopes), places), chosen[0], chosen[-1], len(chosen), tau)


def doubling_time(samples: Sequence[Sample], *, places: int, least: int = 3) -> Trend | None:
    """Return the days in which the value doubles: ln 2 by the slope of the logarithms.

    None as `slope` gives none, with a value that is not above 0, and where the series does not rise
    (Kendall's tau below `MONOTONE`).
    """
    return _times(samples, places=places, least=least, sign=1)


def halving_time(samples: Sequence[Sample], *, places: int, least: int = 3) -> Trend | None:
    """Return the days in which the value halves, as `doubling_time` for a series that falls."""
    return _times(samples, places=places, least=least, sign=-1)


def _times(samples: Sequence[Sample], *, places: int, least: int, sign: int) -> Trend | None:
    if any(sample.value <= 0 for sample in samples):
        return None
    logs = [Sample(s.time, Decimal(log(s.value)), s.position) for s in samples]
    trend = slope(logs, places=15, least=least)
    if trend is None or trend.amount * sign <= 0 or trend.tau * sign < MONOTONE:
        return None
    days = rounded(Decimal(log(2)) / abs(trend.amount), places)
    chosen = _evenly(in_order(samples))
    return Trend(days, chosen[0], chosen[-1], trend.samples, trend.tau)


def _slope(first: Sample, last: Sample) -> Decimal:
    return (last.value - first.value) / (Decimal(last.time - first.time) / DAY)


def _evenly(samples: list[Sample]) -> list[Sample]:
    """Return at most `_MOST` samples, the first and the last among them."""
    if len(samples) <= _MOST:
        return samples
    return [samples[round(place * (len(samples) - 1) / (_MOST - 1))] for place in range(_MOST)]
