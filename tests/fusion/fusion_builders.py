"""Small hand-made records for the tests of the fusion."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from nlp_engine.assessment import (
    Experiencer,
    Finding,
    Flag,
    ImageFinding,
    LabResult,
    Mention,
    MentionLabel,
    NoteExtraction,
    Presence,
    Temporality,
)
from nlp_engine.fusion import FusionStage
from nlp_engine.record import Note, Patient, PatientRecord

STAGE = FusionStage.load()
NOBODY = Patient(id="p1")
NOW = datetime(2024, 5, 10, 12)


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2024, 5, number, hour)


def said(
    words: str,
    *,
    before: str = "",
    after: str = "",
    label: MentionLabel = MentionLabel.PROBLEM,
    presence: Presence = Presence.PRESENT,
    temporality: Temporality = Temporality.CURRENT,
    experiencer: Experiencer = Experiencer.PATIENT,
    section: str | None = None,
    time: datetime | None = NOW,
    score: float = 1.0,
    note_id: str = "n1",
) -> tuple[Note, NoteExtraction]:
    """A note with one mention."""
    text = f"{before}{words}{after}"
    mention = Mention(
        id=f"{note_id}-m1",
        start=len(before),
        end=len(before) + len(words),
        text=words,
        label=label,
        presence=presence,
        temporality=temporality,
        experiencer=experiencer,
        section=section,
        score=score,
    )
    return Note(id=note_id, text=text, time=time), NoteExtraction(note_id=note_id, mentions=(mention,))


def absent(words: str, **more: object) -> tuple[Note, NoteExtraction]:
    return said(words, before="There is no ", presence=Presence.ABSENT, **more)  # type: ignore[arg-type]


def result(
    code: str,
    name: str,
    value: str,
    unit: str | None,
    flag: Flag | None,
    *,
    low: str | None = None,
    high: str | None = None,
    time: datetime | None = NOW,
    id: str | None = None,
    remarks: tuple[str, ...] = (),
    comparator: str | None = None,
) -> LabResult:
    return LabResult(
        observation_id=id or f"labs-{name}-{value}-{time}",
        name=name,
        code=code,
        value=Decimal(value),
        comparator=comparator,  # type: ignore[arg-type]
        text=value,
        unit=unit,
        time=time,
        reference_low=None if low is None else Decimal(low),
        reference_high=None if high is None else Decimal(high),
        flag=flag,
        remarks=remarks,
        source="labs.csv row 2",
    )


def potassium(value: str, **more: object) -> LabResult:
    number = Decimal(value)
    flag = Flag.HIGH if number > 5 else Flag.LOW if number < Decimal("3.5") else Flag.NORMAL
    return result("2823-3", "Potassium", value, "mmol/L", flag, low="3.5", high="5.0", **more)  # type: ignore[arg-type]


def sodium(value: str, **more: object) -> LabResult:
    flag = Flag.CRITICAL_LOW if Decimal(value) < 120 else Flag.LOW if Decimal(value) < 136 else Flag.NORMAL
    return result("2951-2", "Sodium", value, "mmol/L", flag, low="136", high="145", **more)  # type: ignore[arg-type]


def creatinine(value: str, **more: object) -> LabResult:
    flag = Flag.HIGH if Decimal(value) > Decimal("1.3") else Flag.NORMAL
    return result("2160-0", "Creatinine", value, "mg/dL", flag, low="0.7", high="1.3", **more)  # type: ignore[arg-type]


def crp(value: str, **more: object) -> LabResult:
    flag = Flag.HIGH if Decimal(value) > 8 else Flag.NORMAL
    return result("1988-5", "CRP", value, "mg/L", flag, high="8", **more)  # type: ignore[arg-type]


def temperature(value: str, **more: object) -> LabResult:
    flag = Flag.HIGH if Decimal(value) > Decimal("37.3") else Flag.NORMAL
    return result("8310-5", "Body temperature", value, "Cel", flag, **more)  # type: ignore[arg-type]


def image(
    label: str, score: float, *, time: datetime | None = NOW, id: str = "o1", model: str = "test-net"
) -> ImageFinding:
    decision = "not_sure" if abs(score - 0.5) < 0.1 else "present" if score >= 0.5 else "absent"
    return ImageFinding(
        output_id=id,
        image_id="i1",
        label=label,
        score=score,
        decision=decision,  # type: ignore[arg-type]
        model=model,
        model_version="1.2",
        threshold=0.5,
        time=time,
        source="image_findings.json item 1",
    )


def fuse(
    *notes: tuple[Note, NoteExtraction],
    labs: tuple[LabResult, ...] = (),
    images: tuple[ImageFinding, ...] = (),
    as_of: datetime | None = NOW,
    patient: Patient = NOBODY,
) -> dict[str, Finding]:
    record = PatientRecord(patient=patient, notes=tuple(note for note, _ in notes))
    found = STAGE.fuse(record, [extraction for _, extraction in notes], labs, images, as_of=as_of)
    return {finding.concept: finding for finding in found}
