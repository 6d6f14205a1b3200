"""When a series left its usual level: a two-sided CUSUM that one wild day alone cannot set off.

Page 1954, "Continuous inspection schemes", Biometrika 41; winsorised after Lucas and Crosier 1982, "Robust CUSUM",
Communications in Statistics 11. Level and spread are learnt from the series' own first days by median and MAD.
``benchmarks/drift.py`` prints how often it cries wolf.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

LEARNING = 21
"""Days (or weeks) from which level and spread are learnt: three weeks hold each weekday three times."""
_FEWEST = 6
_ALLOWANCE = 0.5
_LIMIT = 10.0
_CLIP = 4.0
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True)
class Change:
    """A change of level.

    Parameters
    ----------
    start
        Place of the first value of the new level.
    seen
        Place at which the limit was passed.
    before, after
        Medians of the level before, and of the values from ``start`` on (at most as many as are learnt from).
    """

    start: int
    seen: int
    before: float
    after: float


def changes(values: Series, noise: Series, *, learning: int = LEARNING) -> list[Change]:
    """Return the changes of level of a series, in order; after each the level is learnt anew.

    Parameters
    ----------
    values
        One a day (or week) that has any.
    noise
        Standard deviation that each value has by itself, from the number of results behind it.
    learning
        Values from which level and spread are learnt, a third of a short series; a change among them is not found.
    """
    found: list[Change] = []
    start = 0
    while len(values) - start > _FEWEST:
        learnt = min(learning, (len(values) - start) // 3)
        change = _first_change(values[start:], noise[start:], max(_FEWEST, learnt))
        if change is None:
            break
        found.append(Change(start + change.start, start + change.seen, change.before, change.after))
        start += change.start
    return found


def _first_change(values: Series, noise: Series, learnt: int) -> Change | None:
    level = float(np.median(values[:learnt]))
    spread = float(np.median(np.abs(values[:learnt] - level))) * _MAD_TO_SD
    extra = max(0.0, spread**2 - float(np.median(noise[:learnt] ** 2)))
    deviations = (values - level) / np.sqrt(noise**2 + extra + 1e-12)
    steps = np.clip(deviations, -_CLIP, _CLIP)
    for side in (1.0, -1.0):
        sums = _sums(side * steps)
        if (sums[learnt:] > _LIMIT).any():
            seen = learnt + int(np.argmax(sums[learnt:] > _LIMIT))
            zero = int(np.flatnonzero(np.append(0.0, sums[:seen]) == 0)[-1])
            start = zero + _likeliest_start(side * deviations[zero : seen + 1])
            if start >= _FEWEST:
                after = float(np.median(values[start : start + learnt]))
                return Change(start, seen, float(np.median(values[:start])), after)
    return None


def _likeliest_start(deviations: Series) -> int:
    """Return where a step upwards most likely began: the largest likelihood ratio of all beginnings."""
    rest = np.cumsum(deviations[::-1])[::-1]
    return int(np.argmax(np.maximum(rest, 0) ** 2 / np.arange(len(rest), 0, -1)))


def _sums(steps: Series) -> Series:
    total, sums = 0.0, np.empty(len(steps))
    for place, step in enumerate(steps):
        total = max(0.0, total + step - _ALLOWANCE)
        sums[place] = total
    return sums
