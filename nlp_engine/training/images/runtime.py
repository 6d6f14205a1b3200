"""The exported file at work on many small pictures: what is shipped is what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_engine.imaging.chest.network import Network

_BATCH = 32
_LEAST = 1e-30


class ExportedNetwork:
    """The network of a model folder, in batches.

    Parameters
    ----------
    folder
        The model folder, with ``model.onnx``.
    threads
        CPU threads of one run.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self._network = Network(folder, threads=threads)

    def log_probabilities(self, levels: NDArray[np.uint8], zoom: float = 1.0) -> NDArray[np.float64]:
        """Return (n, classes) of pictures (n, size, size); as good as logits, which differ by a constant a picture."""
        chances: NDArray[np.float64] = np.log(np.maximum(self.probabilities(levels, (zoom,), 1.0), _LEAST))
        return chances

    def embeddings(self, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (n, width) of pictures (n, size, size)."""
        parts = [self._network.run(batch, (1.0,), 1.0).embedding for batch in _batches(levels)]
        joined: NDArray[np.float32] = np.concatenate(parts)
        return joined

    def probabilities(
        self, levels: NDArray[np.uint8], zooms: Sequence[float], temperature: float
    ) -> NDArray[np.float64]:
        """Return (n, classes), the mean of all looks."""
        parts = [self._network.run(batch, zooms, temperature).probabilities for batch in _batches(levels)]
        joined: NDArray[np.float64] = np.concatenate(parts).astype(np.float64)
        return joined


def _batches(levels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [levels[at : at + _BATCH] for at in range(0, len(levels), _BATCH)]
