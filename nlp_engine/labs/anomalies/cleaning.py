"""Feature cleaning as scikit-learn transformers: zeros that mean "missing", and columns that tell nothing.

Needs the extra "models".
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

Matrix = NDArray[np.float64]

_FEWEST_LEVELS = 10
_FEWEST_ZEROS = 3
_GAP = 4.0
_SAME = 0.999


class ZerosAsMissing(TransformerMixin, BaseEstimator):
    """Turns zeros that were written for "not measured" into NaN; found by the distribution, not by a name.

    A column codes missing as zero when zero is its lowest value, stands at least three times, and lies apart from the
    rest: the step from zero to the lowest other value is more than four times the usual step between neighbouring
    values in the column's lower half. Counts (0, 1, 2, ...) and shares that begin at zero have no such step.

    Attributes
    ----------
    coded_
        One truth a column.
    """

    def fit(self, X: Matrix, y: object = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Find the columns."""
        self.coded_ = np.array([_codes_missing_as_zero(column) for column in X.T], dtype=bool)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Matrix) -> Matrix:  # noqa: N803
        """Return a copy with NaN for these zeros."""
        return np.where(self.coded_ & (X == 0), np.nan, X)


def _codes_missing_as_zero(column: Matrix) -> bool:
    filled = column[~np.isnan(column)]
    levels = np.unique(filled)
    if len(levels) < _FEWEST_LEVELS or levels[0] != 0 or np.sum(filled == 0) < _FEWEST_ZEROS:
        return False
    others = levels[1:]
    lower = others[: max(2, len(others) // 2)]
    return bool(others[0] > _GAP * np.median(np.diff(lower)))


class FeatureCleaner(TransformerMixin, BaseEstimator):
    """Leaves out columns that are constant, nearly always missing, or the same as an earlier one.

    Parameters
    ----------
    most_missing
        Largest share of missing cells that a column may have.

    Attributes
    ----------
    kept_
        Positions of the columns that stay.
    reasons_
        Position of a column left out -> "constant", "missing" or "duplicate".
    """

    def __init__(self, most_missing: float = 0.9) -> None:
        self.most_missing = most_missing

    def fit(self, X: Matrix, y: object = None) -> Self:  # noqa: N803
        """Choose the columns.

        Raises
        ------
        ValueError
            If none is left.
        """
        self.reasons_: dict[int, str] = {}
        kept: list[int] = []
        for place, column in enumerate(X.T):
            reason = self._reason(column, X[:, kept])
            if reason is None:
                kept.append(place)
            else:
                self.reasons_[place] = reason
        if not kept:
            raise ValueError("every column is constant or missing")
        self.kept_ = np.array(kept)
        self.n_features_in_ = X.shape[1]
        return self

    def _reason(self, column: Matrix, others: Matrix) -> str | None:
        gaps = np.isnan(column)
        if gaps.mean() > self.most_missing:
            return "missing"
        if np.ptp(column[~gaps]) == 0:
            return "constant"
        same = any(
            np.array_equal(gaps, np.isnan(o)) and _correlation(column[~gaps], o[~gaps]) > _SAME for o in others.T
        )
        return "duplicate" if same else None

    def transform(self, X: Matrix) -> Matrix:  # noqa: N803
        """Return the columns that stay."""
        return X[:, self.kept_]


def _correlation(first: Matrix, second: Matrix) -> float:
    return float(abs(np.corrcoef(first, second)[0, 1]))
