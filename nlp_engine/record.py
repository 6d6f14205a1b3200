"""What comes in: a patient's notes, observations, medications, images and image-model outputs.

All classes are frozen pydantic models. Times are naive or zone-aware ``datetime`` as the source had them; numbers are
``Decimal`` so that 1.4 - 1.1 is 0.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator


def _as_json_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


_OLDEST = 130

Number = Annotated[Decimal, PlainSerializer(_as_json_number, return_type=int | float, when_used="json")]
"""A decimal number that is written to JSON as a plain number."""


class Sex(StrEnum):
    """Administrative sex, FHIR's code list."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class ObservationKind(StrEnum):
    """Which table an observation came from."""

    LAB = "lab"
    VITAL = "vital"


class RecordModel(BaseModel):
    """Base of everything that comes in: frozen, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NoteWords(RecordModel):
    """Words of a note that tell something of the patient: ``note.text[start:end] == text``."""

    field: str
    note_id: str
    start: int
    end: int
    text: str
    time: datetime | None = None


class Patient(RecordModel):
    """Who the record is about.

    ``age_years`` is the age at the time of the record when no ``birth_date`` is known. ``pregnant`` is ``None`` when
    nobody said; ``pregnancy_weeks`` are the completed weeks at the time of the record. ``from_notes`` holds the words
    that sex, age or birth date were taken from, where the patient's own data did not tell them.
    """

    id: str
    name: str | None = None
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    age_years: Number | None = None
    pregnant: bool | None = None
    pregnancy_weeks: Annotated[int, Field(ge=0, le=45)] | None = None
    from_notes: tuple[NoteWords, ...] = ()

    def age_at(self, when: datetime | None) -> Decimal | None:
        """Return the age in years at ``when`` (whole years from the birth date), or None if unknown.

        A birth date after ``when``, or more than 130 years before it, tells no age: de-identified records have such.
        """
        if self.birth_date is None or when is None:
            return self.age_years
        day = when.date()
        before_birthday = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        age = day.year - self.birth_date.year - before_birthday
        return Decimal(age) if 0 <= age <= _OLDEST else None


class Note(RecordModel):
    """One clinical note; ``text`` is untouched, and every offset of the engine counts its characters."""

    id: str
    text: str
    time: datetime | None = None
    type: str | None = None


class NoteSpan(RecordModel):
    """Where in a note something is said; offsets count characters of its text."""

    note_id: str
    start: int
    end: int


class Observation(RecordModel):
    """One row of a lab or vital-sign table, or one result told in a note (``said_in``), as it came.

    ``value`` is the cell's text (``">1000"``, ``"5,6"``, ``"NEG"``); ``unit`` likewise. ``source`` says where the row
    stands (``"labs.csv row 7"``; the first data row is row 2, as a spreadsheet counts).
    """

    id: str
    name: str
    value: str
    kind: ObservationKind = ObservationKind.LAB
    code: str | None = Field(
        default=None, description="LOINC, when the source gave one; of a note, what its words mean"
    )
    unit: str | None = None
    specimen: str | None = None
    time: datetime | None = None
    reference_low: Number | None = None
    reference_high: Number | None = None
    flag: str | None = None
    source: str = ""
    said_in: NoteSpan | None = None


class Medication(RecordModel):
    """One row of a medication table; ``status`` is the source's word, ``active`` when it gave none."""

    id: str
    name: str
    code: str | None = Field(default=None, description="RxNorm, when the source gave one")
    dose: str | None = None
    unit: str | None = None
    route: str | None = None
    frequency: str | None = None
    start: datetime | None = None
    stop: datetime | None = None
    status: str | None = None
    source: str = ""

    def is_active_at(self, when: datetime | None) -> bool | None:
        """Say whether the medication runs at ``when``; None when the row does not tell (unknown status word)."""
        status = (self.status or "active").strip().lower()
        if status in {"stopped", "completed", "cancelled", "canceled", "discontinued", "held", "on-hold", "inactive"}:
            return False
        if when is not None and self.stop is not None and _before(self.stop, when):
            return False
        if when is not None and self.start is not None and _before(when, self.start):
            return False
        return True if status in {"active", "current", "taking", "started", "intended"} else None


class Image(RecordModel):
    """A picture that belongs to the record; ``path`` is relative to the patient's folder or absolute.

    ``source``: where it stands in the patient's folder, as sentences about it name it.
    """

    id: str
    path: Path
    time: datetime | None = None
    modality: str | None = None
    body_part: str | None = None
    view: str | None = None
    source: str = ""

    @property
    def place(self) -> str:
        """The source; for a picture without one, its name among the images."""
        return self.source or f"images/{self.path.name}"


ASSUMED_THRESHOLD = 0.5
"""What a model's threshold is taken for when nobody tells it; a convention, and said wherever it is shown."""


class ImageOutput(RecordModel):
    """What an image model said: one label with its score between 0 and 1, and the model that said it.

    ``threshold_assumed``: the model told no threshold, and the one here is a convention.
    """

    id: str
    image_id: str
    label: str
    score: Annotated[float, Field(ge=0, le=1)]
    model: str
    model_version: str = "unknown"
    threshold: Annotated[float, Field(ge=0, le=1)] = ASSUMED_THRESHOLD
    threshold_assumed: bool = False
    time: datetime | None = None
    source: str = ""

    @model_validator(mode="before")
    @classmethod
    def _tell_assumed(cls, data: object) -> object:
        if isinstance(data, dict) and "threshold" not in data:
            return data | {"threshold_assumed": True}
        return data


class InputProblem(RecordModel):
    """One thing in the input that could not be used, or was used with a doubt: one sentence, no patient content."""

    where: str
    sentence: str
    severity: Literal["error", "warning"] = "error"


class PatientRecord(RecordModel):
    """Everything the engine knows of one patient when it starts."""

    patient: Patient
    notes: tuple[Note, ...] = ()
    observations: tuple[Observation, ...] = ()
    medications: tuple[Medication, ...] = ()
    images: tuple[Image, ...] = ()
    image_outputs: tuple[ImageOutput, ...] = ()
    problems: tuple[InputProblem, ...] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        """Refuse an id that stands twice in one list: evidence names its source by id."""
        for name in ("notes", "observations", "medications", "images", "image_outputs"):
            items = getattr(self, name)
            if len({item.id for item in items}) != len(items):
                raise ValueError(f"two {name} have the same id; give each one an id of its own")
        return self

    @classmethod
    def from_folder(cls, folder: str | Path) -> PatientRecord:
        """Read one patient's folder (``notes/*.txt``, ``labs.csv``, ... each optional).

        Raises
        ------
        nlp_engine.errors.InputError
            If the folder does not exist or holds nothing that can be read.
        """
        # Looked up by name: the record is the lowest room of the house and imports none of ours.
        reader = import_module("nlp_engine.readers.folder")
        record: PatientRecord = reader.read_patient_folder(Path(folder))
        return record

    def latest_time(self) -> datetime | None:
        """Return the time of the newest dated thing in the record; the engine takes it as "now".

        Medications count only where nothing else is dated: a planned start may lie far ahead.
        """
        happened = latest(
            [note.time for note in self.notes]
            + [observation.time for observation in self.observations]
            + [image.time for image in self.images]
            + [output.time for output in self.image_outputs]
        )
        return happened or latest(medication.start for medication in self.medications)


def latest(times: Iterable[datetime | None]) -> datetime | None:
    """Return the newest of some times, None if there is none; a naive time counts as UTC."""
    known = [time for time in times if time is not None]
    return max(known, key=_sort_key) if known else None


def sort_time(time: datetime | None) -> float:
    """Return a number that sorts times, unknown ones first; a naive time counts as UTC."""
    return float("-inf") if time is None else _sort_key(time)


def _before(first: datetime, second: datetime) -> bool:
    return _sort_key(first) < _sort_key(second)


def _sort_key(time: datetime) -> float:
    return (time - (_EPOCH if time.tzinfo is None else _EPOCH_UTC)).total_seconds()


_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
