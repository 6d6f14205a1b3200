"""What happened to a patient when: the dated things of notes, tables and pictures in one row of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from nlp_engine.assessment import (
    Assessment,
    Attribute,
    AttributeLabel,
    Event,
    EventKind,
    Evidence,
    EvidenceKind,
    Experiencer,
    LabResult,
    Mention,
    MentionLabel,
    Precision,
    Temporality,
)
from nlp_engine.record import Image, Medication, Note

_KINDS = {
    MentionLabel.PROBLEM: EventKind.PROBLEM,
    MentionLabel.TEST: EventKind.TEST,
    MentionLabel.TREATMENT: EventKind.TREATMENT,
    MentionLabel.DRUG: EventKind.DRUG,
}
_PRECISION = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}
_NOT_BORN = "lies before the patient's birth"
_LATER = "lies behind the day of the assessment, and the note speaks of what was"


def timeline(assessment: Assessment) -> tuple[Event, ...]:
    """Return everything of an assessment that has a date, the oldest first; a coarse date stands before what it holds.

    Only the patient's own things count, not the family's. What several notes say of one day in the same words is one
    event with all of them as evidence.
    """
    events = [*_merged(_of_notes(assessment)), *_of_results(assessment)]
    events += [_picture(image) for image in assessment.record.images if image.time is not None]
    events += [event for row in assessment.record.medications for event in _of_medication(row)]
    return tuple(sorted(events, key=_order))


def _order(event: Event) -> tuple[str, str, str, str]:
    clock = event.time.isoformat() if event.time else ""
    return event.date, clock, event.kind.value, event.name


def _of_notes(assessment: Assessment) -> Iterator[Event]:
    notes = {note.id: note for note in assessment.record.notes}
    version = assessment.versions.get("ner", "")
    for extraction in assessment.extractions:
        note = notes.get(extraction.note_id)
        for mention in extraction.mentions if note is not None else ():
            if mention.label in _KINDS and mention.experiencer is Experiencer.PATIENT:
                for own in mention.attributes:
                    if note is not None and own.label is AttributeLabel.DATE and own.date is not None:
                        yield _said(assessment, note, mention, own, version)


def _said(assessment: Assessment, note: Note, mention: Mention, own: Attribute, version: str) -> Event:
    values = [attribute.text for attribute in mention.attributes if attribute.label is AttributeLabel.VALUE]
    return Event(
        date=own.date or "",
        precision=_PRECISION[len(own.date or "")],
        kind=_KINDS[mention.label],
        name=" ".join(mention.text.split()),
        detail=", ".join(values) if len(values) == 1 else "",
        presence=mention.presence,
        temporality=mention.temporality,
        date_text=" ".join(own.text.split()),
        doubt=_doubt(assessment, mention, own.date or ""),
        evidence=(Evidence.of_mention(mention, note, method="date in the text of a note", method_version=version),),
    )


def _doubt(assessment: Assessment, mention: Mention, date: str) -> str | None:
    born, now = assessment.record.patient.birth_date, assessment.as_of
    if born is not None and date < born.isoformat()[: len(date)]:
        return _NOT_BORN
    is_later = now is not None and date > now.date().isoformat()[: len(date)]
    return _LATER if is_later and mention.temporality is Temporality.HISTORICAL else None


def _merged(events: Iterable[Event]) -> Iterator[Event]:
    same: dict[tuple[object, ...], list[Event]] = {}
    for event in events:
        key = (event.date, event.kind, event.name.casefold(), event.presence, event.detail.casefold())
        same.setdefault(key, []).append(event)
    for group in same.values():
        evidence = tuple(dict.fromkeys(piece for event in group for piece in event.evidence))
        yield group[0] if len(group) == 1 else group[0].model_copy(update={"evidence": evidence})


def _of_results(assessment: Assessment) -> Iterator[Event]:
    for result in assessment.lab_results:
        if result.time is not None:
            yield Event(
                date=result.time.date().isoformat(),
                precision=Precision.TIME,
                time=result.time,
                kind=EventKind.RESULT,
                name=result.name,
                detail=_value(result),
                flag=result.flag,
                evidence=(
                    Evidence(
                        kind=EvidenceKind.OBSERVATION,
                        source_id=result.observation_id,
                        statement=f"{result.name} {_value(result)}",
                        time=result.time,
                        code=result.code,
                        method=result.method if result.said_in is not None else "table of results",
                        source=result.source,
                    ),
                ),
            )


def _value(result: LabResult) -> str:
    number = result.text if result.value is None else f"{result.comparator or ''}{result.value:f}"
    return f"{number} {result.unit or ''}".strip()


def _picture(image: Image) -> Event:
    name = " ".join(word for word in (image.modality, image.body_part, image.view) if word) or image.id
    return _dated(EventKind.IMAGE, EvidenceKind.IMAGE, image.id, name, "", image.time, image.path.name)


def _of_medication(row: Medication) -> Iterator[Event]:
    for time, detail in ((row.start, "started"), (row.stop, "stopped")):
        if time is not None:
            yield _dated(EventKind.MEDICATION, EvidenceKind.MEDICATION, row.id, row.name, detail, time, row.source)


def _dated(
    kind: EventKind, modality: EvidenceKind, source_id: str, name: str, detail: str, time: datetime | None, source: str
) -> Event:
    return Event(
        date=time.date().isoformat() if time else "",
        precision=Precision.TIME if time and (time.hour, time.minute) != (0, 0) else Precision.DAY,
        time=time,
        kind=kind,
        name=name,
        detail=detail,
        evidence=(
            Evidence(
                kind=modality,
                source_id=source_id,
                statement=f"{name} {detail}".strip(),
                time=time,
                method="record",
                source=source,
            ),
        ),
    )
