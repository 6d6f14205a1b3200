"""Faults that the pixels alone show, whatever the picture is of.

The limits are conventions of this engine: they are far from anything that a usable X-ray has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp_engine.pictures import Picture

LEAST_SIDE = 64
"""Pixels."""
WIDEST, TALLEST = 3.5, 2.5
"""Greatest width : height, and height : width."""
LEAST_RANGE = 0.04
"""Least distance of the 1st and 99th percentile, of 0..1."""
_DARK, _BRIGHT = 0.03, 0.97
_NEARLY_ALL = 0.9
_SAMPLED = 512
"""About this many rows and columns are looked at."""


def pixel_fault(picture: Picture) -> str | None:
    """Return the first thing that makes a picture useless; None if there is none."""
    high, wide = picture.grey.shape
    if min(high, wide) < LEAST_SIDE:
        return f"The picture is too small ({wide} x {high} pixels); at least {LEAST_SIDE} a side are needed."
    if wide > WIDEST * high or high > TALLEST * wide:
        return f"The picture is a strip ({wide} x {high} pixels), which no whole X-ray is."
    if picture.facts.is_colour:
        return "The picture is in colour, which no X-ray is."
    return _grey_fault(picture.grey[:: 1 + high // _SAMPLED, :: 1 + wide // _SAMPLED])


def _grey_fault(grey: NDArray[np.float32]) -> str | None:
    low, high = np.percentile(grey, (1, 99))
    if high - low < LEAST_RANGE:
        return "The picture is blank: it has hardly more than one grey value."
    if np.mean(grey < _DARK) > _NEARLY_ALL:
        return "The picture is almost all black."
    if np.mean(grey > _BRIGHT) > _NEARLY_ALL:
        return "The picture is almost all white."
    return None
