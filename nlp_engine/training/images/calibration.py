"""Probabilities that mean what they say: one temperature, and how far they are off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from nlp_engine.training.metrics import calibration_error, reliability_by_width

_RANGE = (0.2, 5.0)


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
    return calibration_error(reliability_by_width(is_present.astype(np.int64), probability))
