"""``domain.npz`` of a model folder: whether a picture is of the kind that the network learnt from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import ModelError
from nlp_engine.imaging.chest.model_file import DOMAIN_FILE, ChestModelFile, Domain
from nlp_engine.imaging.quality.looks import Looks
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
        far = self._cloud.distance(embeddings) > self._domain.threshold
        unlike = f"The picture is unlike those that the network learnt from: {self._words}."
        seen = self._looks.faults(levels, self._words)
        return [fault or (unlike if is_far else None) for fault, is_far in zip(seen, far, strict=True)]
