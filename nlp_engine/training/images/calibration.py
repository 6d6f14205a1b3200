"""Probabilities that mean what they say: one temperature, and how far they are off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

_RANGE = (0.2, 5.0)
BINS = 10


def fit_temperature(probabilities: Callable[[float], NDArray[np.float64]], labels: NDArray[np.int64]) -> float:
    """Return the temperature of the least mean log loss (Guo et al., 2017).

    Parameters
    ----------
    probabilities
        Temperature -> (n, classes).
    labels
        Index of the true class, (n,).
    """

    def log_loss(log_temperature: float) -> float:
        chances = probabilities(float(np.exp(log_temperature)))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    found = minimize_scalar(log_loss, bounds=(np.log(_RANGE[0]), np.log(_RANGE[1])), method="bounded")
    return float(np.exp(found.x))


def expected_calibration_error(is_present: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Return the mean distance between what was said and what was so, over ten equal ranges of probability."""
    rows = reliability(is_present, probability)
    return float(sum(count * abs(said - seen) for said, seen, count in rows) / len(probability))


def reliability(is_present: NDArray[np.bool_], probability: NDArray[np.float64]) -> list[tuple[float, float, int]]:
    """Return for each range that holds pictures: mean probability, share with the finding, number."""
    places = np.minimum((probability * BINS).astype(int), BINS - 1)
    rows = [places == place for place in range(BINS)]
    return [(float(probability[r].mean()), float(is_present[r].mean()), int(r.sum())) for r in rows if r.any()]
