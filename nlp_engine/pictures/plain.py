"""PNG and JPEG -> a picture, by Pillow."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from nlp_engine.errors import PictureError
from nlp_engine.pictures.letters import LETTERS_FOUND, has_letters
from nlp_engine.pictures.picture import Picture, PictureFacts, PictureFormat
from nlp_engine.pictures.tint import COLOUR, is_tinted
from nlp_engine.pictures.windows import MAX_PIXELS, TOO_LARGE, full_range

if TYPE_CHECKING:
    import PIL.Image
    from numpy.typing import NDArray

_DEEP_MODES = ("I", "I;16", "I;16B", "I;16L", "F")
_GAP = 2
"""A JPEG is decoded at this many times the needed size or more; Pillow's own thumbnails do the same."""
_EXIF_ORIENTATION = 0x0112
_NO_CHROMA = np.float32(128 / 255)


def read_plain(path: Path, kind: PictureFormat, *, least_side: int | None = None) -> Picture:
    """Read a PNG or JPEG file; see `read_picture`.

    Raises
    ------
    PictureError
        If the file is broken, an animation, or larger than the limit.
    """
    import PIL.Image

    try:
        try:
            grey, is_deep, is_colour, warnings = _open(path, kind, least_side, "YCbCr")
        except OSError:
            # A JPEG that stores RGB cannot be decoded to luma and chroma.
            grey, is_deep, is_colour, warnings = _open(path, kind, least_side, "RGB")
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        raise PictureError(*TOO_LARGE) from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, ArithmeticError, struct.error):
        # Pillow says "broken file" in many ways, some with words of the file.
        raise PictureError(f"is a {kind} that is broken or cut off", "export it again") from None
    if has_letters(grey):
        warnings = (*warnings, LETTERS_FOUND)
    facts = PictureFacts(format=kind, bits=16 if is_deep else 8, is_colour=is_colour)
    return Picture(grey, facts, warnings)


def _open(
    path: Path, kind: PictureFormat, least_side: int | None, draft: Literal["YCbCr", "RGB"]
) -> tuple[NDArray[np.float32], bool, bool, tuple[str, ...]]:
    """Return grey values, whether they had 16 bits, whether there were colours, and warnings."""
    import PIL.Image
    import PIL.ImageOps

    with PIL.Image.open(path, formats=("PNG", "JPEG")) as picture:
        _check(picture, kind)
        is_deep = picture.mode in _DEEP_MODES
        if kind == "JPEG":
            picture.draft(draft, None if least_side is None else (_GAP * least_side, _GAP * least_side))
        picture.load()
        upright = PIL.ImageOps.exif_transpose(picture) if _EXIF_ORIENTATION in picture.getexif() else picture
        if is_deep:
            # As DICOM without a window: many hold 10 or 12 bits, and nothing in a PNG says so.
            return full_range(np.asarray(upright, dtype=np.float32)), True, False, ()
        grey, is_colour, warnings = _eight_bits(upright)
        return grey, False, is_colour, warnings


def _check(picture: PIL.Image.Image, kind: PictureFormat) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise PictureError(*TOO_LARGE)
    frames = getattr(picture, "n_frames", 1)
    if kind == "PNG" and frames > 1:
        raise PictureError(f"is an animation of {frames} pictures", "give one picture a file")


def _eight_bits(picture: PIL.Image.Image) -> tuple[NDArray[np.float32], bool, tuple[str, ...]]:
    import PIL.Image

    warnings: tuple[str, ...] = ()
    if picture.mode in ("1", "L"):
        return _scaled(np.asarray(picture.convert("L"))), False, warnings
    if picture.mode == "YCbCr":
        planes = np.asarray(picture)
        is_colour = is_tinted(np.abs(_scaled(planes[..., 1:]) - _NO_CHROMA).max(axis=-1))
        return _scaled(planes[..., 0]), is_colour, (COLOUR,) if is_colour else ()
    if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        black = PIL.Image.new("RGBA", clear.size, "black")
        if np.asarray(clear.getchannel("A")).min() < 255:
            warnings = ("Parts of the picture are transparent; they were taken as black.",)
        black.alpha_composite(clear)
        picture = black
    colours = picture.convert("RGB")
    channels = np.asarray(colours)
    is_colour = is_tinted(_scaled(channels.max(axis=-1) - channels.min(axis=-1)))
    return _scaled(np.asarray(colours.convert("L"))), is_colour, (*warnings, COLOUR) if is_colour else warnings


def _scaled(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    return values.astype(np.float32) / np.float32(255)
