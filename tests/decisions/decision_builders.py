"""Small builders of records, results and findings for the tests of the decisions."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from pydantic import TypeAdapter

from nlp_engine.assessment import (
    Evidence,
    EvidenceKind,
    Finding,
    ImageFinding,
    LabResult,
    Mention,
    MentionLabel,
    NoteExtraction,
    Presence,
    Status,
)
from nlp_engine.decisions.book import FactBook
from nlp_engine.decisions.drugs import DrugClasses
from nlp_engine.decisions.facts import AnyFact, Sight
from nlp_engine.decisions.library import Library
from nlp_engine.knowledge import resource
from nlp_engine.record import Medication, Note, Patient, PatientRecord, Sex

DRUGS = DrugClasses.load(resource("rules") / "drugs")

NOW = datetime(2026, 3, 10, 12, 0)
CREATININE, POTASSIUM, LACTATE = "2160-0", "2823-3", "2524-7"
UNITS = {CREATININE: "mg/dL", POTASSIUM: "mmol/L", LACTATE: "mmol/L"}
EAST = timezone(timedelta(hours=9))

__all__ = ["CREATININE", "EAST", "LACTATE", "NOW", "POTASSIUM", "UTC"]


def hours_ago(hours, *, zone=None):
    time = NOW - timedelta(hours=hours)
    return time if zone is None else time.replace(tzinfo=UTC).astimezone(zone)


def result(code, value, hours=1.0, **more):
    time = more.pop("time", None if hours is None else hours_ago(hours))
    number = None if value is None else Decimal(str(value))
    more = {"unit": UNITS.get(code), "name": "analyte", "text": str(value)} | more
    return LabResult(observation_id=f"o-{code}-{value}-{hours}", code=code, value=number, time=time, **more)


def record(*, medications=(), notes=(), **patient):
    patient = {"id": "p1", "sex": Sex.MALE, "age_years": Decimal(60)} | patient
    return PatientRecord(patient=Patient(**patient), medications=tuple(medications), notes=tuple(notes))


def drug(name, **more):
    return Medication(**({"id": f"m-{name}", "name": name} | more))


def note(text, note_id="n1", hours=2.0):
    return Note(id=note_id, text=text, time=None if hours is None else hours_ago(hours))


def mentioned(owner, words, **more):
    start = owner.text.index(words)
    return Mention(
        id=f"t{start}", start=start, end=start + len(words), text=words, **({"label": MentionLabel.DRUG} | more)
    )


def extracted(owner, *mentions):
    return NoteExtraction(note_id=owner.id, patient_id="p1", mentions=mentions)


def said(presence, *, note_id="n1", hours=2.0, section="assessment", words="pneumonia"):
    return Evidence(
        kind=EvidenceKind.NOTE,
        source_id=note_id,
        statement=words,
        start=0,
        end=len(words),
        section=section,
        presence=Presence(presence),
        time=None if hours is None else hours_ago(hours),
        method="test",
    )


def shown(score, *, label="pneumonia", decision=None, hours=3.0, output_id="i1"):
    return ImageFinding(
        output_id=output_id,
        image_id="x1",
        label=label,
        score=score,
        decision=decision or ("present" if score >= 0.5 else "absent"),
        model="model",
        model_version="1",
        threshold=0.5,
        time=None if hours is None else hours_ago(hours),
    )


def seen(score=0.9):
    return Evidence(kind=EvidenceKind.IMAGE, source_id="i1", statement=f"pneumonia {score}", method="model")


def finding(concept, status, *, supporting=(), opposing=()):
    return Finding(
        concept=concept,
        name=concept.replace("_", " "),
        plain=concept.replace("_", " "),
        status=Status(status),
        confidence=0.8,
        supporting=tuple(supporting),
        opposing=tuple(opposing),
    )


def fact(spec, *, of=None, as_of=NOW, **seen_things):
    declared = TypeAdapter(AnyFact).validate_python(spec)
    sight = Sight(of or record(), as_of, **seen_things)
    return FactBook(Library(facts={"f": declared}, drugs=DRUGS), sight).fact("f")
