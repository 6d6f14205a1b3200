"""Similar cases: the nearest pictures by the angle between their embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import InputError
from nlp_engine.imaging.features.table import Features, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS = 1024
"""Rows that are compared with all at a time: memory stays flat."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The k nearest rows of each row, the nearest first.

    Parameters
    ----------
    rows
        (n, k), numbers of rows.
    cosines
        (n, k), 1 for the same direction.
    """

    rows: NDArray[np.int64]
    cosines: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Similar:
    """A picture that is like another; ``distance`` is 1 minus the cosine."""

    image: str
    distance: float


def neighbours(vectors: NDArray[np.float32], k: int, *, groups: NDArray[np.int64] | None = None) -> Neighbours:
    """Return the k nearest other rows of each row, all others if there are fewer.

    Parameters
    ----------
    groups
        (n,); rows of one group (a patient) are no neighbours of each other. Where all others are of the same group
        the cosine is minus infinity.
    """
    directions = unit(vectors)
    k = max(0, min(k, len(vectors) - 1))
    rows = np.empty((len(vectors), k), np.int64)
    cosines = np.empty((len(vectors), k), np.float32)
    for start in range(0, len(vectors), _ROWS):
        chunk = slice(start, min(start + _ROWS, len(vectors)))
        found = directions[chunk] @ directions.T
        found[np.arange(found.shape[0]), np.arange(chunk.start, chunk.stop)] = -np.inf
        if groups is not None:
            found[groups[chunk, None] == groups[None]] = -np.inf
        rows[chunk], cosines[chunk] = _largest(found, k)
    return Neighbours(rows, cosines)


def similar_to(vector: NDArray[np.float32], features: Features, k: int, *, version: str) -> list[Similar]:
    """Return the k pictures of a table that are most like one, the most similar first.

    Parameters
    ----------
    vector
        (d,), the picture's embedding.
    version
        Of the network that made it.

    Raises
    ------
    nlp_engine.errors.InputError
        If the table was made by another network.
    """
    if version != features.version or len(vector) != features.vectors.shape[1]:
        raise InputError(
            "the table of features",
            f"was made by the network {features.model} {features.version}, this picture by {version}",
            "make the table anew, or name that network by --model",
        )
    cosines = np.nan_to_num(unit(features.vectors) @ unit(vector[None])[0], nan=-np.inf)
    rows, values = _largest(cosines[None], min(k, int(features.has_vector.sum())))
    return [
        Similar(features.names[row], max(0.0, 1 - float(value))) for row, value in zip(rows[0], values[0], strict=True)
    ]


def _largest(found: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the columns and values of the k largest of each row, the largest first."""
    columns = np.argpartition(-found, k - 1, axis=1)[:, :k] if 0 < k < found.shape[1] else _all_columns(found)
    values = np.take_along_axis(found, columns, axis=1)
    order = np.lexsort((columns, -values), axis=1)[:, :k]
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def _all_columns(found: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.broadcast_to(np.arange(found.shape[1]), found.shape)
