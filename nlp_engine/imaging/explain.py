"""Where the network looked: a coarse map of the places that spoke for a finding, made without torch.

For a network that ends in the mean over all places and one linear layer, Grad-CAM (Selvaraju et al. 2017, section 3)
is exactly the weighted sum of the last feature maps (Zhou et al. 2016): the gradient of a class's logit by each place
of map k is the weight of k, divided by the number of places. Here the quantity is the log odds of a finding, so that a
finding of several classes has one map and a shift that all logits share takes no part.

The map says which places moved this network's answer. It is no finding, and no outline of a disease.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.imaging.chest.framing import placed
from nlp_engine.model_files import read_arrays
from nlp_engine.probabilities import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nlp_engine.assessment import Grid
    from nlp_engine.imaging.chest.model_file import ChestModelFile
    from nlp_engine.imaging.chest.reading import ImageReading

HEAD_FILE = "head.npz"
_DIGITS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The last layer of a network: ``logits = weights @ embedding + bias``.

    Parameters
    ----------
    weights
        (classes, d).
    bias
        (classes,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def load(cls, folder: Path, version: str) -> Head | None:
        """Read ``head.npz`` of a model folder; None if there is none, or it belongs to another network.

        Parameters
        ----------
        version
            Of the network, as ``model.json`` has it.

        Raises
        ------
        nlp_engine.errors.ModelError
            If the file is broken.
        """
        if not (folder / HEAD_FILE).is_file():
            return None
        arrays = read_arrays(folder / HEAD_FILE, "weights", "bias", "version")
        if str(arrays["version"]) != version:
            return None
        return cls(arrays["weights"].astype(np.float32), arrays["bias"].astype(np.float32))

    def save(self, folder: Path, version: str) -> None:
        """Write ``head.npz``."""
        np.savez(folder / HEAD_FILE, weights=self.weights, bias=self.bias, version=np.array(version))

    def slope(self, embedding: NDArray[np.float32], wanted: Sequence[int]) -> NDArray[np.float32]:
        """Return the gradient of a finding's log odds by the embedding, (d,).

        Parameters
        ----------
        wanted
            The classes whose probabilities make the finding.
        """
        logits = self.weights @ embedding + self.bias
        is_wanted = np.isin(np.arange(len(logits)), list(wanted))
        slope: NDArray[np.float32] = _mean_weights(self.weights, logits, is_wanted)
        return slope - _mean_weights(self.weights, logits, ~is_wanted)


class Explainer:
    """Makes the maps of one model's readings."""

    def __init__(self, file: ChestModelFile, head: Head | None) -> None:
        self._file, self._head = file, head

    @classmethod
    def load(cls, folder: Path, file: ChestModelFile) -> Explainer:
        """Load what a model folder has for it; without ``head.npz`` there are no maps.

        Raises
        ------
        nlp_engine.errors.ModelError
            If the file is broken.
        """
        return cls(file, Head.load(folder, file.version))

    def looked_at(self, reading: ImageReading, label: str) -> Grid:
        """Return where in the whole picture the network looked for a finding.

        Empty where nothing was found (a map scaled to its own maximum would show something on every picture), where
        the picture was refused, and where the model has no such map.
        """
        found = next((one for one in reading.findings if one.label == label), None)
        if found is None or found.decision == "absent" or self._head is None or self._file.views[0].zoom != 1:
            return ()
        if reading.features is None or reading.embedding is None:
            return ()
        wanted = [self._file.classes.index(name) for name in self._file.findings[label].classes]
        seen = weighted(reading.features, self._head.slope(reading.embedding, wanted))
        return as_grid(at_most_one(placed(seen, reading.part)))


def weighted(features: NDArray[np.float32], slope: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the map (h, w): the weighted sum of feature maps (d, h, w), negative values cut, greatest value 1.

    All zeros where no place speaks for the finding.
    """
    return at_most_one(np.maximum(np.tensordot(slope, features, axes=1), 0))


def at_most_one(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a map without negative values divided by its greatest value; all zeros stay so."""
    largest = values.max()
    scaled: NDArray[np.float32] = values / largest if largest > 0 else values
    return scaled


def as_grid(values: NDArray[np.float32]) -> Grid:
    """Return a map as rounded rows; empty if it is all zeros."""
    if not values.any():
        return ()
    return tuple(tuple(round(float(value), _DIGITS) for value in row) for row in values)


def _mean_weights(
    weights: NDArray[np.float32], logits: NDArray[np.float32], chosen: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the gradient of log(sum(exp(logits))) over the chosen classes by the embedding."""
    mean: NDArray[np.float32] = softmax(logits[chosen]) @ weights[chosen]
    return mean
