"""The kinds of models that are tried, each with its search space: logistic, two forests, boosting, small network.

All share imputation by the median (inside the model, never in a report), constant columns dropped, the columns that go
best with the outcome kept, and scaling where the kind needs it. All of it is learnt anew from the rows of each fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectPercentile, VarianceThreshold, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from nlp_engine.training.risk.extras import has_torch
from nlp_engine.training.risk.net import SmallNet

if TYPE_CHECKING:
    from optuna.trial import Trial

Params: TypeAlias = Mapping[str, float | int]
_TREES, TRIAL_TREES = 300, 150
"""Trees of a forest, and of one that is only tried: more trees cost time and change no order of candidates."""
_KEPT = (50, 75, 100)
"""Per cent of the columns that are kept."""


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of model.

    Parameters
    ----------
    needs_scaling
        Whether columns get mean 0 and deviation 1.
    usual
        The parameters that are tried first.
    suggest
        Draws parameters of a trial.
    build
        Makes the classifier from parameters and a seed.
    """

    name: str
    needs_scaling: bool
    usual: Params
    suggest: Callable[[Trial], Params]
    build: Callable[[Params, int], BaseEstimator]


def pipeline(family: Family, params: Params, kept: int, seed: int) -> Pipeline:
    """Return an unfitted pipeline; ``kept`` is the per cent of the columns that stay."""
    steps: list[tuple[str, BaseEstimator]] = [
        ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
        ("constant", VarianceThreshold()),
    ]
    if kept < 100:
        steps.append(("select", SelectPercentile(f_classif, percentile=kept)))
    if family.needs_scaling:
        steps.append(("scale", StandardScaler()))
    return Pipeline([*steps, ("model", family.build(params, seed))])


def suggest_kept(trial: Trial) -> int:
    """Draw the per cent of the columns that stay."""
    return int(trial.suggest_categorical("kept", _KEPT))


def _logistic(trial: Trial) -> Params:
    return {"strength": trial.suggest_float("logistic.strength", 1e-3, 10, log=True)}


def _forest(trial: Trial) -> Params:
    return {
        "leaf": trial.suggest_int("forest.leaf", 1, 20, log=True),
        "share": trial.suggest_float("forest.share", 0.1, 0.8),
    }


def _extra_trees(trial: Trial) -> Params:
    return {
        "leaf": trial.suggest_int("extra_trees.leaf", 1, 20, log=True),
        "share": trial.suggest_float("extra_trees.share", 0.1, 0.9),
    }


def _boosting(trial: Trial) -> Params:
    return {
        "rate": trial.suggest_float("boosting.rate", 0.02, 0.2, log=True),
        "rounds": trial.suggest_int("boosting.rounds", 40, 250, log=True),
        "leaves": trial.suggest_int("boosting.leaves", 3, 24, log=True),
        "leaf": trial.suggest_int("boosting.leaf", 5, 40, log=True),
        "penalty": trial.suggest_float("boosting.penalty", 1e-3, 10, log=True),
    }


def _net(trial: Trial) -> Params:
    return {
        "hidden": trial.suggest_int("net.hidden", 4, 48, log=True),
        "dropout": trial.suggest_float("net.dropout", 0, 0.5),
        "decay": trial.suggest_float("net.decay", 1e-3, 1, log=True),
        "epochs": trial.suggest_int("net.epochs", 15, 60),
    }


def _build_forest(params: Params, seed: int) -> BaseEstimator:
    return RandomForestClassifier(**_of_trees(params), random_state=seed, n_jobs=1)


def _build_extra_trees(params: Params, seed: int) -> BaseEstimator:
    return ExtraTreesClassifier(**_of_trees(params), random_state=seed, n_jobs=1)


def _of_trees(params: Params) -> dict[str, float | int]:
    return {
        "n_estimators": int(params.get("trees", _TREES)),
        "min_samples_leaf": int(params["leaf"]),
        "max_features": float(params["share"]),
    }


def _build_boosting(params: Params, seed: int) -> BaseEstimator:
    return HistGradientBoostingClassifier(
        learning_rate=params["rate"],
        max_iter=int(params["rounds"]),
        max_leaf_nodes=int(params["leaves"]),
        min_samples_leaf=int(params["leaf"]),
        l2_regularization=params["penalty"],
        early_stopping=False,
        random_state=seed,
    )


def _build_net(params: Params, seed: int) -> BaseEstimator:
    return SmallNet(
        hidden=int(params["hidden"]),
        dropout=params["dropout"],
        weight_decay=params["decay"],
        epochs=int(params["epochs"]),
        seed=seed,
    )


def _build_logistic(params: Params, seed: int) -> BaseEstimator:
    return LogisticRegression(C=params["strength"], max_iter=2000, random_state=seed)


def default_families() -> tuple[str, ...]:
    """Return every kind that can be built here: the small network needs torch."""
    return tuple(name for name in FAMILIES if name != "net" or has_torch())


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("logistic", True, {"strength": 0.1}, _logistic, _build_logistic),
        Family("forest", False, {"leaf": 3, "share": 0.3}, _forest, _build_forest),
        Family("extra_trees", False, {"leaf": 1, "share": 0.5}, _extra_trees, _build_extra_trees),
        Family(
            "boosting",
            False,
            {"rate": 0.05, "rounds": 100, "leaves": 8, "leaf": 15, "penalty": 1.0},
            _boosting,
            _build_boosting,
        ),
        Family("net", True, {"hidden": 16, "dropout": 0.2, "decay": 0.05, "epochs": 30}, _net, _build_net),
    )
}
