"""What goes out: mentions, lab results, image findings, findings with evidence, scores, cards, the whole assessment.

Nothing here can be made without saying where it comes from: a `Finding`, `Score` or `Card` without `Evidence` is
refused by its constructor.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from nlp_engine.extraction import CRITICAL_FLAGS as CRITICAL_FLAGS
from nlp_engine.extraction import HIGH_FLAGS as HIGH_FLAGS
from nlp_engine.extraction import LOW_FLAGS as LOW_FLAGS
from nlp_engine.extraction import Attribute as Attribute
from nlp_engine.extraction import AttributeLabel as AttributeLabel
from nlp_engine.extraction import Code as Code
from nlp_engine.extraction import Cue as Cue
from nlp_engine.extraction import DrugStatus as DrugStatus
from nlp_engine.extraction import Expansion as Expansion
from nlp_engine.extraction import Experiencer as Experiencer
from nlp_engine.extraction import Flag as Flag
from nlp_engine.extraction import MedicationDetails as MedicationDetails
from nlp_engine.extraction import Mention as Mention
from nlp_engine.extraction import MentionLabel as MentionLabel
from nlp_engine.extraction import NoteExtraction as NoteExtraction
from nlp_engine.extraction import PartialDate as PartialDate
from nlp_engine.extraction import PersonFact as PersonFact
from nlp_engine.extraction import PersonLabel as PersonLabel
from nlp_engine.extraction import Presence as Presence
from nlp_engine.extraction import ResultModel as ResultModel
from nlp_engine.extraction import Temporality as Temporality
from nlp_engine.extraction import severity_of as severity_of
from nlp_engine.record import InputProblem, Note, Number, PatientRecord
from nlp_engine.results import DOUBT as DOUBT
from nlp_engine.results import NOT_PLAUSIBLE as NOT_PLAUSIBLE
from nlp_engine.results import CardSource as CardSource
from nlp_engine.results import Grid as Grid
from nlp_engine.results import ImageDecision as ImageDecision
from nlp_engine.results import ImageFinding as ImageFinding
from nlp_engine.results import LabResult as LabResult
from nlp_engine.results import Misfit as Misfit
from nlp_engine.results import MisfitPart as MisfitPart
from nlp_engine.results import ResultChange as ResultChange

if TYPE_CHECKING:
    from pandas import DataFrame


class Indicator(StrEnum):
    """How urgent a card is (CDS Hooks)."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Status(StrEnum):
    """What all modalities together say of a concept."""

    PRESENT = "present"
    ABSENT = "absent"
    POSSIBLE = "possible"
    CONFLICTING = "conflicting"


class EvidenceKind(StrEnum):
    """Which modality a piece of evidence belongs to."""

    NOTE = "note"
    OBSERVATION = "observation"
    IMAGE = "image"
    MEDICATION = "medication"
    PATIENT = "patient"
    RISK_MODEL = "risk_model"


Table = Literal["findings", "mentions", "labs", "images", "scores", "cards", "timeline"]


class Evidence(ResultModel):
    """Where a statement comes from.

    Parameters
    ----------
    kind
        The modality.
    source_id
        Id of the note, observation, image-model output, medication or patient in the record.
    statement
        What was seen, short and complete for a reader: ``creatinine 3.1 mg/dL`` or the quoted words of a note.
    start, end, section
        Span and section, for a note; ``statement`` then is ``note.text[start:end]``.
    presence
        For a note: what the note says of the quoted thing.
    score
        Between 0 and 1, where the method gives one.
    threshold
        For an image: the model's own threshold of the score; None if it told none.
    method, method_version
        What produced it: the NER, the lab table, the image model's name, with its version.
    source
        File and row, for a table.
    """

    kind: EvidenceKind
    source_id: str
    statement: str
    time: datetime | None = None
    start: int | None = None
    end: int | None = None
    section: str | None = None
    presence: Presence | None = None
    code: str | None = None
    score: float | None = None
    threshold: float | None = None
    method: str
    method_version: str = ""
    source: str = ""

    @classmethod
    def of_mention(cls, mention: Mention, note: Note, *, method: str, method_version: str = "") -> Evidence:
        """Return a mention of a note as evidence."""
        return cls(
            kind=EvidenceKind.NOTE,
            source_id=note.id,
            statement=mention.text,
            time=note.time,
            start=mention.start,
            end=mention.end,
            section=mention.section,
            presence=mention.presence,
            score=mention.score,
            method=method,
            method_version=method_version,
        )

    @classmethod
    def of_image(cls, finding: ImageFinding, statement: str) -> Evidence:
        """Return what an image model said as evidence."""
        return cls(
            kind=EvidenceKind.IMAGE,
            source_id=finding.output_id,
            statement=statement,
            time=finding.time,
            score=finding.score,
            threshold=None if finding.threshold_assumed else finding.threshold,
            method=finding.model,
            method_version=finding.model_version,
            source=finding.source,
        )

    @model_validator(mode="after")
    def _note_has_span(self) -> Self:
        if self.kind is EvidenceKind.NOTE and (self.start is None or self.end is None):
            raise ValueError("evidence from a note needs its span")
        return self


class Finding(ResultModel):
    """What all modalities together say of one concept, with the evidence for and against.

    ``confidence`` is between 0 and 1 and falls with each modality the concept expects and the record lacks
    (``missing``).
    """

    concept: str
    name: str
    plain: str = Field(description="the concept in everyday words")
    status: Status
    confidence: Annotated[float, Field(ge=0, le=1)]
    supporting: tuple[Evidence, ...] = ()
    opposing: tuple[Evidence, ...] = ()
    missing: tuple[EvidenceKind, ...] = ()
    codes: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _has_evidence(self) -> Self:
        if not self.supporting and not self.opposing:
            raise ValueError(f"finding {self.concept}: no evidence")
        if self.status is Status.CONFLICTING and not (self.supporting and self.opposing):
            raise ValueError(f"finding {self.concept}: a conflict needs two sides")
        return self


class FactValue(ResultModel):
    """One fact a rule looked at: its name, label, value in words, and its evidence. Unknown facts have value None."""

    name: str
    label: str
    value: str | None = None
    evidence: tuple[Evidence, ...] = ()


class RiskReason(ResultModel):
    """One feature that moves an estimate; ``effect`` in probability, against the feature's usual value."""

    feature: str
    words: str
    effect: float


class RiskEstimate(ResultModel):
    """What a trained risk model says: a calibrated probability, the model's own cut-off, and its reasons."""

    model: str
    model_version: str
    outcome: str
    plain: str = Field(description="the outcome in everyday words")
    concept: str | None = None
    probability: Annotated[float, Field(ge=0, le=1)]
    threshold: Annotated[float, Field(ge=0, le=1)]
    reasons: tuple[RiskReason, ...] = ()

    @property
    def is_high(self) -> bool:
        """Whether the probability reaches the model's cut-off."""
        return self.probability >= self.threshold


class Score(ResultModel):
    """A calculator's result, e.g. eGFR or qSOFA, or the estimate of a trained model (``risk``)."""

    id: str
    name: str
    value: Number
    unit: str | None = None
    detail: str
    missing: tuple[str, ...] = ()
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    source: CardSource
    risk: RiskEstimate | None = None


class Card(ResultModel):
    """One piece of advice; summary, indicator, detail and source are those of a CDS Hooks card.

    ``plain`` and ``plain_why`` say the same to a patient. ``options`` are possibilities, never orders.
    """

    id: str
    rule_id: str
    rule_version: int = 1
    summary: Annotated[str, Field(min_length=1, max_length=139)]
    indicator: Indicator
    detail: str
    options: tuple[str, ...] = ()
    plain: str
    plain_why: str = ""
    concept: str | None = None
    is_conflict: bool = False
    facts: tuple[FactValue, ...] = ()
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    cannot_see: tuple[str, ...] = ()
    source: CardSource


class Unassessed(ResultModel):
    """A rule that could have mattered and could not be checked; ``missing`` names the facts it lacked."""

    rule_id: str
    title: str
    missing: tuple[str, ...]


class EventKind(StrEnum):
    """What an event is."""

    PROBLEM = "problem"
    TEST = "test"
    TREATMENT = "treatment"
    DRUG = "drug"
    RESULT = "result"
    IMAGE = "image"
    MEDICATION = "medication"


class Precision(StrEnum):
    """How exactly the date is known."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    TIME = "time"


class Event(ResultModel):
    """One thing with its date.

    Parameters
    ----------
    date, time
        The day, month or year; the clock too, where a table or a picture gives it.
    name, detail
        What it is, and what is known of it: a value with its unit, "started".
    date_text
        The words of the note that the date was read from ("3 weeks ago").
    doubt
        What speaks against the date; None if nothing does.
    evidence
        Where it stands: every note that says the same of the same day.
    """

    date: PartialDate
    precision: Precision
    time: datetime | None = None
    kind: EventKind
    name: str
    detail: str = ""
    presence: Presence | None = None
    temporality: Temporality | None = None
    flag: Flag | None = None
    date_text: str | None = None
    doubt: str | None = None
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]


class Assessment(ResultModel):
    """The whole result for one patient, one JSON document; it carries the record it was made from.

    ``as_of`` is the time the engine took as "now": the newest dated thing in the record, or what the caller gave.
    ``misfits`` are samples that do not fit the patient.
    """

    record: PatientRecord
    as_of: datetime | None = None
    extractions: tuple[NoteExtraction, ...] = ()
    lab_results: tuple[LabResult, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    image_findings: tuple[ImageFinding, ...] = ()
    findings: tuple[Finding, ...] = ()
    scores: tuple[Score, ...] = ()
    cards: tuple[Card, ...] = ()
    unassessed: tuple[Unassessed, ...] = ()
    problems: tuple[InputProblem, ...] = ()
    versions: dict[str, str] = Field(default_factory=dict)

    @property
    def patient_id(self) -> str:
        """Id of the patient."""
        return self.record.patient.id

    @property
    def conflicts(self) -> tuple[Finding, ...]:
        """The findings on which the modalities disagree."""
        return tuple(finding for finding in self.findings if finding.status is Status.CONFLICTING)

    @property
    def urgency(self) -> tuple[int, int, int, int]:
        """Numbers of critical cards, conflicts, warnings and infos: sorts a worklist, largest first."""
        count = [card.indicator for card in self.cards].count
        return count(Indicator.CRITICAL), len(self.conflicts), count(Indicator.WARNING), count(Indicator.INFO)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the assessment as one JSON document; ``Assessment.model_validate_json`` reads it back."""
        return self.model_dump_json(indent=indent)

    def to_html(self, *, audience: Literal["clinician", "patient"] = "clinician") -> str:
        """Render the report as one self-contained HTML page."""
        # Looked up by name: the assessment does not import the rooms that are made from it.
        render = import_module("nlp_engine.report").render_report
        page: str = render(self, audience=audience)
        return page

    def timeline(self) -> tuple[Event, ...]:
        """Return everything that has a date, the oldest first (`nlp_engine.timeline`)."""
        events: tuple[Event, ...] = import_module("nlp_engine.timeline").timeline(self)
        return events

    def to_frame(self, table: Table = "findings") -> DataFrame:
        """Return one table as a pandas DataFrame (`nlp_engine.report.frames`), one row a thing that the table is of."""
        frame = import_module("nlp_engine.report.frames").to_frame
        result: DataFrame = frame(self, table)
        return result
