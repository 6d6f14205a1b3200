"""Pixel data of a DICOM file -> stored values, or a sentence that names what is missing to decode it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from nlp_engine.errors import PictureError
from nlp_engine.pictures.header import BROKEN, text_of, without_pixels
from nlp_engine.pictures.windows import MAX_PIXELS, TOO_LARGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DECODER_PACKAGES = {
    "JPEG2000": "pylibjpeg and pylibjpeg-openjpeg",
    "HTJ2K": "pylibjpeg and pylibjpeg-openjpeg",
    "JPEGLS": "pyjpegls",
    "JPEG": "pylibjpeg and pylibjpeg-libjpeg",
    "RLE": "pylibjpeg and pylibjpeg-rle",
}
"""Beginning of the keyword of a transfer syntax -> packages that decode it, as pydicom 3 names them."""
_BITS = (8, 16, 32)


def check_picture(dataset: Dataset) -> None:
    """Refuse a data set that is not one picture of a sensible size, before its pixels are read.

    Raises
    ------
    PictureError
        If it has no rows and columns, several frames, bits that are not read, or is too large.
    """
    sides = [_whole(dataset, name) for name in ("Rows", "Columns")]
    if not all(sides):
        raise PictureError(*_no_pixels(dataset))
    if sides[0] * sides[1] > MAX_PIXELS:
        raise PictureError(*TOO_LARGE)
    frames = _whole(dataset, "NumberOfFrames")
    if frames > 1:
        raise PictureError(f"holds {frames} frames, and only single pictures are read", "give one frame a file")
    bits = _whole(dataset, "BitsAllocated")
    if bits not in _BITS:
        raise PictureError(f"stores {bits} bits a pixel; 8 and 16 are read", "give the picture itself, not a mask")


def decode(dataset: Dataset) -> NDArray[np.generic]:
    """Return the stored values: (height, width), or (height, width, 3) in RGB.

    Raises
    ------
    PictureError
        If there are no pixels, no decoder for them, or not as many as the header says.
    """
    if "PixelData" not in dataset:
        # Compressed pixels that are cut off are not seen at all.
        raise PictureError("is DICOM without pixel data, or cut off before they end", "export it again")
    _check_decoder(dataset)
    try:
        values: NDArray[np.generic] = dataset.pixel_array
    except BROKEN:
        raise PictureError("has pixel data that is cut off or broken", "export it again") from None
    if values.ndim == 3 and values.shape[0] == 1 and values.shape[-1] not in (3, 4):
        values = values[0]
    if values.ndim == 4 and values.shape[0] == 1:
        values = values[0]
    if values.shape[:2] != (_whole(dataset, "Rows"), _whole(dataset, "Columns")):
        raise PictureError("has pixel data that does not fit its header", "export it again")
    return values


def _no_pixels(dataset: Dataset) -> tuple[str, str]:
    what = without_pixels(text_of(dataset, "SOPClassUID"))
    if what is not None:
        return f"{what} and holds no picture", "give the picture that it belongs to"
    return "is DICOM without pixel data", "give a file that holds a picture"


def _check_decoder(dataset: Dataset) -> None:
    syntax = UID(str(getattr(getattr(dataset, "file_meta", None), "TransferSyntaxUID", "")))
    if not syntax:
        # A data set of before 1993 does not name it, and is not compressed.
        is_implicit, is_little = dataset.original_encoding
        plain = ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = plain if is_little else ExplicitVRBigEndian
        return
    try:
        known = get_decoder(syntax)
    except NotImplementedError:
        name = f'"{syntax.name}"' if syntax.name != syntax else "a transfer syntax that is not known"
        raise PictureError(f"is compressed with {name}, which is not read", "export it uncompressed") from None
    if not known.is_available:
        raise _no_decoder(syntax)


def _no_decoder(syntax: UID) -> PictureError:
    packages = next(
        (names for start, names in _DECODER_PACKAGES.items() if syntax.keyword.startswith(start)), "a decoder"
    )
    return PictureError(
        f'is compressed with "{syntax.name}", for which no decoder is installed',
        f"install {packages}, or export it uncompressed",
    )


def _whole(dataset: Dataset, name: str) -> int:
    text = text_of(dataset, name)
    return int(text) if text.isdecimal() else 0
