"""What a record tells at one moment, as named features; training and use share it, so that they see the same.

====================== ==========================================================================================
``age``, ``sex``       of the patient
``lab:CODE:UNIT``      newest number of a LOINC code in that UCUM unit
``lab:CODE:age_days``  how old that number is
``lab:CODE:ordered``   1 where the test was done in the window, with or without a number, else 0
``note:CONCEPT:SAYS``  how often the notes say that a concept is ``present``, ``possible`` or ``absent``
``image:LABEL``        highest score of the newest day that has that label
====================== ==========================================================================================

Only what was known at that moment counts: things of a later time, and things without a time, are left out. A number
that is not plausible, or not exact (``>1000``), is no number. Nothing is made up here: what is missing stays missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from nlp_engine.assessment import Evidence, EvidenceKind, ImageFinding, LabResult, NoteExtraction, Presence
from nlp_engine.fusion.index import ConceptIndex
from nlp_engine.fusion.notes import NoteReader
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.fusion.statements import DAY_SECONDS, day_of, is_within
from nlp_engine.knowledge import Concept, load_concepts, resource
from nlp_engine.record import Note, Patient, PatientRecord, Sex, sort_time

DEFAULT_WINDOW_DAYS = 365
_COUNTED = (Presence.PRESENT, Presence.POSSIBLE, Presence.ABSENT)


@dataclass(frozen=True, slots=True)
class Feature:
    """A value with a name for readers, its unit, and where it comes from."""

    value: float | str
    label: str
    unit: str | None = None
    evidence: tuple[Evidence, ...] = ()


Features: TypeAlias = dict[str, Feature]


def known_at(record: PatientRecord, when: datetime, *, window_days: int = DEFAULT_WINDOW_DAYS) -> PatientRecord:
    """Return the part of a record that lies in the window before ``when``; what has no time is left out."""

    def inside(time: datetime | None) -> bool:
        return _is_known(time, when, window_days)

    return record.model_copy(
        update={
            "notes": tuple(note for note in record.notes if inside(note.time)),
            "observations": tuple(row for row in record.observations if inside(row.time)),
            "medications": tuple(row for row in record.medications if inside(row.start)),
            "images": tuple(image for image in record.images if inside(image.time)),
            "image_outputs": tuple(output for output in record.image_outputs if inside(output.time)),
        }
    )


class FeatureReader:
    """Turns a patient into features."""

    def __init__(self, concepts: Mapping[str, Concept], settings: FusionSettings) -> None:
        self._concepts = dict(concepts)
        self._notes = NoteReader(self._concepts, ConceptIndex(self._concepts, settings.matching), settings)

    @classmethod
    def load(cls, rules: Path | None = None) -> FeatureReader:
        """Read the concepts of a rules folder, the packaged one if None.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file does not fit.
        """
        folder = rules or resource("rules")
        return cls(load_concepts(folder / "concepts"), FusionSettings.load(folder / "fusion" / "fusion.yaml"))

    def read(
        self,
        record: PatientRecord,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        *,
        as_of: datetime | None,
        window_days: int = DEFAULT_WINDOW_DAYS,
    ) -> Features:
        """Return the features of one patient at ``as_of``.

        Parameters
        ----------
        as_of
            The index time; None only for a record in which nothing has a time: then everything counts.
        window_days
            How far back results, notes and images are looked at.
        """
        notes = [note for note in record.notes if _is_known(note.time, as_of, window_days)]
        ids = {note.id for note in notes}
        results = [
            result
            for result in lab_results
            if _is_known(result.time, as_of, window_days) and (result.said_in is None or result.said_in.note_id in ids)
        ]
        images = [image for image in image_findings if _is_known(image.time, as_of, window_days)]
        return {
            **_of_patient(record.patient, as_of),
            **_of_results(results, as_of),
            **self._of_notes(notes, extractions, as_of),
            **_of_images(images),
        }

    def _of_notes(
        self, notes: Sequence[Note], extractions: Sequence[NoteExtraction], as_of: datetime | None
    ) -> Features:
        found: Features = {}
        for concept, spoken in self._notes.read(notes, extractions, as_of).items():
            for presence in _COUNTED:
                evidence = tuple(s.evidence for s in spoken.statements if s.evidence.presence is presence)
                if evidence:
                    label = f"{self._concepts[concept].name} said to be {presence.value} in notes"
                    found[f"note:{concept}:{presence.value}"] = Feature(float(len(evidence)), label, None, evidence)
        return found


def _is_known(time: datetime | None, as_of: datetime | None, window_days: int) -> bool:
    return as_of is None or (time is not None and is_within(time, as_of, window_days))


def _of_patient(patient: Patient, as_of: datetime | None) -> Features:
    found: Features = {}
    age = patient.age_at(as_of)
    if age is not None:
        found["age"] = Feature(float(age), "age", "a", (_patient_evidence(patient, f"age {age:f} years"),))
    if patient.sex is not Sex.UNKNOWN:
        sex = patient.sex.value
        found["sex"] = Feature(sex, "sex", None, (_patient_evidence(patient, f"sex {sex}"),))
    return found


def _patient_evidence(patient: Patient, statement: str) -> Evidence:
    return Evidence(kind=EvidenceKind.PATIENT, source_id=patient.id, statement=statement, method="patient data")


def _of_results(results: Iterable[LabResult], as_of: datetime | None) -> Features:
    """Return newest number, its age, and that the test was done, for each code."""
    by_code: defaultdict[str, list[LabResult]] = defaultdict(list)
    for result in sorted(results, key=lambda result: (sort_time(result.time), result.observation_id)):
        if result.code is not None:
            by_code[result.code].append(result)
    found: Features = {}
    for code, ordered in by_code.items():
        newest = ordered[-1]
        done = Feature(1.0, f"{newest.name} was done", None, (_result_evidence(newest),))
        found[f"lab:{code}:ordered"] = done
        for result in ordered:  # a later one of the same unit replaces an earlier one
            if result.value is not None and result.comparator is None and result.is_plausible:
                found |= _of_number(result, as_of)
    return found


def _of_number(result: LabResult, as_of: datetime | None) -> Features:
    assert result.value is not None
    evidence = (_result_evidence(result),)
    name = f"lab:{result.code}:{result.unit or ''}"
    found = {name: Feature(float(result.value), result.name, result.unit, evidence)}
    if as_of is not None and result.time is not None:
        days = round((sort_time(as_of) - sort_time(result.time)) / DAY_SECONDS, 2)
        found[f"lab:{result.code}:age_days"] = Feature(days, f"age of the {result.name} result", "d", evidence)
    return found


def _result_evidence(result: LabResult) -> Evidence:
    number = result.text.strip() if result.value is None else f"{result.comparator or ''}{result.value:f}"
    return Evidence(
        kind=EvidenceKind.OBSERVATION,
        source_id=result.observation_id,
        statement=f"{result.name} {number} {result.unit or ''}".strip(),
        time=result.time,
        code=result.code,
        method=result.method,
        source=result.source,
    )


def _of_images(images: Sequence[ImageFinding]) -> Features:
    by_label: defaultdict[str, list[ImageFinding]] = defaultdict(list)
    for image in images:
        by_label[image.label].append(image)
    found: Features = {}
    for label, same in by_label.items():
        newest = max(day_of(image.time) for image in same)
        best = max((i for i in same if day_of(i.time) == newest), key=lambda image: (image.score, image.output_id))
        words = label.replace("_", " ")
        found[f"image:{label}"] = Feature(best.score, f"{words} on a picture", None, (_image_evidence(best, words),))
    return found


def _image_evidence(image: ImageFinding, words: str) -> Evidence:
    return Evidence.of_image(image, f"{words} {image.score:.2f}")


def with_absences(features: Mapping[str, Feature], names: Iterable[str]) -> dict[str, float | str | None]:
    """Return the values of some features; a count, or "was done", that is not there is 0, anything else is missing."""
    values: dict[str, float | str | None] = {}
    for name in names:
        feature = features.get(name)
        is_count = name.startswith("note:") or (name.startswith("lab:") and name.endswith(":ordered"))
        values[name] = feature.value if feature is not None else 0.0 if is_count else None
    return values
