"""``domain.npz`` of a model folder: whether a picture is of the kind that the network learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import ModelError
from nlp_engine.imaging.chest.model_file import DOMAIN_FILE, EMBEDDING, ChestModelFile, Domain
from nlp_engine.imaging.quality.looks import Looks, points, said_of_looks
from nlp_engine.imaging.quality.spread import Spread
from nlp_engine.model_files import read_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DomainCheck:
    """The learnt checks of a model: what a picture looks like, and how far its embedding is from the known ones.

    Parameters
    ----------
    words
        The pictures that the network is for, in words.
    """

    def __init__(self, looks: Looks, cloud: Spread, domain: Domain, words: str) -> None:
        self._looks, self._cloud, self._domain, self._words = looks, cloud, domain, words

    @classmethod
    def load(cls, folder: Path, file: ChestModelFile) -> DomainCheck | None:
        """Read ``domain.npz``; None if the model has no such checks.

        Raises
        ------
        nlp_engine.errors.ModelError
            If ``model.json`` names checks and the file is missing or lacks a part.
        """
        if file.domain is None:
            return None
        if file.domain.method != "mahalanobis":
            raise ModelError(f"{folder.name}: this version reads no domain of method {file.domain.method}.")
        limits = file.domain.limits
        needed = Spread.array_names("embedding") + Looks.array_names(limits)
        stored = read_arrays(folder / DOMAIN_FILE, *needed)
        arrays = {name: stored[name].astype(np.float32) for name in needed}
        looks, cloud = Looks.from_arrays(arrays, limits), Spread.from_arrays(arrays, "embedding")
        return cls(looks, cloud, file.domain, file.purpose.words)

    def faults(self, levels: NDArray[np.uint8], embeddings: NDArray[np.float32]) -> list[str | None]:
        """Return for each picture (n, size, size) with its embedding (n, d) why it is not judged, or None."""
        small = points(levels)
        columns = self._looks.values(small)
        distances = self._cloud.distance(embeddings)
        found = []
        for at, one in enumerate(small):
            values = {name: float(column[at]) for name, column in columns.items()}
            seen = self._looks.fault(one, values, self._words)
            found.append(seen or self._beyond(float(distances[at]), values))
        return found

    def _beyond(self, distance: float, values: Mapping[str, float]) -> str | None:
        """Return what the embedding says against a picture, alone or together with its looks."""
        if distance > self._domain.threshold:
            return f"The picture is unlike those that the network learnt from: {self._words}."
        agreed = self._domain.agreed
        above = [name for name in agreed if name in values and values[name] > agreed[name]]
        if not above or distance <= agreed[EMBEDDING]:
            return None
        return said_of_looks(above, self._words)
