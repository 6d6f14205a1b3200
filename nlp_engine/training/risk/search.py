"""Model choice and tuning by Optuna over an inner cross-validation, and the calibration that it yields."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import Pipeline

from nlp_engine.errors import InputError
from nlp_engine.fusion.risk.encoding import Matrix
from nlp_engine.fusion.risk.model import calibrated
from nlp_engine.fusion.risk.model_file import Calibration
from nlp_engine.training.metrics import Floats, Labels, auroc, calibration_line
from nlp_engine.training.risk.families import (
    FAMILIES,
    TRIAL_TREES,
    Params,
    default_families,
    pipeline,
    suggest_kept,
)

if TYPE_CHECKING:
    from optuna.trial import Trial

Groups = NDArray[np.object_]
_ISOTONIC_EVENTS = 300
"""Events, and cases without, from which on isotonic regression has enough points; Platt's line below."""
_POINTS = 60
"""Points that an isotonic map keeps."""


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How long and among what is searched.

    Parameters
    ----------
    seconds
        Ends the search of one fold; without it the same seed gives the same model.
    """

    families: tuple[str, ...] = field(default_factory=default_families)
    trials: int = 20
    seconds: float | None = None
    folds: int = 3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The best candidate of a search, and its scores for rows that it had not seen."""

    family: str
    params: Params
    kept: int
    inner_auroc: float
    scores: Floats

    def build(self, seed: int) -> Pipeline:
        """Return the unfitted pipeline."""
        return pipeline(FAMILIES[self.family], self.params, self.kept, seed)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted pipeline with its calibration."""

    choice: Choice
    pipeline: Pipeline
    calibration: Calibration

    def probabilities(self, x: Matrix) -> Floats:
        """Return the calibrated probability of each row."""
        return calibrated(self.calibration, raw_scores(self.pipeline, x))


def splits(labels: Labels, groups: Groups | None, folds: int, seed: int) -> Iterator[tuple[NDArray[np.intp], ...]]:
    """Yield (training rows, other rows) with like shares of the outcome; a group is never on both sides.

    Raises
    ------
    nlp_engine.errors.InputError
        If there are fewer groups, or rows of an outcome, than folds.
    """
    rarer = int(min(labels.sum(), (1 - labels).sum()))
    if rarer < folds or (groups is not None and len(set(groups)) < folds):
        raise InputError("cross-validation", f"too few events or groups for {folds} folds", "give more rows")
    if groups is None:
        yield from StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    else:
        grouped = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        for train, rest in grouped.split(labels, labels, groups.astype(str)):
            if any(len(set(labels[part])) < 2 for part in (train, rest)):
                raise InputError("cross-validation", "a fold holds one outcome only", "give fewer folds or groups")
            yield train, rest


def search(x: Matrix, labels: Labels, groups: Groups | None, settings: SearchSettings) -> Choice:
    """Return the candidate with the highest mean AUROC over the inner folds.

    Each family's usual parameters are tried first; a candidate that falls behind after a fold is given up.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    inner = list(splits(labels, groups, settings.folds, settings.seed))
    found: dict[int, Choice] = {}

    def objective(trial: Trial) -> float:
        family = str(trial.suggest_categorical("family", settings.families))
        params, kept = FAMILIES[family].suggest(trial), suggest_kept(trial)
        scores = np.full(len(labels), np.nan)
        values: list[float] = []
        for fold, (train, rest) in enumerate(inner):
            tried = pipeline(FAMILIES[family], {**params, "trees": TRIAL_TREES}, kept, settings.seed)
            model = fit(tried, x[train], labels[train])
            scores[rest] = raw_scores(model, x[rest])
            values.append(auroc(labels[rest], scores[rest]))
            trial.report(float(np.mean(values)), fold)
            if fold + 1 < len(inner) and trial.should_prune():
                raise optuna.TrialPruned
        found[trial.number] = Choice(family, params, kept, float(np.mean(values)), scores)
        return float(np.mean(values))

    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=settings.seed, n_startup_trials=max(8, len(settings.families))),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=len(settings.families), n_min_trials=3),
    )
    for name in settings.families:
        usual = {f"{name}.{key}": value for key, value in FAMILIES[name].usual.items()}
        study.enqueue_trial({"family": name, "kept": 100, **usual})
    study.optimize(objective, n_trials=settings.trials, timeout=settings.seconds)
    return found[study.best_trial.number]


def fit_choice(choice: Choice, x: Matrix, labels: Labels, seed: int) -> Fitted:
    """Fit the chosen candidate on all rows; its calibration comes from the scores of the inner folds."""
    return Fitted(choice, fit(choice.build(seed), x, labels), fit_calibration(labels, choice.scores))


def fit(model: Pipeline, x: Matrix, labels: Labels) -> Pipeline:
    """Fit a pipeline; columns that are constant in these rows are no reason for a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        model.fit(x, labels)
    return model


def raw_scores(model: Pipeline, x: Matrix) -> Floats:
    """Return the raw probability of the outcome, one a row."""
    scores: Floats = np.asarray(model.predict_proba(x)[:, 1], dtype=np.float64)
    return scores


def fit_calibration(labels: Labels, scores: Floats) -> Calibration:
    """Return the map from raw scores to probabilities, learnt from rows that the model had not seen.

    References
    ----------
    Platt J. Probabilistic outputs for support vector machines. 1999. Zadrozny B, Elkan C. Transforming classifier
    scores into accurate multiclass probability estimates. KDD 2002.
    """
    if min(labels.sum(), (1 - labels).sum()) < _ISOTONIC_EVENTS:
        slope, intercept = calibration_line(labels, scores)
        return Calibration(kind="platt", slope=slope, intercept=intercept)
    # Never certain: the ends of the map stay as far from 0 and 1 as the number of cases allows to tell.
    margin = 1 / (len(labels) + 2)
    regression = IsotonicRegression(y_min=margin, y_max=1 - margin, out_of_bounds="clip").fit(scores, labels)
    grid = np.unique(np.quantile(scores, np.linspace(0, 1, _POINTS)))
    return Calibration(kind="isotonic", raw=tuple(grid.tolist()), calibrated=tuple(regression.predict(grid).tolist()))
