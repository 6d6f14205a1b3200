"""Everything that a check of a set needs of each file, read once; nothing large is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import PictureError
from nlp_engine.imaging.chest.preparing import shrink
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
    fault: str | None = None
    shape: tuple[int, int] = (0, 0)
    frame: float = 0.0
    levels: NDArray[np.uint8] | None = None


def scan(model: ChestModel, names: Sequence[str], *, workers: int = 2) -> Scan:
    """Read all files, some dozens at a time."""
    files: list[_File] = []
    prints = np.zeros((len(names), BITS // 8), np.uint8)
    looks = np.zeros((len(names), SIDE * SIDE), np.float16)
    vectors: dict[int, NDArray[np.float32]] = {}
    faults: list[str | None] = []
    with ThreadPoolExecutor(workers, thread_name_prefix="pictures") as pool:
        for start in range(0, len(names), _BATCH):
            batch = list(pool.map(lambda name: _read(Path(name), model), names[start : start + _BATCH]))
            seen = [row for row, file in enumerate(batch, start) if file.levels is not None]
            levels = [file.levels for file in batch if file.levels is not None]
            found = dict(zip(seen, model.read_small(levels) if levels else [], strict=True))
            for row, small in zip(seen, levels, strict=True):
                prints[row], looks[row] = fingerprint(small), points(small[None])[0]
            vectors |= {row: reading.embedding for row, reading in found.items() if reading.embedding is not None}
            faults += [
                file.fault or (found[row].refused if row in found else None) for row, file in enumerate(batch, start)
            ]
            files += [_File(file.digest, file.fault, file.shape, file.frame) for file in batch]
    return Scan(
        names=tuple(names),
        digests=tuple(file.digest for file in files),
        faults=tuple(faults),
        shapes=np.array([file.shape for file in files], np.int64).reshape(-1, 2),
        frames=np.array([file.frame for file in files]),
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
        return _File("", "The file cannot be opened; make it readable.")
    except PictureError as error:
        return _File(digest, str(error))
    shape = (int(picture.grey.shape[0]), int(picture.grey.shape[1]))
    frame = black_frame(picture.grey)
    if fault := model.fault(picture):
        return _File(digest, fault, shape, frame)
    return _File(digest, None, shape, frame, shrink(picture.grey, model.size))
