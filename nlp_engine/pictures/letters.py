"""Looks for lines of text in the pixels near the borders, where devices burn in names and dates.

Cheap and only good for a warning: single markers ("R", "AP") are passed over on purpose, and text that is dark on
bright, upright, or in the middle of the picture is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS_FOUND = (
    "A line of text seems to stand in the pixels near the border; look whether it names a person before the picture is "
    "passed on."
)
_LONG_SIDE = 1024
_BORDER = 0.15
"""Share of each side that counts as border."""
_STROKE = 7
"""Strokes of letters are thinner than this many pixels, bones are not."""
_BRIGHT, _ABOVE_GROUND = 0.7, 0.2
_HEIGHTS = range(5, 61)
_MIN_LETTERS = 7
_MAX_MARKS = 400
"""More thin bright specks than this are noise or a screen of dots, and a line among them would be chance."""


class _Mark(NamedTuple):
    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top


def has_letters(grey: NDArray[np.float32]) -> bool:
    """Say whether a line of seven letters or more seems to stand near the border.

    Parameters
    ----------
    grey
        Shape (height, width), 0 to 1.
    """
    marks = _marks(_smaller(grey))
    return len(marks) <= _MAX_MARKS and _longest_line(marks) >= _MIN_LETTERS


def _smaller(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    step = -(-max(grey.shape) // _LONG_SIDE)
    if step == 1:
        return grey
    import PIL.Image

    return np.asarray(PIL.Image.fromarray(grey).reduce(step))


def _marks(grey: NDArray[np.float32]) -> list[_Mark]:
    """Return the bright thin things near the border that are as high as letters and not much wider."""
    from scipy import ndimage

    if min(grey.shape) < 4 * _STROKE:
        return []
    ground = ndimage.grey_opening(grey, size=(_STROKE, _STROKE))
    strokes = (grey > _BRIGHT) & (grey - ground > _ABOVE_GROUND)
    high, wide = (round(side * _BORDER) for side in grey.shape)
    strokes[high:-high, wide:-wide] = False
    parts, _ = ndimage.label(strokes, structure=np.ones((3, 3), np.int8))
    marks = (_Mark(rows.start, rows.stop, columns.start, columns.stop) for rows, columns in ndimage.find_objects(parts))
    return [mark for mark in marks if mark.height in _HEIGHTS and mark.right - mark.left <= 1.5 * mark.height]


def _longest_line(marks: list[_Mark]) -> int:
    """Return the number of marks in the longest row of equally high ones that stand as close as letters do."""
    longest = 0
    left = sorted(marks, key=lambda mark: mark.left)
    while left:
        last, count, rest = left[0], 1, []
        for mark in left[1:]:
            if _follows(mark, last):
                last, count = mark, count + 1
            else:
                rest.append(mark)
        longest, left = max(longest, count), rest
    return longest


def _follows(mark: _Mark, last: _Mark) -> bool:
    size = max(mark.height, last.height)
    return (
        min(mark.height, last.height) >= 0.6 * size
        and abs(mark.bottom - last.bottom) <= 0.25 * size
        and 0 <= mark.left - last.right <= 1.2 * size
    )
