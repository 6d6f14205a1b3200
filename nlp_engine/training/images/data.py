"""Pictures out of zips or folders, made small once by the code of run time, and kept in the work folder."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from nlp_engine.errors import InputError, PictureError
from nlp_engine.imaging.chest.preparing import PREPARING, shrink
from nlp_engine.imaging.quality.pixels import pixel_fault
from nlp_engine.model_files import read_arrays
from nlp_engine.pictures import Picture, read_picture
from nlp_engine.training.images.index import PARTS, Entry, check_split, classes_of, to_learn_from, with_parts
from nlp_engine.training.images.progress import Progress, tracked

_FEWEST = 10
"""Fewer pictures of a label in part dev are told."""
_ROWS_TOLD = 10


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
        Rows of the index, for the list of worst mistakes.
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
    """Finds the pictures of an index; each zip is opened once.

    Parameters
    ----------
    spare
        A folder that takes the picture that was last asked for out of a zip.
    """

    def __init__(self, folder: Path, spare: Path) -> None:
        self._folder, self._spare = folder, spare
        self._zips: dict[str, tuple[zipfile.ZipFile, dict[str, str]]] = {}

    def path(self, entry: Entry) -> Path:
        """Return where a picture's file is until the next one is asked for.

        Raises
        ------
        nlp_engine.errors.InputError
            If the zip or the file is not there or broken.
        """
        where = f"index row {entry.row}"
        if not entry.archive:
            path = self._folder / entry.file
            if not path.is_file():
                raise InputError(where, "names a file that is not there", "check --data and the column file")
            return path
        try:
            content = self._out_of_zip(entry)
        except FileNotFoundError as error:
            raise InputError(where, "names a zip that is not there", "check --data and the column archive") from error
        except KeyError as error:
            remedy = "check the column file, and give the whole path inside the zip"
            raise InputError(where, "names a file that is not in its zip, or there twice", remedy) from error
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, zlib.error) as error:
            raise InputError(where, "names a zip that is broken or encrypted", "make it anew") from error
        path = self._spare / f"picture{PurePosixPath(entry.file).suffix}"
        path.write_bytes(content)
        return path

    def _out_of_zip(self, entry: Entry) -> bytes:
        if entry.archive not in self._zips:
            archive = zipfile.ZipFile(self._folder / entry.archive)
            full = archive.namelist()
            short = Counter(PurePosixPath(member).name for member in full)
            names = {PurePosixPath(member).name: member for member in full if short[PurePosixPath(member).name] == 1}
            self._zips[entry.archive] = archive, names | {member: member for member in full}
        archive, names = self._zips[entry.archive]
        return archive.read(names[entry.file])


def load_set(
    folder: Path, entries: Sequence[Entry], *, size: int, dev_share: float, seed: int, work: Path, progress: Progress
) -> PictureSet:
    """Read all pictures of parts train and dev in a size, from the work folder if they were read before.

    Raises
    ------
    nlp_engine.errors.InputError
        If a picture cannot be read, or the split would flatter the result.
    """
    entries = to_learn_from(entries)
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
        names=tuple(f"index row {entry.row}" for entry in entries),
    )


def scarce(pictures: PictureSet) -> list[str]:
    """Return a sentence for each label that part dev has so few pictures of that its figures say little."""
    counts = dict(zip(pictures.classes, np.bincount(pictures.dev.labels, minlength=len(pictures.classes)), strict=True))
    return [
        f"part dev has {count} pictures labelled {label}: figures and limits that rest on so few say little"
        for label, count in counts.items()
        if count < _FEWEST
    ]


def _levels(
    folder: Path, entries: Sequence[Entry], size: int, work: Path, progress: Progress
) -> tuple[NDArray[np.uint8], list[str]]:
    """Return the small pictures (n, size, size) and the digest of each file."""
    kept = work / f"pictures-{size}-{_key(folder, entries)}.npz"
    if kept.exists():
        before = read_arrays(kept, "levels", "digests")
        return before["levels"], [str(digest) for digest in before["digests"]]
    words = f"reading {len(entries)} pictures in {size} x {size}"
    progress(words)
    levels = np.empty((len(entries), size, size), np.uint8)
    digests: list[str] = []
    unreadable: list[InputError] = []
    doubtful: list[tuple[int, str]] = []
    with TemporaryDirectory() as spare:
        source = PictureFolder(folder, Path(spare))
        for at, entry in enumerate(tracked(progress, entries, total=len(entries), words=words)):
            try:
                path = source.path(entry)
                picture = _read(path, entry, size)
            except InputError as error:
                unreadable.append(error)
                continue
            digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
            if fault := pixel_fault(picture):
                doubtful.append((entry.row, fault))
            levels[at] = shrink(picture.grey, size)
    _refuse_unreadable(unreadable)
    _tell_doubtful(doubtful, len(entries), progress)
    work.mkdir(parents=True, exist_ok=True)
    half = kept.with_suffix(".part")  # a run that is cut off here leaves no half file under the name
    with half.open("wb") as file:
        np.savez(file, levels=levels, digests=np.array(digests))
    half.replace(kept)
    return levels, digests


def _key(folder: Path, entries: Sequence[Entry]) -> str:
    """Return what kept pictures belong to: the way of preparing, and the names, sizes and times of all files."""
    stamps = {name: _stamp(folder / name) for name in {entry.archive or entry.file for entry in entries}}
    told = [f"{entry.archive}/{entry.file} {stamps[entry.archive or entry.file]}" for entry in entries]
    return hashlib.sha256("\n".join([PREPARING, *told]).encode()).hexdigest()[:12]


def _stamp(path: Path) -> str:
    try:
        about = path.stat()
    except OSError:
        return "not there"
    return f"{about.st_size} {about.st_mtime_ns}"


def _read(path: Path, entry: Entry, size: int) -> Picture:
    try:
        return read_picture(path, least_side=size)
    except PictureError as error:
        raise InputError(f"index row {entry.row}", f"names a file that {error.problem}", error.remedy) from error


def _refuse_unreadable(errors: Sequence[InputError]) -> None:
    """Raise the first of the errors, with the rows of the others, so that all can be mended at once."""
    if not errors:
        return
    first, others = errors[0], [error.where.removeprefix("index row ") for error in errors[1:]]
    if not others:
        raise first
    told = f"{', '.join(others[:_ROWS_TOLD])}{' ...' if len(others) > _ROWS_TOLD else ''}"
    which = "row" if len(others) == 1 else f"{len(others)} rows,"
    raise InputError(first.where, first.problem, f"{first.remedy} (nor can the files of {which} {told} be read)")


def _tell_doubtful(faults: Sequence[tuple[int, str]], count: int, progress: Progress) -> None:
    """Say which pictures will be refused at run time.

    Raises
    ------
    nlp_engine.errors.InputError
        If these are most of them: the network would judge hardly anything like what it learnt from.
    """
    if not faults:
        return
    row, fault = faults[0]
    if 2 * len(faults) > count:
        problem = (
            f"names a picture that `images predict` would refuse, as {len(faults)} of {count}: {fault.rstrip('.')}"
        )
        raise InputError(f"index row {row}", problem, "give pictures that it reads")
    progress(f"{len(faults)} pictures are learnt from, but would be refused at run time; the first, row {row}: {fault}")
