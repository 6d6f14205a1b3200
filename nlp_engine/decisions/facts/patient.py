"""Facts about who the patient is."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from nlp_engine.assessment import Evidence, EvidenceKind
from nlp_engine.decisions.facts.base import UNKNOWN, Book, Fact, FactSpec
from nlp_engine.decisions.units import said
from nlp_engine.decisions.values import Kind
from nlp_engine.record import Patient, Sex


class Age(FactSpec):
    """The age in years at ``as_of``."""

    from_: Literal["age"] = Field(alias="from")
    KIND: ClassVar = Kind.NUMBER

    def compute(self, book: Book, name: str) -> Fact:
        """Return the age."""
        patient = book.sight.record.patient
        age = patient.age_at(book.sight.as_of)
        return UNKNOWN if age is None else Fact(age, (_evidence(patient, f"age {said(age)} years", *_AGE),))


class SexFact(FactSpec):
    """Administrative sex: female or male; other and unknown give no fact, for no formula is made for them."""

    from_: Literal["sex"] = Field(alias="from")
    KIND: ClassVar = Kind.TEXT
    CHOICES: ClassVar = frozenset({Sex.FEMALE.value, Sex.MALE.value})

    def compute(self, book: Book, name: str) -> Fact:
        """Return the sex."""
        patient = book.sight.record.patient
        if patient.sex.value not in self.CHOICES:
            return UNKNOWN
        return Fact(patient.sex.value, (_evidence(patient, f"sex {patient.sex.value}", "sex"),))


class Pregnant(FactSpec):
    """Whether the patient is pregnant, as the patient's data say."""

    from_: Literal["pregnant"] = Field(alias="from")
    KIND: ClassVar = Kind.TRUTH

    def compute(self, book: Book, name: str) -> Fact:
        """Return yes, no or unknown."""
        patient = book.sight.record.patient
        if patient.pregnant is None:
            return UNKNOWN
        return Fact(patient.pregnant, (_evidence(patient, "pregnant" if patient.pregnant else "not pregnant"),))


_AGE = ("birth_date", "age_years")


def _evidence(patient: Patient, statement: str, *fields: str) -> Evidence:
    """Return the words of the note that tell one of some fields, or else the patient's data."""
    for words in patient.from_notes:
        if words.field in fields:
            return Evidence(
                kind=EvidenceKind.NOTE,
                source_id=words.note_id,
                statement=words.text,
                time=words.time,
                start=words.start,
                end=words.end,
                method="patient as a note tells",
            )
    return Evidence(kind=EvidenceKind.PATIENT, source_id=patient.id, statement=statement, method="patient data")
