"""A picture with the map of where the network looked: a warm tint, and a line that also shows on grey paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import PIL.Image
    from numpy.typing import NDArray

    from nlp_engine.assessment import Grid

LINE_AT = 0.5
"""The line encloses the places with at least half of the strongest weight."""
_TINT = np.array([255, 150, 0], dtype=np.float32)
_STRONGEST = 0.6
"""Share of the tint where the map is 1."""
_LINE, _HALO = 255.0, 0.0
"""Grey levels of the line and of the thin rim outside it: one of them shows on any ground."""


def overlaid(picture: PIL.Image.Image, grid: Grid) -> PIL.Image.Image:
    """Return a copy of a picture with a map over it.

    Parameters
    ----------
    grid
        Rows from the top, 0 to 1; it covers the whole picture and is drawn smoothly in between.
    """
    import PIL.Image

    grey = np.asarray(picture.convert("L"), dtype=np.float32)[:, :, None]
    strength = _enlarged(grid, picture.size)
    share = _STRONGEST * strength[:, :, None]
    shown = grey * (1 - share) + _TINT * share
    inside = strength >= LINE_AT
    core = _shrunk(_shrunk(inside))
    shown[inside & ~core] = _LINE
    shown[~_shrunk(~inside) & ~inside] = _HALO
    return PIL.Image.fromarray(shown.round().astype(np.uint8))


def _enlarged(grid: Grid, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the map at the size (width, height) of a picture, as an array (height, width)."""
    import PIL.Image

    small = PIL.Image.fromarray(np.array(grid, dtype=np.float32))
    large: NDArray[np.float32] = np.asarray(small.resize(size, PIL.Image.Resampling.BICUBIC)).clip(0, 1)
    return large


def _shrunk(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take one pixel off the rim of a mask; the picture's own border is no rim."""
    padded = np.pad(mask, 1, mode="edge")
    kept: NDArray[np.bool_] = mask & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return kept
