"""Figures of a trained model: discrimination, calibration, and what a cut-off means; without scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata

from nlp_engine.fusion.risk.model_file import Threshold

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Rows = NDArray[np.intp]
_BOOTSTRAPS = 400
_BINS = 10
_CERTAIN = 1e-6
_Z = 1.959964
"""97.5th percentile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval; ``places`` are those that are printed."""

    value: float
    low: float
    high: float
    places: int = 3

    def __str__(self) -> str:
        """Return ``0.912 (0.880 to 0.941)``."""
        value, low, high = (f"{number:.{self.places}f}" for number in (self.value, self.low, self.high))
        return f"{value} ({low} to {high})"


def auroc(labels: Labels, scores: Floats) -> float:
    """Return the area under the ROC curve: the chance that a case with the outcome has the higher score.

    Not a number where only one kind of case is there.
    """
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[labels == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(labels: Labels, scores: Floats) -> float:
    """Return the area under the precision-recall curve (average precision; ties in the order of the rows)."""
    ordered = labels[np.argsort(-scores, kind="stable")]
    hits = np.cumsum(ordered)
    return float((hits / np.arange(1, len(ordered) + 1))[ordered == 1].mean())


def auroc_interval(
    labels: Labels, runs: Sequence[Floats], *, groups: NDArray[np.object_] | None, seed: int
) -> Interval:
    """Return the mean AUROC of some runs over the same rows, with a bootstrap interval over rows or whole groups."""

    def mean_auroc(rows: Rows) -> float:
        return float(np.mean([auroc(labels[rows], run[rows]) for run in runs]))

    return bootstrap(mean_auroc, len(labels), groups=groups, seed=seed)


def bootstrap(
    figure: Callable[[Rows], float],
    rows: int,
    *,
    groups: NDArray[np.object_] | None,
    seed: int,
    draws: int = _BOOTSTRAPS,
) -> Interval:
    """Return a figure of rows with the 2.5th and 97.5th percentile of its bootstrap over rows or whole groups.

    Draws that have no figure, as they lack a class, are left out.
    """
    generator = np.random.default_rng(seed)
    members = _members(rows, groups)
    drawn = [
        figure(np.concatenate([members[at] for at in generator.integers(0, len(members), len(members))]))
        for _ in range(draws)
    ]
    told = [value for value in drawn if not np.isnan(value)]
    low, high = np.quantile(told, [0.025, 0.975]) if told else (float("nan"), float("nan"))
    return Interval(figure(np.arange(rows)), float(low), float(high))


def _members(rows: int, groups: NDArray[np.object_] | None) -> list[Rows]:
    if groups is None:
        return list(np.arange(rows).reshape(-1, 1))
    _, numbers = np.unique(groups.astype(str), return_inverse=True)
    return np.split(np.argsort(numbers, kind="stable"), np.cumsum(np.bincount(numbers))[:-1])


def brier(labels: Labels, probabilities: Floats) -> float:
    """Return the mean squared difference between probability and outcome."""
    return float(np.mean((probabilities - labels) ** 2))


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of like probability: how many, their mean probability, and how often the outcome came."""

    count: int
    predicted: float
    observed: float


def reliability(labels: Labels, probabilities: Floats) -> list[Bin]:
    """Return ten bins of like size, by probability."""
    order = np.argsort(probabilities, kind="stable")
    parts = np.array_split(order, min(_BINS, len(order)))
    return [Bin(len(p), float(probabilities[p].mean()), float(labels[p].mean())) for p in parts]


def reliability_by_width(labels: Labels, probabilities: Floats) -> list[Bin]:
    """Return ten bins of like width (0 to 0.1, ...), those left out that hold nothing.

    Networks are nearly certain of most cases: bins of like size would hardly look at the others.
    """
    places = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    parts = [part for place in range(_BINS) if len(part := np.flatnonzero(places == place))]
    return [Bin(len(p), float(probabilities[p].mean()), float(labels[p].mean())) for p in parts]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far apart what was said and what came are, by the mean of all cases.

    References
    ----------
    Naeini MP, Cooper GF, Hauskrecht M. Obtaining well calibrated probabilities using Bayesian binning. AAAI 2015.
    """
    return sum(bin_.count * abs(bin_.predicted - bin_.observed) for bin_ in bins) / sum(bin_.count for bin_ in bins)


def calibration_line(labels: Labels, probabilities: Floats) -> tuple[float, float]:
    """Return slope and intercept of a logistic regression of the outcome on the log odds; 1 and 0 are perfect.

    References
    ----------
    Cox DR. Two further applications of a model for binary regression. Biometrika 1958;45:562.
    """
    odds = log_odds(probabilities)

    def loss(line: Floats) -> float:
        linear = line[0] * odds + line[1]
        return float(np.mean(np.logaddexp(0, linear) - labels * linear))

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x
    return float(slope), float(intercept)


def log_odds(probabilities: Floats) -> Floats:
    """Return log(p / (1 - p)), certain probabilities pulled in a little."""
    bounded = np.clip(probabilities, _CERTAIN, 1 - _CERTAIN)
    result: Floats = np.log(bounded / (1 - bounded))
    return result


def wilson(hits: int, of: int) -> Interval | None:
    """Return a share with its Wilson interval; None of nothing.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209.
    """
    if of == 0:
        return None
    share, z2 = hits / of, _Z**2
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of**2)) / (1 + z2 / of)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def threshold(labels: Labels, probabilities: Floats, at: float) -> Threshold:
    """Return what a cut-off means: who reaches it counts as flagged."""
    flagged = probabilities >= at
    positive = labels == 1
    return Threshold(
        at=at,
        sensitivity=_share(flagged & positive, positive),
        specificity=_share(~flagged & ~positive, ~positive),
        positive_value=_share(flagged & positive, flagged),
        negative_value=_share(~flagged & ~positive, ~flagged),
        flagged=float(flagged.mean()),
    )


def best_threshold(labels: Labels, probabilities: Floats) -> float:
    """Return the cut-off with the largest sum of sensitivity and specificity (Youden 1950), in hundredths."""
    cuts = [cut / 100 for cut in range(1, 100)]

    def youden(cut: float) -> float:
        row = threshold(labels, probabilities, cut)
        return (row.sensitivity or 0.0) + (row.specificity or 0.0)

    return max(cuts, key=youden)


def _share(part: NDArray[np.bool_], of: NDArray[np.bool_]) -> float | None:
    return float(part.sum() / of.sum()) if of.any() else None
