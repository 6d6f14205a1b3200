"""Many files: decoded by threads while the network computes, in order, with flat memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from nlp_engine.errors import InputError, PictureError
from nlp_engine.imaging.chest.model import ChestModel
from nlp_engine.imaging.chest.reading import ImageReading, SmallPicture
from nlp_engine.pictures import picture_format, read_picture

SUFFIXES = (".dcm", ".dicom", ".jpeg", ".jpg", ".png")
"""What is taken of a folder, beside DICOM without one; a file that is named itself is read whatever its name."""
_BATCH = 16
_AHEAD = 3
"""Batches that are decoded or wait at a time."""


def read_files(model: ChestModel, names: Iterable[str], *, workers: int = 2) -> Iterator[tuple[str, ImageReading]]:
    """Yield each file's name with its reading, in order; a file that cannot be read is refused with the reason.

    Parameters
    ----------
    workers
        Threads that decode.
    """
    left = iter(names)
    waiting: deque[tuple[str, Future[SmallPicture]]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="pictures") as pool:
        while True:
            for name in islice(left, _AHEAD * _BATCH - len(waiting)):
                waiting.append((name, pool.submit(_decoded, Path(name), model)))
            if not waiting:
                return
            batch = [waiting.popleft() for _ in range(min(_BATCH, len(waiting)))]
            readings = model.judge([future.result() for _, future in batch])
            yield from zip((name for name, _ in batch), readings, strict=True)


def picture_files(paths: Iterable[str]) -> list[str]:
    """Return files as given, and of folders, with all below them, the pictures in the order of their names.

    Raises
    ------
    nlp_engine.errors.InputError
        If a folder holds no picture.
    """
    found: list[str] = []
    for path in paths:
        if not Path(path).is_dir():
            found.append(path)
            continue
        inside = sorted(one.relative_to(path) for one in Path(path).rglob("*") if _is_picture(one))
        shown = [one for one in inside if not any(part.startswith(".") for part in one.parts)]
        if not shown:
            raise InputError(path, "holds no picture", f"pictures are DICOM or end in {', '.join(SUFFIXES)}")
        found += [f"{path.rstrip('/')}/{one.as_posix()}" for one in shown]
    return found


def _is_picture(path: Path) -> bool:
    """Say whether a file of a folder is taken: by its suffix, or as DICOM, which archives name without one."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        return path.is_file() and path.name.upper() != "DICOMDIR" and picture_format(path) == "DICOM"
    except PictureError:
        return False


def _decoded(path: Path, model: ChestModel) -> SmallPicture:
    try:
        picture = read_picture(path, least_side=model.size)
    except PictureError as error:
        return SmallPicture(refused=str(error), is_readable=False)
    return model.small(picture)
