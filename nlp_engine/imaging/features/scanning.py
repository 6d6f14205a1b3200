"""Everything that a check of a set needs of each file, read once; nothing large is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import PictureError
from nlp_engine.imaging.chest.reading import SmallPicture
from nlp_engine.imaging.features.fingerprints import BITS, fingerprint
from nlp_engine.imaging.features.table import stacked
from nlp_engine.imaging.quality.looks import SIDE, points
from nlp_engine.pictures import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp_engine.imaging.chest.model import ChestModel

_BATCH = 32
_BLACK = 0.03
_STEP = 4
"""Every fourth point of a row tells whether the row is black."""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What is kept of a set of n files.

    Parameters
    ----------
    digests
        SHA-256 of each file; empty where it cannot be opened.
    faults
        Why a file is no picture, or the network would not judge it; None where it would.
    shapes
        (n, 2), height and width as decoded; 0 where there is no picture.
    frames
        (n,), share of the picture that is a black frame.
    prints
        (n, bytes), fingerprints.
    looks
        (n, 400), float16, the pictures as 20 x 20 points (`nlp_engine.imaging.quality.looks.points`).
    vectors
        (n, d), the network's embeddings, NaN where it saw nothing.
    """

    names: tuple[str, ...]
    digests: tuple[str, ...]
    faults: tuple[str | None, ...]
    shapes: NDArray[np.int64]
    frames: NDArray[np.float64]
    prints: NDArray[np.uint8]
    looks: NDArray[np.float16]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _File:
    digest: str
    small: SmallPicture
    shape: tuple[int, int] = (0, 0)
    frame: float = 0.0


def scan(
    model: ChestModel, names: Sequence[str], *, workers: int = 2, each: Callable[[int], None] | None = None
) -> Scan:
    """Read all files, some dozens at a time.

    Parameters
    ----------
    each
        Told after each batch how many more files were read.
    """
    digests: list[str] = []
    shapes: list[tuple[int, int]] = []
    frames: list[float] = []
    prints = np.zeros((len(names), BITS // 8), np.uint8)
    looks = np.zeros((len(names), SIDE * SIDE), np.float16)
    vectors: dict[int, NDArray[np.float32]] = {}
    faults: list[str | None] = []
    with ThreadPoolExecutor(workers, thread_name_prefix="pictures") as pool:
        for start in range(0, len(names), _BATCH):
            batch = list(pool.map(lambda name: _read(Path(name), model), names[start : start + _BATCH]))
            readings = model.judge([file.small for file in batch])
            for row, (file, reading) in enumerate(zip(batch, readings, strict=True), start):
                if (levels := file.small.levels) is not None:
                    prints[row], looks[row] = fingerprint(levels), points(levels[None])[0]
                if reading.embedding is not None:
                    vectors[row] = reading.embedding
            faults += [reading.refused for reading in readings]
            digests += [file.digest for file in batch]
            shapes += [file.shape for file in batch]
            frames += [file.frame for file in batch]
            if each is not None:
                each(len(batch))
    return Scan(
        names=tuple(names),
        digests=tuple(digests),
        faults=tuple(faults),
        shapes=np.array(shapes, np.int64).reshape(-1, 2),
        frames=np.array(frames),
        prints=prints,
        looks=looks,
        vectors=stacked(vectors.get(row) for row in range(len(names))),
    )


def black_frame(grey: NDArray[np.float32]) -> float:
    """Return the share of a picture (height, width) that lies in black rows and columns along its border."""
    high, wide = grey.shape
    rows = (grey[:, ::_STEP] > _BLACK).mean(axis=1) > _BLACK
    columns = (grey[::_STEP] > _BLACK).mean(axis=0) > _BLACK
    if not rows.any() or not columns.any():
        return 1.0
    inside = (_span(rows) / high) * (_span(columns) / wide)
    return 1 - inside


def _span(filled: NDArray[np.bool_]) -> int:
    where = np.flatnonzero(filled)
    return int(where[-1] - where[0] + 1)


def _read(path: Path, model: ChestModel) -> _File:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        picture = read_picture(path, least_side=model.size)
    except OSError:
        return _File("", SmallPicture(refused="The file cannot be opened; make it readable.", is_readable=False))
    except PictureError as error:
        return _File(digest, SmallPicture(refused=str(error), is_readable=False))
    shape = (int(picture.grey.shape[0]), int(picture.grey.shape[1]))
    return _File(digest, model.small(picture), shape, black_frame(picture.grey))
