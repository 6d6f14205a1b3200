"""What the network says of a text's words: how likely each is absent, historical, of the family and so on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Judgements:
    """The probability of each value at each word of a text.

    Parameters
    ----------
    words
        Start and end of each word in characters, in order.
    values
        Names of the values, those of all axes side by side; an axis's default ("present") has none.
    probabilities
        Shape (words, values).
    """

    def __init__(
        self, words: Sequence[tuple[int, int]], values: tuple[str, ...], probabilities: NDArray[np.float32]
    ) -> None:
        self._starts = [start for start, _ in words]
        self._ends = [end for _, end in words]
        self._values = values
        self._probabilities = probabilities

    def of(self, start: int, end: int) -> dict[str, float]:
        """Return value -> mean probability over the words that a span touches; empty if it touches none."""
        first, stop = bisect_right(self._ends, start), bisect_left(self._starts, end)
        if first >= stop:
            return {}
        means = self._probabilities[first:stop].mean(axis=0)
        return dict(zip(self._values, means.tolist(), strict=True))
