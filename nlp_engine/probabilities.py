"""Scores of a network -> probabilities; great scores do not overflow."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scores = TypeVar("Scores", NDArray[np.float32], NDArray[np.float64])


def softmax(scores: Scores) -> Scores:
    """Return probabilities over the last axis, in the precision of the scores."""
    powers: Scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def log_softmax(scores: Scores) -> Scores:
    """Return logarithms of probabilities over the last axis, in the precision of the scores."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logarithms: Scores = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logarithms
