"""The tagger's network: two convolutions over the embeddings of pieces, run by numpy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_engine.model_files import read_arrays
from nlp_engine.probabilities import softmax

Floats = NDArray[np.float32]
_FILE = "weights.npz"
REACH = 4
"""How many pieces to each side of one decide what it is."""

WIDTH = REACH + 1
"""Pieces under each of the two convolutions."""

_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class Network:
    """The weights.

    Parameters
    ----------
    table
        Embeddings, shape (buckets, size).
    place
        Added to the pieces of names of the gazetteer: of one word, of more words; shape (2, size).
    whole
        From what is said of the whole text to the first convolution.
    first, first_bias, second, second_bias
        The convolutions: shape (width, size in, size out).
    last, last_bias
        From the second convolution to the labels.
    """

    table: Floats
    place: Floats
    whole: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    last: Floats
    last_bias: Floats

    @classmethod
    def load(cls, folder: Path) -> Network:
        """Read the weights of a folder.

        Raises
        ------
        nlp_engine.errors.ModelError
            If the file is missing or does not fit.
        """
        names = [field.name for field in fields(cls)]
        stored = read_arrays(folder / _FILE, *names)
        return cls(**{name: stored[name].astype(np.float32) for name in names})

    def save(self, folder: Path) -> None:
        """Write the weights into a folder."""
        arrays = {field.name: getattr(self, field.name).astype(np.float16) for field in fields(self)}
        np.savez_compressed(folder / _FILE, **arrays)

    def chances(self, embedded: Floats, about: Floats) -> Floats:
        """Return the probability of each label, shape (pieces, labels).

        Parameters
        ----------
        embedded
            The embeddings of the pieces, shape (pieces, size).
        about
            What is said of the whole text.
        """
        count, size = embedded.shape
        padded = np.zeros((count + 2 * REACH, size), np.float32)
        padded[REACH : REACH + count] = embedded
        shift = self.first_bias + about @ self.whole
        starts = range(0, max(count, 1), _AT_ONCE)
        return np.concatenate([self._part(padded[start : start + _AT_ONCE + 2 * REACH], shift) for start in starts])

    def _part(self, padded: Floats, shift: Floats) -> Floats:
        hidden = np.maximum(_convolved(padded, self.first) + shift, 0)
        hidden = np.maximum(_convolved(hidden, self.second) + self.second_bias, 0)
        return softmax(hidden @ self.last + self.last_bias)


def _convolved(values: Floats, weights: Floats) -> Floats:
    count = len(values) - len(weights) + 1
    total: Floats = values[:count] @ weights[0]
    for place in range(1, len(weights)):
        total += values[place : place + count] @ weights[place]
    return total
