"""Small copies of a record's pictures, to stand inside a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import PIL.Image

MAX_SIDE = 480
"""Longest side of a copy, in pixels."""
_WIDE_MODES = ("I", "I;16", "I;16B", "I;16L", "F")


def small_copy(path: Path) -> PIL.Image.Image | None:
    """Return a small copy, grey or in colours; None when the file is not there or cannot be shown.

    A PNG or JPEG keeps its colours, with more than 8 bits a pixel it is stretched from its darkest to its brightest
    value. A DICOM picture is shown in grey as the image models see it (`nlp_engine.pictures`).
    """
    import PIL.Image

    from nlp_engine.errors import PictureError
    from nlp_engine.pictures import picture_format, read_picture

    try:
        if picture_format(path) == "DICOM":
            return _small(PIL.Image.fromarray(np.uint8(read_picture(path).grey * 255)))
        with PIL.Image.open(path) as picture:
            picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
            return _small(_stretched(picture) if picture.mode in _WIDE_MODES else picture)
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError, PictureError):
        # Pillow says "broken file" in four ways; the page then says that the picture cannot be shown.
        return None


def _small(picture: PIL.Image.Image) -> PIL.Image.Image:
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    if picture.mode not in ("L", "RGB"):
        return _on_white(picture)
    picture.load()  # the file is closed afterwards
    return picture


def _stretched(picture: PIL.Image.Image) -> PIL.Image.Image:
    import PIL.Image

    values = np.asarray(picture, dtype=np.float32)
    low, high = float(values.min()), float(values.max())
    grey = (values - low) * (255 / ((high - low) or 1.0))
    return PIL.Image.fromarray(grey.astype(np.uint8))


def _on_white(picture: PIL.Image.Image) -> PIL.Image.Image:
    import PIL.Image

    clear = picture.convert("RGBA")
    page = PIL.Image.new("RGBA", clear.size, "white")
    page.alpha_composite(clear)
    return page.convert("RGB")
