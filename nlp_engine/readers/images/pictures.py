"""``images/*`` -> images with what their headers say, and the reports of image models that lie among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nlp_engine.errors import PictureError
from nlp_engine.pictures import picture_format
from nlp_engine.readers.files import IMAGE_SUFFIXES, IMAGES, visible
from nlp_engine.readers.notes import dated_name, unique_ids
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.record import Image

if TYPE_CHECKING:
    from nlp_engine.pictures.header import Header

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
    """

    images: list[Image] = field(default_factory=list)
    by_uid: dict[str, str] = field(default_factory=dict)
    outputs: list[Path] = field(default_factory=list)

    def named(self, name: str) -> Image | None:
        """Return the image that a model's output names by id, file name, path or SOP instance UID."""
        wanted = PurePosixPath(name.replace("\\", "/")).name
        wanted = self.by_uid.get(wanted.removeprefix("urn:oid:") or "-", wanted)
        return next((image for image in self.images if wanted in (image.path.name, image.id)), None)


def read_images(folder: Path, log: ProblemLog) -> PictureFolder:
    """List the images of a patient; a file that is not what its name says is told."""
    found = PictureFolder()
    people: set[str] = set()
    entries = visible(folder)
    found.outputs += [path for path in entries if path.suffix.lower() in OUTPUT_SUFFIXES]
    others = [path for path in entries if path not in found.outputs]
    for path, name in zip(others, unique_ids(others), strict=True):
        shown = f"{IMAGES}/{path.name}"
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
            found.images.append(_image(path, name, header, log))
            if header is not None:
                found.by_uid[header.instance_uid] = name
                people.add(header.patient_key)
    if len(people - {""}) > 1:
        # A picture in the wrong folder is dangerous.
        log.warning(IMAGES, "the DICOM files name more than one patient; check that all of them belong to this one")
    return found


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


def _image(path: Path, name: str, header: Header | None, log: ProblemLog) -> Image:
    """Return an image; a date in the file's name counts more than that of the header."""
    shown = f"{IMAGES}/{path.name}"
    time, _ = dated_name(path, log, shown)
    if header is None:
        return Image(id=name, path=path.absolute(), time=time)
    _tell_two_times(time, header.time, shown, log)
    facts = header.facts
    return Image(
        id=name,
        path=path.absolute(),
        time=time or header.time,
        modality=facts.modality,
        body_part=facts.body_part,
        view=facts.view,
    )


def _tell_two_times(named: datetime | None, in_header: datetime | None, shown: str, log: ProblemLog) -> None:
    if named is not None and in_header is not None and abs(named.replace(tzinfo=None) - in_header) > _DAY:
        log.warning(shown, "the date in the file name is not that of the DICOM header; the file name's was used")
