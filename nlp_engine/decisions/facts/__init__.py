"""The kinds of facts that rules compare; each is declared in YAML as ``name: {from: kind, ...}``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nlp_engine.decisions.facts.base import UNKNOWN, Book, Duration, Fact, FactSpec, Sight
from nlp_engine.decisions.facts.changes import (
    DaysSinceFlag,
    Extreme,
    MaxFall,
    MaxRise,
    Pace,
    PercentChange,
    RatioToBaseline,
    Recovery,
    Slope,
)
from nlp_engine.decisions.facts.derived import Condition, Known, NewestOf, ScoreFact
from nlp_engine.decisions.facts.findings import (
    FindingStatus,
    ImageDecision,
    ImageFact,
    ImageScore,
    Mentioned,
    NoteAssertion,
    Written,
)
from nlp_engine.decisions.facts.medications import Takes
from nlp_engine.decisions.facts.observations import Latest, LatestFlag, ObservationFact
from nlp_engine.decisions.facts.patient import Age, Pregnant, SexFact

AnyFact = Annotated[
    Latest
    | LatestFlag
    | MaxRise
    | MaxFall
    | RatioToBaseline
    | Extreme
    | PercentChange
    | Slope
    | Pace
    | Recovery
    | DaysSinceFlag
    | Takes
    | NoteAssertion
    | Mentioned
    | Written
    | FindingStatus
    | ImageScore
    | ImageDecision
    | Age
    | SexFact
    | Pregnant
    | ScoreFact
    | Condition
    | Known
    | NewestOf,
    Field(discriminator="from_"),
]
"""A declared fact of any kind, told apart by ``from``."""

__all__ = [
    "UNKNOWN",
    "AnyFact",
    "Book",
    "Condition",
    "Duration",
    "Fact",
    "FactSpec",
    "FindingStatus",
    "ImageFact",
    "NewestOf",
    "NoteAssertion",
    "ObservationFact",
    "ScoreFact",
    "Sight",
    "Takes",
]
