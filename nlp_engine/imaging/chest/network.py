"""``model.onnx`` at work on onnxruntime: small pictures in; probabilities, embedding and feature map out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import ModelError
from nlp_engine.imaging.chest.model_file import NETWORK_FILE
from nlp_engine.imaging.chest.preparing import network_input, zoomed
from nlp_engine.model_files import open_network
from nlp_engine.probabilities import softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTPUTS = ("logits", "embedding", "features")


@dataclass(frozen=True, slots=True, eq=False)
class NetworkOutput:
    """What the network says of n pictures.

    Parameters
    ----------
    probabilities
        (n, classes), the mean of all views.
    embedding
        (n, d), of the first view.
    features
        (n, d, h, w), of the first view; their mean over h and w is the embedding.
    """

    probabilities: NDArray[np.float32]
    embedding: NDArray[np.float32]
    features: NDArray[np.float32]


class Network:
    """The session; safe to use from several threads.

    Parameters
    ----------
    folder
        The model folder.
    threads
        CPU threads of one run.

    Raises
    ------
    nlp_engine.errors.ModelError
        If the file is missing, broken, or lacks an output.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._session = open_network(folder / NETWORK_FILE, threads=threads)
        if missing := set(OUTPUTS) - {output.name for output in self._session.get_outputs()}:
            raise ModelError(f"{folder.name}/{NETWORK_FILE} lacks the output {min(missing)}.")
        self._input = self._session.get_inputs()[0].name

    def run(self, levels: NDArray[np.uint8], zooms: Sequence[float], temperature: float) -> NetworkOutput:
        """Return what the network says of small pictures (n, size, size).

        Parameters
        ----------
        zooms
            One look each; their probabilities are averaged.
        temperature
            The logits are divided by it.
        """
        first, *others = zooms
        logits, embedding, features = self._session.run(
            list(OUTPUTS), {self._input: network_input(zoomed(levels, first))}
        )
        looks = [logits]
        for zoom in others:
            looks += self._session.run(["logits"], {self._input: network_input(zoomed(levels, zoom))})
        return NetworkOutput(np.mean([softmax(one / temperature) for one in looks], axis=0), embedding, features)
