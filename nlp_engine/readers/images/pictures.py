"""``images/*`` -> images with what their headers say, and the reports of image models that lie among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nlp_engine.errors import InputError, PictureError
from nlp_engine.pictures import picture_format
from nlp_engine.pictures.picture import BURNED_IN
from nlp_engine.readers.files import IMAGE_SUFFIXES, IMAGES, visible
from nlp_engine.readers.notes import dated_name, unique_ids
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.record import Image

if TYPE_CHECKING:
    from nlp_engine.pictures.header import Header

_MAX_DEPTH = 6
OUTPUT_SUFFIXES = frozenset({".json", ".csv"})
_DAY = timedelta(days=1)


@dataclass(slots=True)
class PictureFolder:
    """What stands in ``images/``.

    Parameters
    ----------
    images
        The pictures.
    by_uid
        SOP instance UID -> id of the image, to find the one that a report is about.
    outputs
        Files that hold outputs of image models: structured reports, JSON, CSV.
    people
        The patients that the headers name; only compared, never shown.
    """

    images: list[Image] = field(default_factory=list)
    by_uid: dict[str, str] = field(default_factory=dict)
    outputs: list[Path] = field(default_factory=list)
    people: set[str] = field(default_factory=set)

    def named(self, name: str) -> Image | None:
        """Return the image that a model's output names by id, file name, path or SOP instance UID."""
        path = name.replace("\\", "/")
        wanted = PurePosixPath(path).name
        wanted = self.by_uid.get(wanted.removeprefix("urn:oid:") or "-", wanted)
        found = [image for image in self.images if wanted in (image.path.name, image.id)]
        if len(found) > 1:
            # Two folders of images/ may hold files of one name; then the name alone does not tell which is meant.
            found = [image for image in found if f"/{image.place}".endswith(f"/{path}")]
        return found[0] if len(found) == 1 else None


def read_images(folder: Path, log: ProblemLog) -> PictureFolder:
    """List the images of a patient; a file that is not what its name says is told."""
    found = PictureFolder()
    entries = list(_files(folder, folder, log))
    found.outputs += [path for path in entries if path.suffix.lower() in OUTPUT_SUFFIXES]
    others = [path for path in entries if path not in found.outputs]
    for path, name in zip(others, _ids(others, folder), strict=True):
        shown = shown_in_images(path, folder)
        header = None
        try:
            kind = picture_format(path)
            if kind == "DICOM":
                header = _header(path)
        except PictureError as error:
            log.error(shown, f"the file {error.problem} and was left out; {error.remedy}")
            continue
        if header is not None and header.is_report:
            found.outputs.append(path)
        elif kind is None or (header is not None and header.without_pixels):
            _tell_no_picture(path, shown, header, log)
        else:
            found.images.append(_image(path, name, shown, header, log))
            if header is not None:
                found.by_uid[header.instance_uid] = name
                found.people.add(header.patient_key)
    found.people.discard("")
    if len(found.people) > 1:
        # A picture in the wrong folder is dangerous.
        log.warning(IMAGES, "the DICOM files name more than one patient; check that all of them belong to this one")
    return found


def shown_in_images(path: Path, folder: Path) -> str:
    """Return how sentences name a file of ``images/`` or of a folder in it."""
    return f"{IMAGES}/{path.relative_to(folder).as_posix()}"


def _files(inside: Path, folder: Path, log: ProblemLog, depth: int = 0) -> Iterator[Path]:
    """Yield the files of a folder and of those in it: exports hold a folder a study and a series."""
    for path in visible(inside):
        if not path.is_dir():
            yield path
        elif depth >= _MAX_DEPTH or path.is_symlink():
            log.warning(shown_in_images(path, folder), "the folder is a link or lies too deep, and was not read")
        else:
            try:
                yield from _files(path, folder, log, depth + 1)
            except InputError as error:
                log.error(shown_in_images(path, folder), f"the folder {error.problem}; {error.remedy}")


def _ids(paths: list[Path], folder: Path) -> list[str]:
    """Return an id for each file: its stem or name, or its path below ``images/`` where two names are the same."""
    names = unique_ids(paths)
    seen = Counter(names)
    return [
        name if seen[name] == 1 else path.relative_to(folder).as_posix()
        for name, path in zip(names, paths, strict=True)
    ]


def _header(path: Path) -> Header:
    # pydicom takes a third of a second to import.
    from nlp_engine.pictures.header import read_header

    return read_header(path)


def _tell_no_picture(path: Path, shown: str, header: Header | None, log: ProblemLog) -> None:
    if header is not None:
        log.warning(shown, f"the file {header.without_pixels} and was left out; it holds no picture")
    elif path.suffix.lower() in IMAGE_SUFFIXES:
        log.error(shown, "the file is not the kind of image that its name says, and was left out; export it again")
    else:
        log.warning(shown, "the file is not an image that is read; png, jpg and dcm are")


def _image(path: Path, name: str, shown: str, header: Header | None, log: ProblemLog) -> Image:
    """Return an image; a date in the file's name counts more than that of the header."""
    time, _ = dated_name(path, log, shown)
    if header is None:
        return Image(id=name, path=path.absolute(), time=time, source=shown)
    _tell_two_times(time, header.time, shown, log)
    facts = header.facts
    if facts.burned_in:
        log.warning(shown, BURNED_IN)
    return Image(
        id=name,
        path=path.absolute(),
        time=time or header.time,
        modality=facts.modality,
        body_part=facts.body_part,
        view=facts.view,
        source=shown,
    )


def _tell_two_times(named: datetime | None, in_header: datetime | None, shown: str, log: ProblemLog) -> None:
    if named is not None and in_header is not None and abs(named.replace(tzinfo=None) - in_header) > _DAY:
        log.warning(shown, "the date in the file name is not that of the DICOM header; the file name's was used")
