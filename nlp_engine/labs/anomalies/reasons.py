"""Which features make a row an anomaly: each takes the value the others lead one to expect; the drop is its share.

The same idea as occlusion in image models and LOCO for predictors (Lei et al. 2018), asked of the whole ensemble, so
that every detector has a say. Putting in what the other numbers lead one to expect did better than the median:
``benchmarks/anomalies.py`` plants outliers and prints how often the right feature comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
        return cls(usual, spread, expected, known, filled, shares)

    def expectation(self, matrix: Matrix) -> Matrix:
        """Return for each cell what the row's other numbers lead one to expect, by ridge regression on all of them."""
        standardised = np.where(np.isnan(matrix), 0.0, (matrix - self.usual) / self.spread)
        return np.asarray(np.clip(standardised, -_CLIP, _CLIP) @ self.expected.T * self.spread + self.usual)

    def far_out(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Say which numbers lie outside all known ones by more than the width of their middle 90 %."""
        found = pd.DataFrame(False, index=frame.index, columns=list(self.known))
        for name, known in self.known.items():
            if len(known):
                width = float(np.subtract(*np.quantile(known, [1 - _OUTER, _OUTER])))
                found[name] = (frame[name] > known[-1] + width) | (frame[name] < known[0] - width)
        return found


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


def in_words(row: pd.Series, drops: Matrix, far: pd.Series, columns: Columns, cohort: Cohort) -> str:
    """Return the features that raise a row's score, the strongest first, with value, place and share.

    Numbers far outside all known ones come before the others.
    """
    gains = np.maximum(drops, 0)
    shares = gains / (gains.sum() or 1.0)
    outside = np.array([bool(far.get(name, False)) for name in columns.names])
    order = [int(place) for place in np.lexsort((-shares, ~outside)) if outside[place] or shares[place] >= _LEAST_SHARE]
    if not order:
        return "no single feature: the combination of its values is rare"
    said = (
        f"{_said(row, columns.names[place], cohort)} ({shares[place]:.0%} of it)" for place in order[:_MOST_REASONS]
    )
    return "; ".join(said)


def _said(row: pd.Series, name: str, cohort: Cohort) -> str:
    value = row[name]
    if pd.isna(value):
        return f"{name} missing, present in {cohort.filled[name]:.0%} of rows"
    if name not in cohort.known:
        share = cohort.shares[name].get(str(value), 0.0)
        return f"{name} {value}, as in {share:.1%} of rows"
    known = cohort.known[name]
    below, up_to = (np.searchsorted(known, float(value), side=side) for side in ("left", "right"))
    percentile = float(below + up_to) / 2 / len(known) if len(known) else 0.5
    direction = "high" if percentile > 1 - _OUTER else "low" if percentile < _OUTER else "unusual beside the others"
    if below == len(known) or up_to == 0:
        place = "above all" if below == len(known) else "below all"
        return f"{name} {value:g}, {direction} ({place} {len(known)} known values)"
    return f"{name} {value:g}, {direction} ({_ordinal(percentile)} percentile)"


def _ordinal(share: float) -> str:
    """Return "99.8th" for 0.998, "52nd" for 0.52."""
    percent = share * 100
    text = f"{percent:.1f}" if percent < 1 or percent > 99 else f"{percent:.0f}"
    if "." not in text and text[-2:] not in ("11", "12", "13") and text[-1] in "123":
        return text + {"1": "st", "2": "nd", "3": "rd"}[text[-1]]
    return text + "th"
