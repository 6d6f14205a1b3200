"""A design (which detectors, which preparation) -> an unfitted ensemble. Needs the extra "models"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectPercentile, f_classif
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import QuantileTransformer, RobustScaler, StandardScaler

from nlp_engine.labs.anomalies.cleaning import FeatureCleaner, Matrix, ZerosAsMissing
from nlp_engine.labs.anomalies.detectors import MEMBERS, detector
from nlp_engine.labs.anomalies.ensemble import Ensemble

Scaler = Literal["robust", "standard", "quantile"]
_QUANTILES = 200
_DISTANCES = frozenset({"knn", "autoencoder"})
_TAKES_GAPS = frozenset({"ecod", "copod"})


@dataclass(frozen=True, slots=True)
class Design:
    """What an ensemble is made of.

    The default takes every detector with equal weight: ``benchmarks/anomalies.py`` prints that a choice of detectors
    on four data sets does no better on the fifth.

    Parameters
    ----------
    members
        Names of detectors.
    scaler
        Robust (5th to 95th percentile), standard or quantile (to a normal distribution).
    neighbours
        The k of kNN.
    variance
        Share of the variance that principal components keep before kNN and autoencoder; None: no reduction.
    indicators
        Whether "was missing" is a column of its own.
    columns
        Percent of the columns kept, by the F test on labels; without labels all are.
    normal_only
        Whether the detectors learn from the rows labelled normal alone; without labels from all.
    """

    members: tuple[str, ...] = MEMBERS
    scaler: Scaler = "robust"
    neighbours: int = 20
    variance: float | None = 0.9
    indicators: bool = True
    columns: int = 100
    normal_only: bool = False

    def alone(self, member: str) -> Design:
        """Return the design of one member, without what does not concern it; equal designs fit alike."""
        plain = Design()
        keep = self if member in _DISTANCES else replace(self, scaler=plain.scaler, variance=plain.variance)
        k = self.neighbours if member == "knn" else plain.neighbours
        return replace(keep, members=(member,), neighbours=k)


def fitted(design: Design, matrix: Matrix, *, seed: int, labels: Matrix | None = None) -> Ensemble:
    """Fit an ensemble on a matrix with NaN where missing.

    Parameters
    ----------
    labels
        1 for an anomaly. They choose columns and, with ``normal_only``, rows; the detectors never see them.
    """
    rows = matrix if labels is None or not design.normal_only else matrix[labels == 0]
    kept = range(matrix.shape[1]) if labels is None else _best_columns(matrix, labels, design.columns)
    members = {name: _member(name, design, len(rows), seed) for name in design.members}
    return Ensemble(_preparation(design, kept), members).fit(rows)


def _best_columns(matrix: Matrix, labels: Matrix, percent: int) -> Iterable[int]:
    """Return the columns whose mean differs most between the labels."""
    filled = SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(matrix)
    with np.errstate(divide="ignore", invalid="ignore"):
        selection = SelectPercentile(_f_of_columns, percentile=percent).fit(filled, labels)
    return [int(place) for place in selection.get_support(indices=True)]


def _f_of_columns(matrix: Matrix, labels: Matrix) -> Matrix:
    return np.asarray(np.nan_to_num(f_classif(matrix, labels)[0], nan=0.0))


def _preparation(design: Design, kept: Iterable[int]) -> Pipeline:
    """Return what every member begins with; gaps stay gaps."""
    parts: list[tuple[str, FeatureCleaner | MissingIndicator]] = [("values", FeatureCleaner())]
    if design.indicators:
        parts.append(("missing", MissingIndicator(features="missing-only", error_on_new=False)))
    return Pipeline(
        [
            ("select", ColumnTransformer([("kept", "passthrough", list(kept))])),
            ("zeros", ZerosAsMissing()),
            ("parts", FeatureUnion(parts)),
        ]
    )


def _member(name: str, design: Design, rows: int, seed: int) -> Pipeline:
    steps: list[tuple[str, BaseEstimator]] = []
    if name not in _TAKES_GAPS:
        steps.append(("impute", SimpleImputer(strategy="median")))
    if name in _DISTANCES:
        steps.append(("scale", _scaler(design.scaler, rows, seed)))
        if design.variance is not None:
            steps.append(("reduce", PCA(n_components=design.variance, random_state=seed)))
    return Pipeline([*steps, ("detect", detector(name, rows=rows, neighbours=design.neighbours, seed=seed))])


def _scaler(name: Scaler, rows: int, seed: int) -> RobustScaler | StandardScaler | QuantileTransformer:
    if name == "robust":
        return RobustScaler(quantile_range=(5.0, 95.0))
    if name == "standard":
        return StandardScaler()
    return QuantileTransformer(n_quantiles=min(_QUANTILES, rows), output_distribution="normal", random_state=seed)
