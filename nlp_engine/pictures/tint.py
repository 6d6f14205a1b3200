"""Tells a picture in colours from a grey one that is stored in channels of colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLOUR = "The picture is in colour and was turned to grey; an X-ray has no colours."
_TINT = 12 / 255
"""Share of the range by which two channels must differ to count as a colour; those of a grey JPEG differ by 0.01."""
_TINTED_SHARE = 0.002


def is_tinted(differences: NDArray[np.float32]) -> bool:
    """Say whether a picture has colours.

    Parameters
    ----------
    differences
        Shape (height, width): by how much the channels of a pixel differ, 0 to 1.
    """
    return bool(np.mean(differences > _TINT) > _TINTED_SHARE)
