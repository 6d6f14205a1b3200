"""Many dimensions -> two, to look at: principal components, or UMAP where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from nlp_engine.errors import MissingExtraError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Way = Literal["pca", "umap"]
_NEIGHBOURS, _LEAST_DISTANCE = 15, 0.1
"""UMAP's own defaults (McInnes, Healy, Melville 2018)."""
_FEWEST = 4
"""UMAP needs more rows than it makes dimensions, plus one."""


def two_dimensions(vectors: NDArray[np.float32], way: Way, *, seed: int = 0) -> NDArray[np.float32]:
    """Return places (n, 2) of vectors (n, d); NaN where a vector has NaN.

    Raises
    ------
    nlp_engine.errors.MissingExtraError
        If UMAP is asked for and not installed.
    """
    there = ~np.isnan(vectors).any(axis=1)
    places = np.full((len(vectors), 2), np.nan, np.float32)
    if there.any():
        is_umap = way == "umap" and there.sum() >= _FEWEST
        places[there] = _umap(vectors[there], seed) if is_umap else pca(vectors[there])
    return places


def pca(vectors: NDArray[np.float32], dimensions: int = 2) -> NDArray[np.float32]:
    """Return the first principal components (n, dimensions), each turned so that its greatest loading is positive.

    Components that the vectors do not have are 0.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred)
    order = np.argsort(values)[::-1][:dimensions]
    axes = axes[:, order]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    places = np.zeros((len(vectors), dimensions), np.float32)
    places[:, : axes.shape[1]] = centred @ axes
    return places


def _umap(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    try:
        from umap import UMAP
    except ModuleNotFoundError as error:
        raise MissingExtraError("UMAP", "models") from error
    reducer = UMAP(
        n_components=2,
        n_neighbors=min(_NEIGHBOURS, len(vectors) - 1),
        min_dist=_LEAST_DISTANCE,
        metric="cosine",
        init="random" if len(vectors) <= _NEIGHBOURS else "spectral",
        random_state=seed,
        n_jobs=1,  # what a fixed seed needs
    )
    places: NDArray[np.float32] = reducer.fit_transform(vectors)
    return places
