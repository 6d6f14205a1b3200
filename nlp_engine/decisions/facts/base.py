"""What a fact is, how it is declared, and what it may look at."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Protocol

from pydantic import BeforeValidator, Field

from nlp_engine import __version__
from nlp_engine.assessment import (
    Evidence,
    Finding,
    ImageFinding,
    LabResult,
    Mention,
    NoteExtraction,
)
from nlp_engine.decisions.drugs import DrugClasses
from nlp_engine.decisions.expression import FactType
from nlp_engine.decisions.values import Kind, Value
from nlp_engine.knowledge import KnowledgeModel
from nlp_engine.record import Medication, Note, Patient, PatientRecord, sort_time

_LONGEST_NUMBERS = (">-999999.999", ">-9.99E+999")
_UNITS = {"min": "minutes", "h": "hours", "d": "days"}


def _duration(text: object) -> object:
    match = re.fullmatch(r"(\d+)\s*(min|h|d)", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("a duration is a number with min, h or d, e.g. 48h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A length of time, written ``30min``, ``48h`` or ``90d``."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with where it comes from.

    Parameters
    ----------
    value
        None is unknown.
    evidence
        What was seen.
    words
        How to say it, where the value alone does not (the names of the drugs taken).
    problem
        Why it is unknown, where there is more to say than "not there".
    unusable
        Something was there and could not be used (a wrong unit, a spoilt sample): always worth telling.
    """

    value: Value = None
    evidence: tuple[Evidence, ...] = ()
    words: str | None = None
    problem: str = ""
    unusable: bool = False


UNKNOWN = Fact()


@dataclass(frozen=True)
class Sight:
    """Everything a fact may look at, for one patient at one moment.

    ``now`` is ``as_of`` in seconds, minus infinity when nothing in the record has a time. What lies after
    it is not seen.
    """

    record: PatientRecord
    as_of: datetime | None = None
    extractions: Sequence[NoteExtraction] = ()
    lab_results: Sequence[LabResult] = ()
    image_findings: Sequence[ImageFinding] = ()
    findings: Sequence[Finding] = ()
    now: float = field(init=False)
    results_by_code: Mapping[str, Sequence[LabResult]] = field(init=False)
    findings_by_concept: Mapping[str, Finding] = field(init=False)

    def __post_init__(self) -> None:
        """Index what facts look up."""
        object.__setattr__(self, "now", sort_time(self.as_of))
        results = defaultdict(list)
        for result in self.lab_results:
            if result.code is not None and not self.is_future(result.time):
                results[result.code].append(result)
        object.__setattr__(self, "results_by_code", dict(results))
        object.__setattr__(self, "findings_by_concept", {finding.concept: finding for finding in self.findings})

    @classmethod
    def empty(cls) -> Sight:
        """Return the sight of a record that holds nothing."""
        return cls(PatientRecord(patient=Patient(id="nobody")))

    def mentions(self) -> Iterator[tuple[Note, Mention]]:
        """Yield the mentions of the notes up to ``as_of``, each with its note."""
        notes = {note.id: note for note in self.record.notes if not self.is_future(note.time)}
        for extraction in self.extractions:
            note = notes.get(extraction.note_id)
            if note is not None:
                for mention in extraction.mentions:
                    yield note, mention

    def is_future(self, time: datetime | None) -> bool:
        """Say whether a time lies after ``as_of``."""
        return time is not None and self.as_of is not None and sort_time(time) > self.now

    def is_recent(self, time: datetime | None, max_age: timedelta) -> bool:
        """Say whether a time lies within ``max_age`` before ``as_of``, both ends included."""
        return time is not None and 0 <= self.now - sort_time(time) <= max_age.total_seconds()


class Book(Protocol):
    """What gives a fact to other facts."""

    sight: Sight
    drugs: DrugClasses

    def fact(self, name: str) -> Fact:
        """Return another fact."""

    def medications(self, class_id: str) -> Sequence[tuple[str, Medication]]:
        """Return the rows of the medication table that belong to a drug class, each with its ingredient."""

    def condition(self, name: str) -> Fact:
        """Return the truth of the condition declared under ``name``."""

    def score(self, score_id: str) -> Fact:
        """Return a calculator's result."""


class FactSpec(KnowledgeModel):
    """Base of all kinds of facts; ``label`` names the fact to a reader (its own name if empty), ``unit`` is UCUM."""

    label: str = ""
    unit: str | None = None
    KIND: ClassVar[Kind]
    CHOICES: ClassVar[frozenset[str] | None] = None

    @property
    def type(self) -> FactType:
        """What the fact can be."""
        return FactType(self.KIND, self.CHOICES)

    @property
    def said_unit(self) -> str | None:
        """The unit in which the value is told: ``unit``, none for a ratio."""
        return self.unit

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the facts it is made from."""
        return ()

    def extremes(self, drugs: DrugClasses) -> tuple[str, ...]:
        """Return the longest words that the fact can put into a sentence."""
        return (*(self.CHOICES or ()), *(_LONGEST_NUMBERS if self.KIND is Kind.NUMBER else ()), "not known")

    @abstractmethod
    def compute(self, book: Book, name: str) -> Fact:
        """Return the fact for the patient that ``book`` is about; ``name`` is the name it is declared under."""


def as_tuple(value: object) -> object:
    """Let YAML write one item where a list is meant."""
    return (value,) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(as_tuple), Field(min_length=1)]
"""One or more words: a single one in YAML may stand without brackets."""


def note_evidence(mention: Mention, note: Note) -> Evidence:
    """Return a mention as evidence."""
    return Evidence.of_mention(mention, note, method="reading of the note", method_version=__version__)
