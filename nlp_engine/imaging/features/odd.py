"""Pictures unlike all others of a set, by how far their nearest neighbours are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp_engine.imaging.features.similar import Neighbours

_NEAREST = 5
LIMIT = 3.5
"""Robust z-score from which on a picture is odd (Iglewicz & Hoaglin, How to Detect and Handle Outliers, 1993)."""
_TO_DEVIATION = 1.4826
"""The deviation of normal data is so many median absolute deviations."""
_SMALLEST = 1e-6


def oddness(near: Neighbours) -> NDArray[np.float64]:
    """Return the robust z-score (n,) of the logarithm of the mean distance (1 - cosine) to the nearest rows."""
    distance = 1 - near.cosines[:, :_NEAREST].mean(axis=1, dtype=np.float64)
    return robust_z(np.log(np.maximum(distance, _SMALLEST)))


def robust_z(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many deviations each value lies above the median, the deviation estimated from medians."""
    centre = np.median(values)
    deviation = _TO_DEVIATION * np.median(np.abs(values - centre))
    scores: NDArray[np.float64] = (values - centre) / max(float(deviation), _SMALLEST)
    return scores
