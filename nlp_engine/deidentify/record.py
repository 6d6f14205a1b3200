"""De-identification of a whole record, before the engine sees it: every page and table then carries surrogates only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from nlp_engine.deidentify.ages import OLDEST_TOLD
from nlp_engine.deidentify.deidentifier import Deidentifier, shared_deidentifier
from nlp_engine.deidentify.marks import keys_of_phrase
from nlp_engine.deidentify.vocabulary import Strength
from nlp_engine.record import Image, ImageOutput, InputProblem, Medication, Note, Observation, Patient, PatientRecord

_SHORT = 12
"""Values of results up to this length are numbers and words like "negative", and are left as they are."""

_PICTURES_LEFT_OUT = (
    "was left out: a picture may show who it is, and its file holds names; the scores of image models stay"
)

Timed = TypeVar("Timed", Note, Observation, ImageOutput)


def deidentify_record(record: PatientRecord, key: bytes, deidentifier: Deidentifier | None = None) -> PatientRecord:
    """Return a record without identifiers, for research or for showing.

    Notes and long values of results are de-identified, all times move by the patient's number of days, the patient has
    another name and id, an age over 89 becomes 90 without a date of birth, and every note, row and output has a new
    id. Pictures are left out. Names and codes of tests and drugs stay as they are.

    Parameters
    ----------
    key
        The secret that decides surrogates and the shift of dates: at least 16 bytes. It is written nowhere.

    Raises
    ------
    nlp_engine.errors.InputError
        If the key is too short.
    """
    return _Record(record, key, deidentifier or shared_deidentifier()).new()


class _Record:
    """One record on its way."""

    def __init__(self, record: PatientRecord, key: bytes, deidentifier: Deidentifier) -> None:
        self._record, self._key, self._deidentifier = record, key, deidentifier
        self._surrogates = deidentifier.surrogates(key, record.patient.id)
        self._shift = timedelta(days=self._surrogates.days)
        self._names = (record.patient.name,) if record.patient.name else ()

    def new(self) -> PatientRecord:
        record = self._record
        images = {image.id: f"image-{number}" for number, image in enumerate(record.images, 1)}
        return PatientRecord(
            patient=self._patient(),
            notes=tuple(self._note(note, number) for number, note in enumerate(record.notes, 1)),
            observations=tuple(self._observation(row, number) for number, row in enumerate(record.observations, 1)),
            medications=tuple(self._medication(row, number) for number, row in enumerate(record.medications, 1)),
            image_outputs=tuple(
                self._moved(output).model_copy(
                    update={
                        "id": f"output-{number}",
                        "image_id": images.get(output.image_id, "image"),
                        "source": f"image output {number}",
                    }
                )
                for number, output in enumerate(record.image_outputs, 1)
            ),
            problems=(
                *(problem.model_copy(update={"where": "input"}) for problem in record.problems),
                *_left_out(record.images),
            ),
        )

    def _patient(self) -> Patient:
        patient = self._record.patient
        now = self._record.latest_time()
        age = patient.age_at(now)
        birth = patient.birth_date
        is_old = age is not None and age > OLDEST_TOLD
        return patient.model_copy(
            update={
                "id": self._surrogates.patient_id,
                "name": self._text(f"Name: {patient.name}").removeprefix("Name: ") if patient.name else None,
                "birth_date": None if birth is None or is_old else birth + self._shift,
                "age_years": Decimal(OLDEST_TOLD + 1) if is_old else patient.age_years,
            }
        )

    def _note(self, note: Note, number: int) -> Note:
        return self._moved(note).model_copy(
            update={"id": f"note-{number}", "type": self._type(note.type), "text": self._text(note.text, note.time)}
        )

    def _type(self, written: str | None) -> str | None:
        """Return the type of a note if its words are ordinary ones: it may come from the name of a file."""
        vocabulary = self._deidentifier.vocabulary
        words = keys_of_phrase(written or "")
        is_ordinary = all(vocabulary.strength(word) is Strength.OTHER for word in words)
        return written if is_ordinary and not re.search(r"\d", written or "") else None

    def _observation(self, row: Observation, number: int) -> Observation:
        value = row.value if len(row.value) <= _SHORT else self._text(row.value, row.time)
        return self._moved(row).model_copy(
            update={"id": f"{row.kind}-{number}", "value": value, "source": f"{row.kind} row {number}"}
        )

    def _medication(self, row: Medication, number: int) -> Medication:
        return row.model_copy(
            update={
                "id": f"medication-{number}",
                "start": self._time(row.start),
                "stop": self._time(row.stop),
                "source": f"medication row {number}",
            }
        )

    def _moved(self, item: Timed) -> Timed:
        return item.model_copy(update={"time": self._time(item.time)})

    def _time(self, time: datetime | None) -> datetime | None:
        return None if time is None else time + self._shift

    def _text(self, text: str, time: datetime | None = None) -> str:
        day = time.date() if time else None
        return self._deidentifier.deidentify(
            text, key=self._key, patient_id=self._record.patient.id, day=day, names=self._names
        ).text


def _left_out(images: Sequence[Image]) -> tuple[InputProblem, ...]:
    return tuple(
        InputProblem(where=f"image-{number}", sentence=_PICTURES_LEFT_OUT, severity="warning")
        for number, _ in enumerate(images, 1)
    )
