"""Names and units that begin or cease in a feed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

_CHANCE = 1e-4
_FEWEST_ROWS = 10
_FEWEST_PERIODS = 3


@dataclass(frozen=True, slots=True)
class Presence:
    """When a key was there.

    Parameters
    ----------
    first, last
        Its outermost periods, as days.
    rows
        Its rows.
    is_new, is_gone
        Whether its absence before, or afterwards, is too long for chance.
    """

    first: int
    last: int
    rows: int
    is_new: bool
    is_gone: bool


def presences(keys: pd.Series, periods: pd.Series[int], known: pd.Index) -> dict[str, Presence]:
    """Return key -> when it was there, for keys of at least ten rows in three periods.

    An absence is too long for chance when a key that is there in a share s of the periods of its own time would be
    away for so many periods, n, with a probability (1 - s)^n below one in ten thousand.

    Parameters
    ----------
    known
        All periods of the feed that have rows, in order.
    """
    days = known.to_numpy()
    found = {}
    for key, seen in periods.groupby(keys, sort=False):
        distinct = np.unique(seen.to_numpy())
        if len(seen) < _FEWEST_ROWS or len(distinct) < _FEWEST_PERIODS:
            continue
        first, last = int(distinct[0]), int(distinct[-1])
        before, until = int(np.searchsorted(days, first)), int(np.searchsorted(days, last))
        share = min(len(distinct) / (until - before + 1), 1 - 1e-3)
        rare = np.log(_CHANCE) / np.log(1 - share)
        found[str(key)] = Presence(first, last, len(seen), before >= rare, len(days) - 1 - until >= rare)
    return found
