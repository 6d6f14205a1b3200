"""Chooses a design by Optuna: with labels by cross-validated AUROC, without by agreement. Needs the extra "models".

Without labels no criterion is known to choose better than chance or than an untuned isolation forest: of 39 tasks and
297 models stand-alone criteria did no better than the former, consensus no better than the latter (Ma, Zhao, Zhang and
Akoglu 2023, "The need for unsupervised outlier model selection", SIGKDD Explorations 25). So the default design is not
tuned unless trials are asked for; then the criterion is consensus over subsamples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import optuna
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import ShuffleSplit, StratifiedKFold

from nlp_engine.labs.anomalies.cleaning import Matrix
from nlp_engine.labs.anomalies.detectors import MEMBERS
from nlp_engine.labs.anomalies.ensemble import combined
from nlp_engine.training.anomalies.design import Design, fitted

FOLDS = 3
_HALVES = 3
_COLUMNS = (25, 50, 75, 100)
Rows = NDArray[np.int_]
Objective = Callable[[Design], float]


@dataclass(slots=True)
class MemberScores:
    """Scores of rows by single members, each fitted once a fold."""

    matrix: Matrix
    folds: list[tuple[Rows, Rows]]
    seed: int
    labels: Matrix | None = None
    known: dict[tuple[int, Design], Matrix] = field(default_factory=dict)

    def of(self, fold: int, design: Design) -> Matrix:
        """Return the design's raw scores of the fold's second part, fitted on its first."""
        return combined([self._member(fold, design.alone(name)) for name in design.members])

    def _member(self, fold: int, design: Design) -> Matrix:
        if (fold, design) not in self.known:
            train, test = self.folds[fold]
            labels = None if self.labels is None else self.labels[train]
            ensemble = fitted(design, self.matrix[train], seed=self.seed, labels=labels)
            self.known[fold, design] = ensemble.member_scores(self.matrix[test])[0]
        return self.known[fold, design]


@dataclass(frozen=True, slots=True)
class Choice:
    """A design with the criterion's value and the number of designs that were tried."""

    design: Design
    criterion: str
    value: float
    trials: int


def chosen(matrix: Matrix, labels: Matrix | None, *, trials: int, seed: int, seconds: float | None = None) -> Choice:
    """Choose by labels where there are some, else by agreement."""
    if labels is None:
        return by_agreement(matrix, trials=trials, seed=seed, seconds=seconds)
    return by_labels(matrix, labels, trials=trials, seed=seed, seconds=seconds)


def by_labels(matrix: Matrix, labels: Matrix, *, trials: int, seed: int, seconds: float | None = None) -> Choice:
    """Choose by the mean AUROC of stratified folds; whoever reports a figure for it splits outside of this."""
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(matrix, labels))
    scores = MemberScores(matrix, folds, seed, labels)

    def auroc(design: Design) -> float:
        parts = (roc_auc_score(labels[test], scores.of(fold, design)) for fold, (_, test) in enumerate(folds))
        return float(np.mean(list(parts)))

    return _chosen(auroc, "cross-validated AUROC", trials=trials, seed=seed, seconds=seconds, labelled=True)


def by_agreement(matrix: Matrix, *, trials: int, seed: int, seconds: float | None = None) -> Choice:
    """Choose the design whose ranking, learnt on one half, agrees most with the default's, learnt on the other half."""
    halves = list(ShuffleSplit(_HALVES, test_size=0.5, random_state=seed).split(matrix))
    everyone = np.arange(len(matrix))
    ours = MemberScores(matrix, [(one, everyone) for one, _ in halves], seed)
    others = MemberScores(matrix, [(other, everyone) for _, other in halves], seed)
    consensus = [others.of(half, Design()) for half in range(_HALVES)]

    def agreement(design: Design) -> float:
        parts = (spearmanr(ours.of(half, design), consensus[half]).statistic for half in range(_HALVES))
        return float(np.mean(list(parts)))

    return _chosen(agreement, "agreement of halves", trials=trials, seed=seed, seconds=seconds, labelled=False)


def _chosen(
    objective: Objective, criterion: str, *, trials: int, seed: int, seconds: float | None, labelled: bool
) -> Choice:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    designs: dict[int, Design] = {-1: Design()}
    values = {-1: objective(Design())}

    def trial_value(trial: optuna.Trial) -> float:
        designs[trial.number] = _suggested(trial, labelled=labelled)
        values[trial.number] = objective(designs[trial.number])
        return values[trial.number]

    study.optimize(trial_value, n_trials=trials, timeout=seconds)
    best = max(values, key=values.__getitem__)
    return Choice(designs[best], criterion, values[best], len(values))


def _suggested(trial: optuna.Trial, *, labelled: bool) -> Design:
    members = tuple(name for name in MEMBERS if trial.suggest_categorical(name, [True, False]))
    design = Design(
        members=members or MEMBERS,
        scaler=trial.suggest_categorical("scaler", ["robust", "standard", "quantile"]),
        neighbours=trial.suggest_categorical("neighbours", [5, 10, 20, 50]),
        variance=trial.suggest_categorical("variance", [None, 0.8, 0.9, 0.95]),
        indicators=trial.suggest_categorical("indicators", [True, False]),
    )
    if not labelled:
        return design
    return replace(
        design,
        columns=trial.suggest_categorical("columns", _COLUMNS),
        normal_only=trial.suggest_categorical("normal_only", [True, False]),
    )
