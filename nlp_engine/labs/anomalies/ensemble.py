"""Several detectors behind one preparation; their standardised scores are combined.

Needs the extra "models".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.pipeline import Pipeline

from nlp_engine.labs.anomalies.cleaning import Matrix


class Ensemble:
    """Fitted scikit-learn pipelines whose last step is a PyOD detector.

    Each member's score is standardised by mean and standard deviation of the training rows, so that a row far beyond
    all of them still counts as farther than one just beyond.

    Parameters
    ----------
    prepare
        What all members begin with.
    members
        Name -> imputation, scaling and reduction where the member needs them, and the detector.
    """

    def __init__(self, prepare: Pipeline, members: dict[str, Pipeline]) -> None:
        self.prepare = prepare
        self.members = members
        self.centres: dict[str, float] = {}
        self.spreads: dict[str, float] = {}
        self.train_raw: Matrix = np.empty(0)

    def fit(self, matrix: Matrix) -> Self:
        """Fit everything on rows with NaN where missing."""
        prepared = self.prepare.fit_transform(matrix)
        scores = {}
        for name, member in self.members.items():
            member.fit(prepared)
            scores[name] = member[-1].decision_scores_
            self.centres[name] = float(scores[name].mean())
            self.spreads[name] = float(scores[name].std()) or 1.0
        self.train_raw = combined([self._standardised(name, score) for name, score in scores.items()])
        return self

    def member_scores(self, matrix: Matrix) -> list[Matrix]:
        """Return each member's standardised scores; a row's does not depend on the other rows."""
        prepared = self.prepare.transform(matrix)
        return [self._standardised(name, one.decision_function(prepared)) for name, one in self.members.items()]

    def raw(self, matrix: Matrix) -> Matrix:
        """Return the members' combined scores."""
        return combined(self.member_scores(matrix))

    def rank(self, raw: Matrix) -> Matrix:
        """Return the share of training rows whose raw score is not higher, 0 to 1."""
        return np.searchsorted(np.sort(self.train_raw), raw, side="right") / len(self.train_raw)

    def _standardised(self, name: str, scores: Matrix) -> Matrix:
        return np.asarray((scores - self.centres[name]) / self.spreads[name])


def combined(scores: Sequence[Matrix]) -> Matrix:
    """Return the mean of standardised scores (Aggarwal and Sathe 2015: averaging lowers the variance of a score)."""
    return np.asarray(np.mean(scores, axis=0))
