"""A picture becomes what the network reads; training and run time use this same code.

A plain frame is left out; clipping at percentiles and standardising each picture takes exposure, windowing and detector
away. So a picture from another machine looks like those that the network learnt from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from nlp_engine.imaging.chest.framing import inside_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

PREPARING: Final = "unframed-percentile-1-99-standardised"
"""Name of what this file does, kept in ``model.json``; another way of preparing gets another name."""
_LOW, _HIGH = 0.01, 0.99
_STEP = 2
"""The percentiles are those of every second row and column: a quarter of the work, the same values."""
_LEAST_RANGE = 1e-3


def shrink(grey: NDArray[np.float32], size: int) -> NDArray[np.uint8]:
    """Return what lies inside a picture's frame as (size, size) grey levels.

    The aspect ratio is not kept, as in the training files.

    Parameters
    ----------
    grey
        (height, width), 0 to 1.
    size
        Side in pixels.
    """
    left, top, right, bottom = inside_frame(grey)
    inside = np.asarray(grey[top:bottom, left:right], dtype=np.float32)
    picture = Image.fromarray(inside * np.float32(255))
    if picture.size != (size, size):
        picture = picture.resize((size, size), Image.Resampling.BILINEAR)  # antialiased when it gets smaller
    levels: NDArray[np.uint8] = np.asarray(picture).clip(0, 255).round().astype(np.uint8)
    return levels


def standardise(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Clip each picture at its 1st and 99th percentile, scale it to 0..1, and give it mean 0 and deviation 1.

    Parameters
    ----------
    pictures
        (n, height, width) in any unit; nothing but the order and the distances of grey values counts.

    Returns
    -------
    numpy.ndarray
        float32, the same shape. A picture of one grey value becomes all zeros.
    """
    pictures = np.asarray(pictures, dtype=np.float32)
    low, high = (_at_rank(pictures[:, ::_STEP, ::_STEP], share) for share in (_LOW, _HIGH))
    scaled = np.subtract(pictures, low)
    scaled /= np.maximum(high - low, _LEAST_RANGE)
    np.clip(scaled, 0, 1, out=scaled)
    scaled -= scaled.mean(axis=(1, 2), keepdims=True)
    squares = np.einsum("nhw,nhw->n", scaled, scaled) / scaled[0].size
    scaled /= np.maximum(np.sqrt(squares), _LEAST_RANGE)[:, None, None]
    return scaled


def zoomed(levels: NDArray[np.uint8], zoom: float) -> NDArray[np.uint8]:
    """Return small pictures (n, size, size) without their border, so that things look ``zoom`` times larger."""
    if zoom <= 1:
        return levels
    size = levels.shape[-1]
    edge = size * (1 - 1 / zoom) / 2
    box = (edge, edge, size - edge, size - edge)
    larger = [Image.fromarray(one).resize((size, size), Image.Resampling.BILINEAR, box=box) for one in levels]
    return np.stack([np.asarray(one) for one in larger])


def network_input(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the network's input (n, 1, size, size) of small pictures (n, size, size)."""
    return standardise(levels.astype(np.float32) / np.float32(255))[:, None]


def prepare(greys: list[NDArray[np.float32]], size: int) -> NDArray[np.float32]:
    """Return the network's input (n, 1, size, size) of pictures of any sizes, grey 0 to 1, each looked at whole."""
    return network_input(np.stack([shrink(grey, size) for grey in greys]))


def _at_rank(pictures: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Return the value below which a share of each picture lies, (n, 1, 1); it occurs, nothing is interpolated."""
    flat = pictures.reshape(len(pictures), -1)
    rank = round(share * (flat.shape[1] - 1))
    found: NDArray[np.float32] = np.partition(flat, rank, axis=1)[:, rank, None, None]
    return found
