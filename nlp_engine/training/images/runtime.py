"""The exported file at work on many small pictures: what is shipped is what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_engine.imaging.chest.preparing import network_input, zoomed
from nlp_engine.training.images.scores import softmax

_BATCH = 32


class ExportedNetwork:
    """``model.onnx`` of a folder."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def logits(self, levels: NDArray[np.uint8], zoom: float = 1.0) -> NDArray[np.float32]:
        """Return (n, classes) of pictures (n, size, size)."""
        return self._run("logits", zoomed(levels, zoom))

    def embeddings(self, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (n, width) of pictures (n, size, size)."""
        return self._run("embedding", levels)

    def probabilities(
        self, levels: NDArray[np.uint8], zooms: Sequence[float], temperature: float
    ) -> NDArray[np.float64]:
        """Return (n, classes), the mean of all looks."""
        looks = np.stack([softmax(self.logits(levels, zoom), temperature) for zoom in zooms])
        averaged: NDArray[np.float64] = looks.mean(axis=0)
        return averaged

    def _run(self, output: str, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        parts = [
            self._session.run([output], {"pictures": network_input(levels[at : at + _BATCH])})[0]
            for at in range(0, len(levels), _BATCH)
        ]
        joined: NDArray[np.float32] = np.concatenate(parts)
        return joined
