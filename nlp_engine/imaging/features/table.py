"""The embeddings of pictures as a table: a row a picture, in order, refused ones too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import InputError
from nlp_engine.imaging.chest.files import read_files

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from nlp_engine.imaging.chest.model import ChestModel

_IMAGE, _MODEL, _VERSION, _REFUSED = IDS = ("image", "model", "version", "refused")
"""Columns that name a row; all others are numbers."""
PLACE = ("x", "y")


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Embeddings of pictures by one network.

    Parameters
    ----------
    names
        Of the picture files.
    vectors
        (n, d), float32; a row of NaN where the picture was refused before the network saw it.
    refused
        Why the network would not judge a picture; None where it would.
    model, version
        The network's id and version; vectors of two versions cannot be compared.
    """

    names: tuple[str, ...]
    vectors: NDArray[np.float32]
    refused: tuple[str | None, ...]
    model: str
    version: str

    @property
    def has_vector(self) -> NDArray[np.bool_]:
        """Which rows have an embedding."""
        there: NDArray[np.bool_] = ~np.isnan(self.vectors).any(axis=1)
        return there

    def frame(self, places: NDArray[np.float32] | None = None) -> pd.DataFrame:
        """Return the table: image, model, version, refused, e0 ... eN, and x, y if places (n, 2) are given."""
        import pandas as pd

        about = pd.DataFrame(
            {_IMAGE: self.names, _MODEL: self.model, _VERSION: self.version, _REFUSED: list(self.refused)}
        )
        parts = [about, pd.DataFrame(self.vectors, columns=[f"e{at}" for at in range(self.vectors.shape[1])])]
        if places is not None:
            parts.append(pd.DataFrame(places, columns=list(PLACE)))
        return pd.concat(parts, axis=1)

    @classmethod
    def from_frame(cls, table: pd.DataFrame, *, where: str) -> Features:
        """Read back what `frame` made.

        Raises
        ------
        nlp_engine.errors.InputError
            If it lacks columns, or holds features of two networks.
        """
        columns = [name for name in map(str, table.columns) if name[:1] == "e" and name[1:].isdigit()]
        if missing := [name for name in IDS if name not in table.columns]:
            raise InputError(where, f"lacks the column {missing[0]}", "give a table that `nlp-engine features` wrote")
        if not columns:
            raise InputError(where, "has no columns e0, e1, ...", "give a table that `nlp-engine features` wrote")
        versions = {(str(one), str(other)) for one, other in zip(table[_MODEL], table[_VERSION], strict=True)}
        if len(versions) != 1:
            raise InputError(where, "holds features of several networks", "give those of one network")
        ((model, version),) = versions
        refused = [None if _is_empty(one) else str(one) for one in table[_REFUSED]]
        vectors = table[sorted(columns, key=lambda name: int(str(name)[1:]))].to_numpy(dtype=np.float32)
        return cls(tuple(map(str, table[_IMAGE])), vectors, tuple(refused), model, version)


def read_features(
    model: ChestModel, names: Sequence[str], *, workers: int = 2, each: Callable[[int], None] | None = None
) -> Features:
    """Return the embeddings of picture files, in order.

    Parameters
    ----------
    each
        Told after each file that one more was read.

    Raises
    ------
    nlp_engine.errors.InputError
        If the network gives features of none of them.
    """
    rows = []
    for _, reading in read_files(model, names, workers=workers):
        rows.append((reading.embedding, reading.refused))
        if each is not None:
            each(1)
    if all(vector is None for vector, _ in rows):
        raise InputError("PATH", "holds no picture that the network reads", "give chest X-rays, upright and whole")
    refused = tuple(why for _, why in rows)
    return Features(tuple(names), stacked(vector for vector, _ in rows), refused, model.file.id, model.file.version)


def stacked(vectors: Iterable[NDArray[np.float32] | None]) -> NDArray[np.float32]:
    """Return vectors (d,) as rows (n, d), of NaN where there is none; d is 1 if there are none at all."""
    rows = list(vectors)
    width = next((len(vector) for vector in rows if vector is not None), 1)
    empty = np.full(width, np.nan, np.float32)
    return np.stack([empty if vector is None else vector for vector in rows])


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors (n, d) with length 1: their products are cosines."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled


def counted(refused: Iterable[str | None]) -> dict[str, int]:
    """Return each reason of a refusal with its number, the most frequent first."""
    counts: dict[str, int] = {}
    for why in refused:
        if why is not None:
            counts[why] = counts.get(why, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def _is_empty(cell: object) -> bool:
    return cell is None or cell != cell or cell == ""  # NaN differs from itself
