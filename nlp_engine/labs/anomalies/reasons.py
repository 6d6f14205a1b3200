"""Which features make a row an anomaly: each takes the value the others lead one to expect; the drop is its share.

The same idea as occlusion in image models and LOCO for predictors (Lei et al. 2018), asked of the whole ensemble, so
that every detector has a say. Putting in what the other numbers lead one to expect did better than the median:
``benchmarks/anomalies.py`` plants outliers and prints how often the right feature comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nlp_engine.labs.anomalies.cleaning import Matrix
from nlp_engine.labs.anomalies.columns import Columns

_ROWS_AT_ONCE = 20_000
_LEAST_SHARE = 0.1
_MOST_REASONS = 4
_OUTER = 0.05
"""A number in the outer 5 % on either side is called low or high."""
_CLIP = 3.0
_RIDGE = 0.1


@dataclass(frozen=True, slots=True)
class Cohort:
    """What is usual among the training rows.

    Parameters
    ----------
    usual
        The matrix's row of medians, and of the most frequent value of each category.
    spread
        Standard deviation of each position.
    expected
        (positions, positions): what a standardised number adds to the expectation of another; 0 on the diagonal, and
        for categories.
    limits
        (2, numeric columns): the lowest and the highest difference from its expectation that is not far out.
    known
        Numeric column -> its filled values, sorted.
    filled
        Column -> share of rows that have a value.
    shares
        Category -> value -> share of rows.
    """

    usual: Matrix
    spread: Matrix
    expected: Matrix
    limits: Matrix
    known: dict[str, Matrix]
    filled: dict[str, float]
    shares: dict[str, dict[str, float]]

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Columns, matrix: Matrix) -> Cohort:
        """Learn it from the training rows and the matrix that they became."""
        known = {name: np.sort(frame[name].dropna().to_numpy(dtype=float)) for name in columns.numeric}
        medians = [float(np.median(values)) if len(values) else 0.0 for values in known.values()]
        first = [float(place == 0) for values in columns.levels.values() for place in range(len(values))]
        usual = np.array([*medians, *first])
        filled_matrix = np.where(np.isnan(matrix), usual, matrix)
        spread = np.where(filled_matrix.std(axis=0) > 0, filled_matrix.std(axis=0), 1.0)
        expected = np.zeros((len(usual), len(usual)))
        numbers = len(columns.numeric)
        expected[:numbers, :numbers] = _regressions(((filled_matrix - usual) / spread)[:, :numbers])
        shares = {
            name: {str(value): float(share) for value, share in frame[name].value_counts(normalize=True).items()}
            for name in columns.levels
        }
        filled = {name: float(frame[name].notna().mean()) for name in columns.names}
        relations = cls(usual, spread, expected, np.empty((2, 0)), known, filled, shares)
        differences = (matrix - relations.expectation(matrix))[:, :numbers]
        limits = np.array([_limits(column[~np.isnan(column)]) for column in differences.T]).reshape(-1, 2).T
        return replace(relations, limits=limits)

    def expectation(self, matrix: Matrix) -> Matrix:
        """Return for each cell what the row's other numbers lead one to expect, by ridge regression on all of them."""
        standardised = np.where(np.isnan(matrix), 0.0, (matrix - self.usual) / self.spread)
        return np.asarray(np.clip(standardised, -_CLIP, _CLIP) @ self.expected.T * self.spread + self.usual)

    def far_out(self, matrix: Matrix) -> Matrix:
        """Say (rows, numeric columns) which numbers lie far outside all known ones, or far off their expectation.

        Far is more than the width of the middle 90 % beyond the outermost training row.
        """
        numbers = matrix[:, : len(self.known)]
        low, high = np.array([_limits(known) for known in self.known.values()]).reshape(-1, 2).T
        differences = numbers - self.expectation(matrix)[:, : len(self.known)]
        off = (differences < self.limits[0]) | (differences > self.limits[1])
        return np.asarray((numbers < low) | (numbers > high) | off)


def _limits(values: Matrix) -> tuple[float, float]:
    """Return how far down and up a number may lie before it is far out."""
    if len(values) == 0:
        return -np.inf, np.inf
    width = float(np.subtract(*np.quantile(values, [1 - _OUTER, _OUTER])))
    return float(values.min()) - width, float(values.max()) + width


def _regressions(standardised: Matrix) -> Matrix:
    """Return every column's ridge regression on all others, from the inverse of their covariance."""
    clipped = np.clip(standardised, -_CLIP, _CLIP)
    covariance = np.atleast_2d(np.cov(clipped, rowvar=False)) + _RIDGE * np.eye(clipped.shape[1])
    precision = np.linalg.inv(covariance)
    weights: Matrix = -precision / np.diag(precision)[:, None]
    np.fill_diagonal(weights, 0.0)
    return weights


def contributions(raw: Callable[[Matrix], Matrix], matrix: Matrix, cohort: Cohort, groups: list[list[int]]) -> Matrix:
    """Return (rows, features): how much the raw score drops when the feature alone takes its expected value.

    Parameters
    ----------
    raw
        Matrix -> scores, each row's independent of the others.
    groups
        For each feature its positions in the matrix.
    """
    drops = np.zeros((len(matrix), len(groups)))
    step = max(1, _ROWS_AT_ONCE // len(groups))
    for start in range(0, len(matrix), step):
        part = matrix[start : start + step]
        expected = cohort.expectation(part)
        changed = np.repeat(part[None], len(groups), axis=0)
        for feature, places in enumerate(groups):
            changed[feature][:, places] = expected[:, places]
        after = raw(changed.reshape(-1, matrix.shape[1])).reshape(len(groups), len(part))
        drops[start : start + step] = raw(part)[:, None] - after.T
    return drops


@dataclass(frozen=True, slots=True)
class Wording:
    """Says in words what makes rows anomalies."""

    columns: Columns
    cohort: Cohort

    def sentence(self, row: pd.Series, drops: Matrix, far: Matrix, expected: Matrix) -> str:
        """Return the features that raise a row's score, the strongest first, with value, place and share.

        Parameters
        ----------
        drops
            By feature (`contributions`).
        far, expected
            By numeric column (`Cohort.far_out`, `Cohort.expectation`); numbers far out come before others.
        """
        gains = np.maximum(drops, 0)
        shares = gains / (gains.sum() or 1.0)
        outside = np.zeros(len(shares), dtype=bool)
        outside[: len(far)] = far
        order = [int(at) for at in np.lexsort((-shares, ~outside)) if outside[at] or shares[at] >= _LEAST_SHARE]
        if not order:
            return "no single feature: the combination of its values is rare"
        return "; ".join(f"{self._said(row, at, expected)} ({shares[at]:.0%} of it)" for at in order[:_MOST_REASONS])

    def _said(self, row: pd.Series, place: int, expected: Matrix) -> str:
        name = self.columns.names[place]
        value = row[name]
        if pd.isna(value):
            return f"{name} missing, present in {self.cohort.filled[name]:.0%} of rows"
        if name in self.cohort.known:
            return f"{name} {value:g}, {self._place(name, float(value), float(expected[place]))}"
        share = self.cohort.shares[name].get(str(value), 0.0)
        return f"{name} {value}, as in {share:.1%} of rows"

    def _place(self, name: str, value: float, expected: float) -> str:
        known = self.cohort.known[name]
        below, up_to = (int(np.searchsorted(known, value, side=side)) for side in ("left", "right"))
        if below == len(known):
            return f"high (above all {len(known)} known values)"
        if up_to == 0:
            return f"low (below all {len(known)} known values)"
        percentile = (below + up_to) / 2 / len(known)
        if _OUTER <= percentile <= 1 - _OUTER:
            side = "higher" if value > expected else "lower"
            return f"{side} than the others lead one to expect, {expected:.3g} ({_ordinal(percentile)} percentile)"
        return f"{'high' if percentile > _OUTER else 'low'} ({_ordinal(percentile)} percentile)"


def _ordinal(share: float) -> str:
    """Return "99.8th" for 0.998, "52nd" for 0.52."""
    percent = share * 100
    text = f"{percent:.1f}" if percent < 1 or percent > 99 else f"{percent:.0f}"
    if "." not in text and text[-2:] not in ("11", "12", "13") and text[-1] in "123":
        return text + {"1": "st", "2": "nd", "3": "rd"}[text[-1]]
    return text + "th"
