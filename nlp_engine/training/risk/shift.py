"""What happens elsewhere: each site left out in turn; without sites, how the halves of the table differ."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from nlp_engine.training.metrics import auroc
from nlp_engine.training.risk.fairness import GroupRow, group_row
from nlp_engine.training.risk.nested import Progress, Task, column_blocks
from nlp_engine.training.risk.search import SearchSettings, fit_choice, search, splits

_TOLD = 5
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class HalfShift:
    """How well the two halves of a table can be told apart by their features (0.5: not at all).

    ``moved`` are the features whose mean moved most, in standard deviations.
    """

    auroc: float
    moved: tuple[tuple[str, float], ...]


def leave_one_site_out(
    task: Task, sites: NDArray[np.object_], settings: SearchSettings, at: float, progress: Progress
) -> list[GroupRow]:
    """Return the figures on each site of a model that was chosen, tuned and calibrated on the others only."""
    rows = []
    for number, site in enumerate(sorted(set(sites))):
        inside = sites == site
        probabilities = np.full(len(task.labels), np.nan)
        own = replace(settings, seed=settings.seed + number)
        groups = None if task.groups is None else task.groups[~inside]
        choice = search(task.x[~inside], task.labels[~inside], groups, own)
        fitted = fit_choice(choice, task.x[~inside], task.labels[~inside], own.seed)
        probabilities[inside] = fitted.probabilities(task.x[inside])
        rows.append(group_row("site", str(site), inside, task.labels, probabilities, at, settings.seed))
        progress(f"site {number + 1} of {len(set(sites))} left out")
    return rows


def half_shift(task: Task, seed: int) -> HalfShift:
    """Return whether the first half of the rows differs from the second, as tables in order of time may.

    References
    ----------
    Lopez-Paz D, Oquab M. Revisiting classifier two-sample tests. ICLR 2017.
    """
    later = (np.arange(len(task.labels)) >= len(task.labels) // 2).astype(np.int64)
    scores = np.full(len(later), np.nan)
    for train, rest in splits(later, None, _FOLDS, seed):
        model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=8, random_state=seed)
        scores[rest] = model.fit(task.x[train], later[train]).predict_proba(task.x[rest])[:, 1]
    return HalfShift(auroc(later, scores), _moved(task, later == 1))


def _moved(task: Task, later: NDArray[np.bool_]) -> tuple[tuple[str, float], ...]:
    moves = []
    for spec, block in zip(task.specs, column_blocks(task.specs), strict=True):
        columns = task.x[:, block].astype(np.float64)
        spread = np.nanstd(columns, axis=0)
        difference = np.nanmean(columns[later], axis=0) - np.nanmean(columns[~later], axis=0)
        scaled = np.divide(difference, spread, out=np.zeros_like(difference), where=spread > 0)
        moves.append((spec.label, float(scaled[np.argmax(np.abs(scaled))])))
    return tuple(sorted(moves, key=lambda move: -abs(move[1]))[:_TOLD])
