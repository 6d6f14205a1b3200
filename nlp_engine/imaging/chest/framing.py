"""A plain frame around a picture is left out: black bars, the margin of a page.

Only outer rows and columns that have practically one grey value count, so nothing of a patient is lost, and pictures
that were framed in different ways look the same to the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 0.25
"""Greatest share of the height or width that is left out at each side."""
_FAR = 8 / 255
"""A grey value this far from that of the frame, of 0..1, does not belong to it; JPEG noise is less."""
_OF_ONE_GREY = 0.99
"""Share of a row or column that must have the grey value of the frame."""
_SAMPLED = 256
"""About this many points of each row and column are looked at."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a picture that is looked at, from the top left, as shares of the height and width."""

    top: float = 0.0
    bottom: float = 1.0
    left: float = 0.0
    right: float = 1.0


WHOLE = Part()


def inside_frame(grey: NDArray[np.float32]) -> tuple[int, int, int, int]:
    """Return what lies inside the frame: left, top, right and bottom in pixels, as Pillow has boxes.

    Parameters
    ----------
    grey
        (height, width), 0 to 1.
    """
    high, wide = grey.shape
    rows, columns = grey[:, :: 1 + wide // _SAMPLED], grey[:: 1 + high // _SAMPLED].T
    return _depth(columns), _depth(rows), wide - _depth(columns[::-1]), high - _depth(rows[::-1])


def seen_part(grey: NDArray[np.float32]) -> Part:
    """Return what lies inside the frame as shares of the picture (height, width)."""
    high, wide = grey.shape
    left, top, right, bottom = inside_frame(grey)
    return Part(top / high, bottom / high, left / wide, right / wide)


def placed(values: NDArray[np.float32], part: Part) -> NDArray[np.float32]:
    """Return a map (h, w) of a part as a map of the whole picture, zero outside the part.

    The cells stay about as large as they were; each new one is the mean of what it covers.
    """
    if part == WHOLE:
        return values
    down = _covered(values.shape[0], part.top, part.bottom)
    across = _covered(values.shape[1], part.left, part.right)
    spread: NDArray[np.float32] = (down @ values @ across.T).astype(np.float32)
    return spread


def _depth(lines: NDArray[np.float32]) -> int:
    """Return how many of the lines, from the first on, belong to a frame."""
    grey = np.median(lines[0])
    if not _is_plain(lines[:1], grey)[0]:
        return 0
    plain = _is_plain(lines[: int(MOST * len(lines))], grey)
    return len(plain) if plain.all() else int(plain.argmin())


def _is_plain(lines: NDArray[np.float32], grey: np.float32) -> NDArray[np.bool_]:
    plain: NDArray[np.bool_] = (np.abs(lines - grey) <= _FAR).mean(axis=1) >= _OF_ONE_GREY
    return plain


def _covered(cells: int, first: float, last: float) -> NDArray[np.float64]:
    """Return (new cells, cells): the share of each cell of the whole that each cell of the part covers."""
    new = max(cells, round(cells / (last - first)))
    old_edges, new_edges = np.linspace(first, last, cells + 1), np.linspace(0, 1, new + 1)
    low = np.maximum(new_edges[:-1, None], old_edges[:-1])
    high = np.minimum(new_edges[1:, None], old_edges[1:])
    shares: NDArray[np.float64] = np.maximum(high - low, 0) * new
    return shares
