"""Pictures as another hospital might make them: the same patients under fixed, stated changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from nlp_engine.imaging.chest.preparing import shrink

Levels = NDArray[np.uint8]


def _each(change: Callable[[Image.Image], Image.Image]) -> Callable[[Levels], Levels]:
    def apply(levels: Levels) -> Levels:
        return np.stack([np.asarray(change(Image.fromarray(one))) for one in levels])

    return apply


def _gamma(power: float) -> Callable[[Levels], Levels]:
    table = np.round(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    return lambda levels: table[levels]


def _contrast(factor: float) -> Callable[[Levels], Levels]:
    table = np.round(np.clip((np.arange(256) - 127.5) * factor + 127.5, 0, 255)).astype(np.uint8)
    return lambda levels: table[levels]


def _cropped(left: float, top: float, right: float, bottom: float) -> Callable[[Levels], Levels]:
    """Leave out shares of the picture at each side; what is left is stretched to full size."""

    def change(picture: Image.Image) -> Image.Image:
        wide, high = picture.size
        box = (left * wide, top * high, (1 - right) * wide, (1 - bottom) * high)
        return picture.resize(picture.size, Image.Resampling.BILINEAR, box=box)

    return _each(change)


def _framed(share: float) -> Callable[[Levels], Levels]:
    """Put a black border around the picture."""

    def change(picture: Image.Image) -> Image.Image:
        wide, high = picture.size
        across, down = round(wide * share), round(high * share)
        frame = Image.new("L", picture.size, 0)
        inner = picture.resize((wide - 2 * across, high - 2 * down), Image.Resampling.BILINEAR)
        frame.paste(inner, (across, down))
        return frame

    return _each(change)


def _as_seen(change: Callable[[Levels], Levels]) -> Callable[[Levels], Levels]:
    """Prepare the changed pictures again as run time would, which leaves a plain frame out."""

    def apply(levels: Levels) -> Levels:
        return np.stack([shrink(one / np.float32(255), one.shape[-1]) for one in change(levels)])

    return apply


_CHANGES: dict[str, Callable[[Levels], Levels]] = {
    "gamma 0.6": _gamma(0.6),
    "gamma 1.6": _gamma(1.6),
    "contrast 0.6": _contrast(0.6),
    "contrast 1.5": _contrast(1.5),
    "crop 10 % a side": _cropped(0.1, 0.1, 0.1, 0.1),
    "crop 15 % below": _cropped(0.0, 0.0, 0.0, 0.15),
    "wider by 15 %": _cropped(0.075, 0.0, 0.075, 0.0),
    "border 8 %": _framed(0.08),
    "blur": _each(lambda picture: picture.filter(ImageFilter.GaussianBlur(1.5))),
    "turned 8 degrees": _each(lambda picture: picture.rotate(8, Image.Resampling.BILINEAR)),
}
SHIFTS = {name: _as_seen(change) for name, change in _CHANGES.items()}
"""Name -> change of small pictures (n, size, size), with what run time does to them."""
