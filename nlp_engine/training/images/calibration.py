"""Probabilities that mean what they say: a shift a class, one temperature, and how far they are off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from nlp_engine.probabilities import log_softmax
from nlp_engine.training.metrics import calibration_error, reliability_by_width

_RANGE = (0.2, 5.0)
_STIFFNESS = 1e-3
"""Keeps the shift of a class finite that dev does not have."""


def fit_shifts(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what to add to the logits of each class, (classes,), so that each is said as often as it is there.

    Class weights, soft labels and mixing of pictures move a network's idea of how frequent a class is. Shifts and a
    temperature are fitted together to the least mean log loss (Guo et al., 2017, there called vector scaling, with one
    temperature); that of the first class is 0.

    Parameters
    ----------
    logits
        (n, classes).
    labels
        Index of the true class, (n,).
    """
    rows = np.arange(len(labels))

    def log_loss(free: NDArray[np.float64]) -> float:
        scaled = log_softmax((logits + np.append(0.0, free[1:])) / np.exp(free[0]))
        return float(-scaled[rows, labels].mean() + _STIFFNESS * (free[1:] ** 2).sum())

    bounds = [np.log(_RANGE), *[(-10.0, 10.0)] * (logits.shape[1] - 1)]
    found = minimize(log_loss, np.zeros(logits.shape[1]), method="L-BFGS-B", bounds=bounds)
    return np.append(0.0, found.x[1:])


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
