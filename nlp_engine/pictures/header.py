"""DICOM header -> the few facts that name nobody.

Only the elements that are asked for are read, so names never come into memory, and what pydicom warns of or says in
an exception (it may quote an element) goes nowhere.
"""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.config import disable_value_validation
from pydicom.errors import BytesLengthException, InvalidDicomError

from nlp_engine.errors import PictureError
from nlp_engine.pictures.picture import PictureFacts
from nlp_engine.pictures.words import fold, header_words

FACTS = (
    "SOPClassUID", "SOPInstanceUID", "PatientID", "Modality", "BodyPartExamined", "ViewPosition", "ViewCodeSequence",
    "AnatomicRegionSequence", "PatientAge", "PatientBirthDate", "PatientOrientation", "BurnedInAnnotation",
    "BitsStored", "AcquisitionDateTime", "AcquisitionDate", "AcquisitionTime", "ContentDate", "ContentTime",
    "StudyDate", "StudyTime",
)  # fmt: skip
STRUCTURED_REPORT = "1.2.840.10008.5.1.4.1.1.88."
_WITHOUT_PIXELS = {
    STRUCTURED_REPORT: "is a structured report",
    "1.2.840.10008.5.1.4.1.1.9.": "is a recording of waveforms, such as an ECG,",
    "1.2.840.10008.5.1.4.1.1.11.": "is a presentation state, which says how another file is to be shown,",
    "1.2.840.10008.5.1.4.1.1.104.": "is an encapsulated document, such as a PDF,",
    "1.2.840.10008.5.1.4.1.1.481.": "is a file of radiotherapy",
    "1.2.840.10008.1.3.10": "is a directory of other files",
}
"""Beginning of the SOP class UID -> what the file is (DICOM PS3.4 B.5)."""
_RADIOTHERAPY_IMAGE = "1.2.840.10008.5.1.4.1.1.481.1"
_TIMES = (("AcquisitionDate", "AcquisitionTime"), ("StudyDate", "StudyTime"), ("ContentDate", "ContentTime"))
_AGE = re.compile(r"(?!0+Y)(\d{1,3})([DWMY])")
"""``000Y`` is what de-identification leaves behind; the age of infants is told in days, weeks or months."""
_DAYS = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}
_OLDEST_TOLD = 90.0
_ORIENTATION = re.compile(r"[APLRHF]{1,3}")


@dataclass(frozen=True, slots=True)
class Header:
    """What is read of a DICOM header.

    ``facts`` may leave the engine. ``time`` is that of the examination, for the record. ``instance_uid`` and
    ``patient_key`` only serve to compare files while a folder is read, and go nowhere.
    """

    facts: PictureFacts
    sop_class: str
    time: datetime | None
    instance_uid: str
    patient_key: str

    @property
    def is_report(self) -> bool:
        """Whether the file is a structured report."""
        return self.sop_class.startswith(STRUCTURED_REPORT)

    @property
    def without_pixels(self) -> str | None:
        """What the file is, going on after "the file", if it is of a kind that holds no picture."""
        return without_pixels(self.sop_class)


def without_pixels(sop_class: str) -> str | None:
    """Return what a file of this SOP class is, if the class holds no pictures."""
    if sop_class == _RADIOTHERAPY_IMAGE:
        return None
    return next((what for beginning, what in _WITHOUT_PIXELS.items() if sop_class.startswith(beginning)), None)


def read_header(path: Path) -> Header:
    """Read the header of a DICOM file, not its pixels.

    Raises
    ------
    PictureError
        If the file is not DICOM that can be read.
    """
    dataset = read_dataset(path, FACTS, pixels=False)
    with quiet():
        return Header(
            facts=facts_of(dataset),
            sop_class=text_of(dataset, "SOPClassUID"),
            time=_time(dataset),
            instance_uid=text_of(dataset, "SOPInstanceUID"),
            patient_key=text_of(dataset, "PatientID"),
        )


def read_dataset(path: Path, names: tuple[str, ...] | None, *, pixels: bool) -> Dataset:
    """Read elements of a DICOM file, all of them if ``names`` is None.

    Raises
    ------
    PictureError
        If the file is not DICOM that can be read, or is cut off.
    """
    try:
        with quiet():
            return pydicom.dcmread(
                path, force=True, stop_before_pixels=not pixels, specific_tags=list(names) if names else None
            )
    except OSError as error:
        if error.strerror is not None:
            raise PictureError(f"cannot be opened ({error.strerror})", "make it readable") from None
        raise PictureError("is DICOM that is broken or cut off", "export it again") from None
    except BROKEN:
        raise PictureError("is DICOM that is broken or cut off", "export it again") from None


BROKEN: tuple[type[Exception], ...] = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, NotImplementedError, OSError, RecursionError,
    RuntimeError, TypeError, ValueError, struct.error, zlib.error, BytesLengthException, InvalidDicomError,
)  # fmt: skip
"""What pydicom raises for broken files."""


def facts_of(dataset: Dataset) -> PictureFacts:
    """Return the facts of a header; a word that is not known is left out."""
    words = header_words()
    burned = fold(text_of(dataset, "BurnedInAnnotation"))
    bits = text_of(dataset, "BitsStored")
    return PictureFacts(
        format="DICOM",
        modality=words.modalities.get(fold(text_of(dataset, "Modality"))),
        body_part=_first(dataset, words.body_parts, "BodyPartExamined", "AnatomicRegionSequence"),
        view=_first(dataset, words.views, "ViewPosition", "ViewCodeSequence"),
        age_years=_age(dataset),
        orientation=_orientation(dataset),
        bits=int(bits) if bits.isdecimal() else 0,
        burned_in={"yes": True, "no": False}.get(burned),
    )


def text_of(dataset: Dataset, name: str) -> str:
    """Return an element's value as text, empty if it has none or one that cannot be read."""
    try:
        value = dataset.get(name)
    except BROKEN:
        return ""
    return "" if value is None else str(value).strip()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep pydicom from warning, with the words of a header, of values that break the standard."""
    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def _first(dataset: Dataset, words: dict[str, str], name: str, sequence: str) -> str | None:
    word = words.get(fold(text_of(dataset, name)))
    try:
        return word or words.get(fold(text_of(dataset[sequence][0], "CodeMeaning")))
    except BROKEN:
        return None


def _age(dataset: Dataset) -> float | None:
    match = _AGE.fullmatch(text_of(dataset, "PatientAge").upper())
    days = int(match[1]) * _DAYS[match[2]] if match else _days_lived(dataset)
    return None if days is None else min(round(days / _DAYS["Y"], 2), _OLDEST_TOLD)


def _days_lived(dataset: Dataset) -> float | None:
    born, then = moment(text_of(dataset, "PatientBirthDate")), moment(text_of(dataset, "StudyDate"))
    if born is None or then is None or then < born:
        return None
    return float((then - born).days)


def _orientation(dataset: Dataset) -> str | None:
    try:
        parts = [str(part).strip().upper() for part in dataset.get("PatientOrientation") or ()]
    except BROKEN:
        return None
    return "/".join(parts) if len(parts) == 2 and all(map(_ORIENTATION.fullmatch, parts)) else None


def _time(dataset: Dataset) -> datetime | None:
    whole = moment(text_of(dataset, "AcquisitionDateTime"))
    if whole is not None:
        return whole
    for day, clock in _TIMES:
        found = moment(text_of(dataset, day) + text_of(dataset, clock)) or moment(text_of(dataset, day))
        if found is not None:
            return found
    return None


def moment(text: str) -> datetime | None:
    """Return the time of ``YYYYMMDD[HHMM[SS]]``, without fractions of seconds and zone; None if it is none."""
    digits = re.match(r"\d{8}(?:\d{4}(?:\d{2})?)?", text)
    if digits is None:
        return None
    layout = "%Y%m%d%H%M%S"[: {8: 6, 12: 10, 14: 12}[len(digits[0])]]
    try:
        return datetime.strptime(digits[0], layout)
    except ValueError:
        return None
