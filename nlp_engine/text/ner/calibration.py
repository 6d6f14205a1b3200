"""Raw scores of a network -> probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_NEVER_CERTAIN = 0.999


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve through some points, fitted on spans of which it is known whether they were right.

    Parameters
    ----------
    scores, probabilities
        The points, both rising; straight lines between them. Without points a score stays as it is.
    """

    scores: tuple[float, ...] = (0.0, 1.0)
    probabilities: tuple[float, ...] = (0.0, 1.0)

    def __call__(self, score: float) -> float:
        """Return the probability that a span of this raw score is right; never quite 1."""
        return min(_NEVER_CERTAIN, float(np.interp(score, self.scores, self.probabilities)))


def expected_error(probabilities: list[float], right: list[bool], *, bins: int = 15) -> float:
    """Return the expected calibration error: the mean distance of probability and share of right ones, over bins.

    Bins are of equal width (Guo C et al., On Calibration of Modern Neural Networks, ICML 2017).
    """
    place = np.minimum((np.array(probabilities) * bins).astype(int), bins - 1)
    said = np.bincount(place, weights=probabilities, minlength=bins)
    were = np.bincount(place, weights=np.array(right, dtype=float), minlength=bins)
    return float(np.abs(said - were).sum() / max(1, len(right)))
