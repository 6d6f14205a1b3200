"""Nested cross-validation: what the whole procedure - choice, tuning, calibration - does on rows it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp_engine.fusion.risk.encoding import Matrix, columns_of
from nlp_engine.fusion.risk.model_file import FeatureSpec
from nlp_engine.training.metrics import Floats, Interval, Labels, auroc, auroc_interval
from nlp_engine.training.risk.search import Fitted, Groups, SearchSettings, fit_choice, search, splits

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """Encoded rows, their outcome, and what belongs together."""

    x: Matrix
    labels: Labels
    specs: tuple[FeatureSpec, ...]
    groups: Groups | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """One outer fold: what was chosen, and the AUROC on the rows left out."""

    family: str
    params: str
    inner_auroc: float
    auroc: float


@dataclass(frozen=True, slots=True)
class NestedResult:
    """All outer folds; ``runs`` holds the calibrated probabilities of all rows, one array a repeat.

    ``importance`` is the fall of the AUROC when a feature is shuffled, mean over the folds of the first repeat.
    """

    runs: tuple[Floats, ...]
    folds: tuple[Fold, ...]
    auroc: Interval
    importance: dict[str, float]

    @property
    def probabilities(self) -> Floats:
        """The first repeat: one probability a row, none an average over models."""
        return self.runs[0]


def nested(
    task: Task, settings: SearchSettings, *, folds: int = 5, repeats: int = 1, progress: Progress = lambda words: None
) -> NestedResult:
    """Run the whole search in each outer fold.

    Parameters
    ----------
    folds, repeats
        Outer folds, and how often they are drawn anew.
    progress
        Takes a line a fold.
    """
    runs: list[Floats] = []
    told: list[Fold] = []
    importances: list[dict[str, float]] = []
    for repeat in range(repeats):
        run = np.full(len(task.labels), np.nan)
        for train, rest in splits(task.labels, task.groups, folds, settings.seed + 1000 * (repeat + 1)):
            fitted = _fit(task, train, settings, len(told))
            run[rest] = fitted.probabilities(task.x[rest])
            told.append(_fold(fitted, task.labels[rest], run[rest]))
            if repeat == 0:
                importances.append(_importance(fitted, task, rest, settings.seed))
            progress(f"fold {len(told)} of {folds * repeats}: {told[-1].family}, AUROC {told[-1].auroc:.3f}")
        runs.append(run)
    return NestedResult(
        runs=tuple(runs),
        folds=tuple(told),
        auroc=auroc_interval(task.labels, runs, groups=task.groups, seed=settings.seed),
        importance={spec.name: float(np.mean([i[spec.name] for i in importances])) for spec in task.specs},
    )


def _fit(task: Task, train: NDArray[np.intp], settings: SearchSettings, number: int) -> Fitted:
    groups = None if task.groups is None else task.groups[train]
    own = replace(settings, seed=settings.seed + number)
    choice = search(task.x[train], task.labels[train], groups, own)
    return fit_choice(choice, task.x[train], task.labels[train], own.seed)


def _fold(fitted: Fitted, labels: Labels, probabilities: Floats) -> Fold:
    choice = fitted.choice
    params = ", ".join(f"{name} {value:.3g}" for name, value in choice.params.items())
    said = f"{params}, {choice.kept} % of columns"
    return Fold(choice.family, said, choice.inner_auroc, auroc(labels, probabilities))


def _importance(fitted: Fitted, task: Task, rest: NDArray[np.intp], seed: int) -> dict[str, float]:
    """Return how much the AUROC of the rows left out falls when a feature, with its "missing", is shuffled."""
    x, labels = task.x[rest], task.labels[rest]
    whole = auroc(labels, fitted.probabilities(x))
    generator = np.random.default_rng(seed)
    falls = {}
    for spec, columns in zip(task.specs, column_blocks(task.specs), strict=True):
        shuffled = x.copy()
        shuffled[:, columns] = x[generator.permutation(len(x))][:, columns]
        falls[spec.name] = whole - auroc(labels, fitted.probabilities(shuffled))
    return falls


def column_blocks(specs: Sequence[FeatureSpec]) -> list[slice]:
    """Return the encoded columns of each feature."""
    ends = np.cumsum([len(columns_of(spec)) for spec in specs]).tolist()
    return [slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
