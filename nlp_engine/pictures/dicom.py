"""DICOM -> a picture, by pydicom: decoding, rescale, window, photometric interpretation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydicom import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi

from nlp_engine.errors import PictureError
from nlp_engine.pictures.decoding import check_picture, decode
from nlp_engine.pictures.header import BROKEN, FACTS, facts_of, quiet, read_dataset, text_of
from nlp_engine.pictures.letters import LETTERS_FOUND, has_letters
from nlp_engine.pictures.picture import BURNED_IN, Picture
from nlp_engine.pictures.tint import COLOUR, is_tinted
from nlp_engine.pictures.windows import WindowShape, full_range, is_flat, windowed

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CONTRADICTS = ("has a DICOM header that contradicts its pixels", "export it again")
_ODD_WINDOW = "The window of the header shows one grey only; the range of the values was used instead."
_ELEMENTS = (
    *FACTS, "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration",
    "BitsAllocated", "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit", "RescaleSlope",
    "RescaleIntercept", "ModalityLUTSequence", "WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence",
    "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData", "PixelData", "ExtendedOffsetTable", "ExtendedOffsetTableLengths",
)  # fmt: skip
_SHAPES: tuple[WindowShape, ...] = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


def read_dicom(path: Path) -> Picture:
    """Read a DICOM file; see `nlp_engine.pictures.read_picture`.

    Raises
    ------
    PictureError
        If the file has no pixels, more than one frame, a compression without a decoder, or is broken.
    """
    with quiet():
        check_picture(read_dataset(path, _ELEMENTS, pixels=False))
        dataset = read_dataset(path, _ELEMENTS, pixels=True)
        values = decode(dataset)
        try:
            grey, is_colour, warnings = _grey(values, dataset)
            facts = facts_of(dataset)
        except BROKEN:
            raise PictureError(*_CONTRADICTS) from None
    if not np.isfinite(grey).all():
        raise PictureError(*_CONTRADICTS)
    if is_colour:
        warnings.append(COLOUR)
    if facts.burned_in:
        warnings.append(BURNED_IN)
    elif has_letters(grey):
        warnings.append(LETTERS_FOUND)
    return Picture(grey, replace(facts, is_colour=is_colour), tuple(warnings))


def _grey(values: NDArray[np.generic], dataset: Dataset) -> tuple[NDArray[np.float32], bool, list[str]]:
    """Return the grey values, whether the picture has colours, and warnings."""
    photometric = _photometric(dataset)
    if photometric.startswith("PALETTE") or values.ndim == 3:
        return *_from_colours(values, dataset), []
    padding = _padding(values, dataset)
    grey, warnings = _through_window(values, dataset, None if padding is None else ~padding)
    if photometric == "MONOCHROME1":
        grey = 1 - grey
    if padding is not None:
        grey[padding] = 0
    return grey, False, warnings


def _photometric(dataset: Dataset) -> str:
    return text_of(dataset, "PhotometricInterpretation").upper()


def _from_colours(values: NDArray[np.generic], dataset: Dataset) -> tuple[NDArray[np.float32], bool]:
    """Return the luma (ITU-R BT.601, as Pillow has it) of a palette or of RGB, to which pydicom turned YBR.

    Many exports store a grey picture in three equal channels; whether there are colours is the second value.
    """
    bits = int(dataset.BitsStored)
    if values.ndim == 2:
        bits = int(dataset.RedPaletteColorLookupTableDescriptor[2])
        values = apply_color_lut(values, dataset)
    channels = values[..., :3].astype(np.float32) / np.float32(2**bits - 1)
    luma = channels @ np.array((0.299, 0.587, 0.114), dtype=np.float32)
    grey: NDArray[np.float32] = np.clip(luma, 0, 1).astype(np.float32)
    return grey, is_tinted(channels.max(axis=-1) - channels.min(axis=-1))


def _through_window(
    values: NDArray[np.generic], dataset: Dataset, valid: NDArray[np.bool_] | None
) -> tuple[NDArray[np.float32], list[str]]:
    """Apply modality LUT or rescale, then the header's VOI LUT or first window; without one, the full range."""
    units = apply_modality_lut(values, dataset)
    explicit = _explicit(units, dataset)
    if explicit is not None and not is_flat(explicit):
        return explicit, []
    plain = full_range(units.astype(np.float32), valid)
    return plain, [_ODD_WINDOW] if explicit is not None and not is_flat(plain) else []


def _explicit(units: NDArray[np.generic], dataset: Dataset) -> NDArray[np.float32] | None:
    if dataset.get("VOILUTSequence"):
        depth = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
        return apply_voi(units, dataset).astype(np.float32) / np.float32(2**depth - 1)
    centre, width = _first_number(dataset, "WindowCenter"), _first_number(dataset, "WindowWidth")
    if centre is None or width is None or width < 1:
        return None
    named = text_of(dataset, "VOILUTFunction").upper()
    shape = next((shape for shape in _SHAPES if shape == named), _SHAPES[0])
    return windowed(units.astype(np.float32), centre, width, shape)


def _first_number(dataset: Dataset, name: str) -> float | None:
    value = dataset.get(name)
    if isinstance(value, Sequence):
        value = value[0] if len(value) else None
    number = math.nan if value in (None, "") else float(value)
    return number if math.isfinite(number) else None


def _padding(values: NDArray[np.generic], dataset: Dataset) -> NDArray[np.bool_] | None:
    """Return where the device filled up what it did not see; None if nothing is said of it or all is padding."""
    first = dataset.get("PixelPaddingValue")
    if first is None:
        return None
    other = dataset.get("PixelPaddingRangeLimit", first)
    low, high = sorted((int(first), int(other)))
    padding: NDArray[np.bool_] = np.greater_equal(values, low) & np.less_equal(values, high)
    return padding if padding.any() and not padding.all() else None
