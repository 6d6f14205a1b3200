"""Pictures out of zips or folders, made small once by the code of run time, and kept in the work folder."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from nlp_engine.errors import InputError
from nlp_engine.imaging.chest.preparing import PREPARING, shrink
from nlp_engine.model_files import read_arrays
from nlp_engine.training.images.index import PARTS, Entry, check_split, classes_of, with_parts
from nlp_engine.training.images.progress import Progress, tracked


@dataclass(frozen=True)
class Pictures:
    """One part of the set.

    Parameters
    ----------
    levels
        uint8, (n, size, size).
    labels
        Index into the classes, (n,).
    patients
        Whose each picture is, (n,).
    names
        File names, for the list of worst mistakes.
    targets
        The chance of each class, (n, classes), to learn instead of the labels; None: labels are taken as given.
    """

    levels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    patients: NDArray[np.object_]
    names: tuple[str, ...]
    targets: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels)

    def chosen(self, rows: NDArray[np.int64]) -> Pictures:
        """Return some of the pictures, by their places, with the labels as given."""
        names = tuple(self.names[row] for row in rows)
        return Pictures(self.levels[rows], self.labels[rows], self.patients[rows], names)


@dataclass(frozen=True)
class PictureSet:
    """Both parts, with the classes and a digest of all pictures and labels."""

    classes: tuple[str, ...]
    train: Pictures
    dev: Pictures
    digest: str


class PictureFolder:
    """Reads the pictures of an index; each zip is opened once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._zips: dict[str, tuple[zipfile.ZipFile, dict[str, str]]] = {}

    def read(self, entry: Entry) -> bytes:
        """Return a picture's file.

        Raises
        ------
        nlp_engine.errors.InputError
            If the zip or the file is not there.
        """
        where = f"index row {entry.row}"
        try:
            if not entry.archive:
                return (self._folder / entry.file).read_bytes()
            archive, names = self._open(entry.archive)
            return archive.read(names[entry.file])
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise InputError(where, "names a file that cannot be read", "check --data, archive and file") from error

    def _open(self, name: str) -> tuple[zipfile.ZipFile, dict[str, str]]:
        if name not in self._zips:
            archive = zipfile.ZipFile(self._folder / name)
            full = {member: member for member in archive.namelist()}
            self._zips[name] = archive, {PurePosixPath(member).name: member for member in full} | full
        return self._zips[name]


def load_set(
    folder: Path, entries: Sequence[Entry], *, size: int, dev_share: float, seed: int, work: Path, progress: Progress
) -> PictureSet:
    """Read all pictures of parts train and dev in a size, from the work folder if they were read before.

    Raises
    ------
    nlp_engine.errors.InputError
        If a picture cannot be read, or the split would flatter the result.
    """
    entries = [entry for entry in entries if entry.part in (*PARTS, "")]
    levels, digests = _levels(folder, entries, size, work, progress)
    entries = with_parts(entries, digests, dev_share=dev_share, seed=seed)
    check_split(entries, digests)
    classes = classes_of(entries)
    parts = {part: [at for at, entry in enumerate(entries) if entry.part == part] for part in PARTS}
    told = [f"{digest} {entry.label} {entry.part}" for entry, digest in zip(entries, digests, strict=True)]
    return PictureSet(
        classes=classes,
        train=_part(levels, [entries[at] for at in parts["train"]], parts["train"], classes),
        dev=_part(levels, [entries[at] for at in parts["dev"]], parts["dev"], classes),
        digest=hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:16],
    )


def _part(levels: NDArray[np.uint8], entries: Sequence[Entry], rows: Sequence[int], classes: Sequence[str]) -> Pictures:
    return Pictures(
        levels=levels[list(rows)],
        labels=np.array([classes.index(entry.label) for entry in entries], dtype=np.int64),
        patients=np.array([entry.patient for entry in entries], dtype=object),
        names=tuple(entry.file for entry in entries),
    )


def _levels(
    folder: Path, entries: Sequence[Entry], size: int, work: Path, progress: Progress
) -> tuple[NDArray[np.uint8], list[str]]:
    """Return the small pictures (n, size, size) and the digest of each file."""
    names = [PREPARING, *(f"{e.archive}/{e.file}" for e in entries)]
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    kept = work / f"pictures-{size}-{key}.npz"
    if kept.exists():
        before = read_arrays(kept, "levels", "digests")
        return before["levels"], [str(digest) for digest in before["digests"]]
    words = f"reading {len(entries)} pictures in {size} x {size}"
    progress(words)
    source = PictureFolder(folder)
    levels = np.empty((len(entries), size, size), np.uint8)
    digests = []
    for at, entry in enumerate(tracked(progress, entries, total=len(entries), words=words)):
        content = source.read(entry)
        digests.append(hashlib.sha256(content).hexdigest())
        levels[at] = shrink(_grey(content, entry), size)
    work.mkdir(parents=True, exist_ok=True)
    half = kept.with_suffix(".part")  # a run that is cut off here leaves no half file under the name
    with half.open("wb") as file:
        np.savez(file, levels=levels, digests=np.array(digests))
    half.replace(kept)
    return levels, digests


def _grey(content: bytes, entry: Entry) -> NDArray[np.float32]:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            grey: NDArray[np.float32] = np.asarray(picture.convert("L"), dtype=np.float32) / np.float32(255)
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(f"index row {entry.row}", "names a file that is no PNG or JPEG", "leave it out") from error
    return grey
