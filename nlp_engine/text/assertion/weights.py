"""A small logistic regression about assertions: how far to trust which cue, in which section, near which words.

``python -m nlp_engine.training.assertion`` fits it on the train part of our annotated notes and writes
``nlp_engine/models/assertion/``; what it measures stands in the model card there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_engine.assessment import Experiencer, Presence, Temporality
from nlp_engine.errors import ModelError
from nlp_engine.knowledge import resource
from nlp_engine.model_files import read_arrays
from nlp_engine.probabilities import softmax
from nlp_engine.text.assertion.rules import Axis, Value

VALUES: Mapping[Axis, tuple[Value, ...]] = {
    "presence": tuple(Presence),
    "temporality": tuple(Temporality),
    "experiencer": tuple(Experiencer),
}
_FEATURES, _WEIGHTS = "features.json", "weights.npz"


class CueWeights:
    """The fitted weights.

    Parameters
    ----------
    rows
        Name of a feature -> its row.
    weights
        Of each axis, shape (features + 1, values of the axis); the last row is the intercept.
    """

    def __init__(self, rows: Mapping[str, int], weights: Mapping[Axis, NDArray[np.float32]]) -> None:
        self._rows = rows
        self._weights = weights

    @classmethod
    def load(cls, folder: Path | None = None) -> CueWeights:
        """Read the packaged weights, or others.

        Raises
        ------
        nlp_engine.errors.ModelError
            If a file is missing or does not fit.
        """
        folder = folder or resource("models") / "assertion"
        try:
            names: list[str] = json.loads((folder / _FEATURES).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder.name}/{_FEATURES} is missing or cannot be read.") from error
        stored = read_arrays(folder / _WEIGHTS, *VALUES)
        weights = {axis: stored[axis].astype(np.float32) for axis in VALUES}
        if any(weights[axis].shape != (len(names) + 1, len(values)) for axis, values in VALUES.items()):
            raise ModelError(f"{folder.name}: {_FEATURES} and {_WEIGHTS} do not fit each other.")
        return cls({name: row for row, name in enumerate(names)}, weights)

    def save(self, folder: Path) -> None:
        """Write the weights to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(self._rows, key=lambda name: self._rows[name])
        (folder / _FEATURES).write_text(json.dumps(names, ensure_ascii=False) + "\n", encoding="utf-8")
        np.savez_compressed(
            folder / _WEIGHTS, **{axis: weights.astype(np.float16) for axis, weights in self._weights.items()}
        )

    def chances(self, features: Iterable[str]) -> dict[Axis, NDArray[np.float32]]:
        """Return the probability of each value of each axis, in the order of `VALUES`."""
        rows = [self._rows[name] for name in set(features) if name in self._rows]
        return {axis: softmax(weights[[*rows, -1]].sum(axis=0)) for axis, weights in self._weights.items()}
