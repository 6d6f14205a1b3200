"""Stored values -> grey from 0 to 1: through a window of the header, else over the range of the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PIXELS = 64_000_000
"""The largest radiographs, of mammography, have about 25 million."""
TOO_LARGE = (
    f"holds more than {MAX_PIXELS // 1_000_000} million pixels and was not opened",
    "export the picture smaller",
)
_LOW, _HIGH = 0.5, 99.5
"""Percentiles that become black and white: single dead pixels and markers do not decide."""
_SAMPLE = 250_000

WindowShape = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]


def full_range(values: NDArray[np.float32], valid: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """Stretch from the 0.5th to the 99.5th percentile; a picture of one value becomes black.

    ``valid`` marks the pixels that count for the percentiles: padding does not.
    """
    step = max(1, int((values.size / _SAMPLE) ** 0.5))
    sample = values[::step, ::step]
    if valid is not None and valid.any():
        kept = valid[::step, ::step]
        sample = sample[kept] if kept.any() else values[valid]
    low, high = (float(limit) for limit in np.percentile(sample, (_LOW, _HIGH)))
    if high <= low:
        low, high = float(sample.min()), float(sample.max())
    if high <= low:
        return np.zeros(values.shape, np.float32)
    return _stretched(values, low, high)


def windowed(values: NDArray[np.float32], centre: float, width: float, shape: WindowShape) -> NDArray[np.float32]:
    """Apply a window (DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3).

    Parameters
    ----------
    values
        Values after the rescale, in its units.
    centre, width
        Window centre and width in the same units; the width is at least 1, for LINEAR_EXACT and SIGMOID above 0.
    shape
        The header's VOI LUT function.
    """
    if shape == "SIGMOID":
        power = np.clip(-4 * (values - np.float32(centre)) / np.float32(width), -60, 60)
        return (1 / (1 + np.exp(power))).astype(np.float32)
    if shape == "LINEAR":
        # The standard's half steps: a window of width 256 at 128 maps 0..255.
        centre, width = centre - 0.5, width - 1
    low = centre - width / 2
    if width <= 0:
        return (values > low).astype(np.float32)
    return _stretched(values, low, low + width)


def is_flat(grey: NDArray[np.float32]) -> bool:
    """Say whether a picture holds one grey only."""
    return bool(grey.max() - grey.min() < 1e-3)


def _stretched(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    grey = (values - np.float32(low)) * np.float32(1 / (high - low))
    return np.clip(grey, 0, 1, out=grey)
