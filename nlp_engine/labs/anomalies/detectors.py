"""The detectors of the ensemble, in PyOD's form: fit, the training rows' scores, the scores of others.

Needs the extra "models". ECOD and COPOD of PyOD 3 pool a file that is scored with the training rows, so that a row's
score depends on what else is in the file, and they take no gaps; `Tails` does neither.
"""

from __future__ import annotations

import warnings
from typing import Literal, Self

import numpy as np
from pyod.models.base import BaseDetector
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from scipy.stats import skew
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from nlp_engine.labs.anomalies.cleaning import Matrix

MEMBERS = ("ecod", "copod", "iforest", "knn", "autoencoder")
_TREES = 200
_CLIP = 10.0
_AT_MOST_A_QUARTER = 4


class Tails(BaseDetector):
    """ECOD or COPOD: how far out in its tail each number of a row lies, added up over the columns.

    Both add up one term a column, so PyOD's detector is fitted on each column's filled cells. A gap counts as the
    column's mean term: imputing it would narrow the distribution, and every filled cell would look rare.

    Parameters
    ----------
    kind
        "ecod" (Li et al. 2022) or "copod" (Li et al. 2020).
    """

    def __init__(self, kind: Literal["ecod", "copod"] = "ecod", contamination: float = 0.1) -> None:
        super().__init__(contamination=contamination)
        self.kind = kind

    def fit(self, X: Matrix, y: object = None) -> Self:  # noqa: N803
        """Fit PyOD's detector on each column and keep the column's distribution."""
        self._set_n_classes(None)
        self.known_ = [np.sort(column[~np.isnan(column)]) for column in X.T]
        self.side_ = [float(np.sign(skew(known))) for known in self.known_]
        self.neutral_ = [0.0] * X.shape[1]
        total = np.zeros(len(X))
        for place, column in enumerate(X.T):
            filled = ~np.isnan(column)
            terms = (ECOD() if self.kind == "ecod" else COPOD()).fit(column[filled, None]).decision_scores_
            self.neutral_[place] = float(terms.mean())
            total[filled] += terms
            total[~filled] += self.neutral_[place]
        self.decision_scores_ = total
        self._process_decision_scores()
        return self

    def decision_function(self, X: Matrix) -> Matrix:  # noqa: N803
        """Return the scores of rows, each as if it alone were added to the training rows."""
        total: Matrix = np.zeros(len(X))
        for place, column in enumerate(X.T):
            terms = self._terms(np.nan_to_num(column), place)
            total += np.where(np.isnan(column), self.neutral_[place], terms)
        return total

    def _terms(self, column: Matrix, place: int) -> Matrix:
        known, side = self.known_[place], self.side_[place]
        rows = len(known) + 1
        left = -np.log((np.searchsorted(known, column, side="right") + 1) / rows)
        right = -np.log((rows - np.searchsorted(known, column, side="left")) / rows)
        skewed = left if side < 0 else right if side > 0 else left + right
        both = np.maximum(left, right) if self.kind == "ecod" else (left + right) / 2
        return np.asarray(np.maximum(skewed, both))


class Autoencoder(BaseDetector):
    """A small autoencoder: scikit-learn's MLPRegressor with one narrow layer; the score is the distance to its answer.

    ``benchmarks/anomalies.py`` measures it beside PyOD's own, which needs torch; this one can be saved without pickle.

    Parameters
    ----------
    decay
        Weight of the L2 penalty: a strong one keeps the network from learning single rows by heart.
    epochs
        Most passes over the rows.
    """

    def __init__(
        self, decay: float = 10.0, epochs: int = 30, random_state: int = 0, contamination: float = 0.1
    ) -> None:
        super().__init__(contamination=contamination)
        self.decay = decay
        self.epochs = epochs
        self.random_state = random_state

    def fit(self, X: Matrix, y: object = None) -> Self:  # noqa: N803
        """Fit the network on standardised columns."""
        self._set_n_classes(None)
        self.mean_, spread = X.mean(axis=0), X.std(axis=0)
        self.spread_ = np.where(spread > 0, spread, 1.0)
        self.network_ = MLPRegressor(
            hidden_layer_sizes=(max(2, round(X.shape[1] ** 0.5)),),
            activation="tanh",
            alpha=self.decay,
            batch_size=min(32, len(X)),
            max_iter=self.epochs,
            random_state=self.random_state,
        )
        inputs = self._standardised(X)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the passes are limited on purpose
            self.network_.fit(inputs, inputs)
        self.decision_scores_ = self.decision_function(X)
        self._process_decision_scores()
        return self

    def decision_function(self, X: Matrix) -> Matrix:  # noqa: N803
        """Return the Euclidean distance between a row and what the network makes of it."""
        inputs = self._standardised(X)
        answers = self.network_.predict(inputs).reshape(inputs.shape)
        return np.asarray(np.linalg.norm(inputs - answers, axis=1))

    def _standardised(self, X: Matrix) -> Matrix:  # noqa: N803
        return np.asarray(np.clip((X - self.mean_) / self.spread_, -_CLIP, _CLIP))


def detector(name: str, *, rows: int, neighbours: int, seed: int) -> BaseDetector:
    """Return an unfitted member of the ensemble.

    Parameters
    ----------
    name
        One of `MEMBERS`.
    rows
        Rows that it will be fitted on; kNN looks at a quarter of them at most.
    neighbours
        The k of kNN; the distance to the k-th neighbour is the score.
    """
    if name == "ecod":
        return Tails("ecod")
    if name == "copod":
        return Tails("copod")
    if name == "iforest":
        return IForest(n_estimators=_TREES, random_state=seed)
    if name == "knn":
        return KNN(n_neighbors=max(1, min(neighbours, rows // _AT_MOST_A_QUARTER)))
    if name == "autoencoder":
        return Autoencoder(random_state=seed)
    raise ValueError(f"no detector is named {name}; there are {', '.join(MEMBERS)}")
