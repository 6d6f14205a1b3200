"""A fingerprint of what a picture looks like: two files of one picture have nearly the same, whatever their bytes.

The difference hash: is each point of a small copy brighter than the one to its left? It does not change with
brightness, contrast, size or compression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE = 16
BITS = 2 * _SIDE * _SIDE
"""Bits of a fingerprint: along the rows and along the columns."""
_ONES = np.array([bin(value).count("1") for value in range(256)], np.uint16)


def fingerprint(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the fingerprint (BITS / 8,) of a grey picture (height, width)."""
    small = Image.fromarray(levels).resize((_SIDE + 1, _SIDE + 1), Image.Resampling.BOX)
    points = np.asarray(small, dtype=np.int16)
    along = points[:-1, 1:] > points[:-1, :-1]
    down = points[1:, :-1] > points[:-1, :-1]
    return np.packbits(np.concatenate([along.ravel(), down.ravel()]))


def distances(one: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the share of bits that differ, broadcast over all axes but the last."""
    counted: NDArray[np.uint16] = _ONES[np.bitwise_xor(one, others)].sum(axis=-1, dtype=np.uint16)
    return counted.astype(np.float32) / BITS
