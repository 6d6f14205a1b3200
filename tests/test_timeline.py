"""What happened when: every dated thing once, in order, with where it stands."""

from datetime import date, datetime
from pathlib import Path

import pytest

from nlp_engine.assessment import (
    Assessment,
    Attribute,
    EventKind,
    Experiencer,
    LabResult,
    Mention,
    NoteExtraction,
    Precision,
    Presence,
    Temporality,
)
from nlp_engine.record import Image, Medication, Note, Patient, PatientRecord
from nlp_engine.timeline import timeline

TEXT = "MI 2010, CABG 3/5/2011; pneumonia 3 days ago. Brother MI 2001."


def mention(number: int, word: str, when: str, day: str | None, **about: object) -> Mention:
    start, at = TEXT.index(word), TEXT.index(when)
    own = Attribute(label="DATE", start=at, end=at + len(when), text=when, date=day)
    label = "TREATMENT" if word == "CABG" else "PROBLEM"
    place = {"start": start, "end": start + len(word), "text": word}
    return Mention(id=f"m{number}", label=label, attributes=(own,), **place, **about)


def assessment(*mentions: Mention, notes: int = 1, **patient: object) -> Assessment:
    now = datetime(2026, 3, 6, 8, 30)
    record = PatientRecord(
        patient=Patient(id="p", **patient),
        notes=tuple(Note(id=f"n{number}", text=TEXT, time=now) for number in range(notes)),
        images=(Image(id="i1", path=Path("a.png"), time=datetime(2026, 3, 5, 9), modality="XR"),),
        medications=(Medication(id="d1", name="aspirin", start=datetime(2011, 3, 6), source="medications.csv row 2"),),
    )
    return Assessment(
        record=record,
        as_of=now,
        extractions=tuple(NoteExtraction(note_id=f"n{number}", mentions=mentions) for number in range(notes)),
        lab_results=(LabResult(observation_id="o1", name="CRP", text="88", unit="mg/L", time=now, flag="H"),),
    )


MENTIONS = (
    mention(1, "pneumonia", "3 days ago", "2026-03-03"),
    mention(2, "MI", "2010", "2010", temporality=Temporality.HISTORICAL),
    mention(3, "CABG", "3/5/2011", "2011-03-05"),
    mention(4, "Brother MI", "2001", "2001", experiencer=Experiencer.FAMILY),
)


def test_everything_dated_stands_in_order_with_its_place():
    made = assessment(*MENTIONS)
    events = made.timeline()
    assert [(event.date, event.kind, event.precision) for event in events] == [
        ("2010", EventKind.PROBLEM, Precision.YEAR),
        ("2011-03-05", EventKind.TREATMENT, Precision.DAY),
        ("2011-03-06", EventKind.MEDICATION, Precision.DAY),
        ("2026-03-03", EventKind.PROBLEM, Precision.DAY),
        ("2026-03-05", EventKind.IMAGE, Precision.TIME),
        ("2026-03-06", EventKind.RESULT, Precision.TIME),
    ]
    for event in events:
        for evidence in event.evidence:
            if evidence.start is not None:
                assert TEXT[evidence.start : evidence.end] == evidence.statement
    assert (events[3].date_text, events[5].flag, events[5].detail) == ("3 days ago", "H", "88 mg/L")


def test_what_notes_repeat_is_one_event_with_all_of_them():
    events = timeline(assessment(MENTIONS[1], notes=3))
    repeated = [event for event in events if event.kind is EventKind.PROBLEM]
    assert [[piece.source_id for piece in event.evidence] for event in repeated] == [["n0", "n1", "n2"]]
    denied = mention(5, "MI", "2010", "2010", presence=Presence.ABSENT)
    assert len(timeline(assessment(MENTIONS[1], denied))) == len(timeline(assessment(MENTIONS[1]))) + 1


@pytest.mark.parametrize(("born", "is_doubted"), [(date(2010, 12, 31), False), (date(2011, 1, 1), True), (None, False)])
def test_a_date_before_the_birth_is_doubted(born, is_doubted):
    event = next(event for event in timeline(assessment(MENTIONS[1], birth_date=born)) if event.date == "2010")
    assert (event.doubt is not None) is is_doubted


def test_a_table_of_it():
    frame = assessment(*MENTIONS).to_frame("timeline")
    assert list(frame["date"]) == sorted(frame["date"])
    assert frame["evidence"].str.contains("source_id").all()
