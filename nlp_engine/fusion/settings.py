"""The words, windows and weights of the fusion: ``rules/fusion/fusion.yaml``."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource

Weight = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[int, Field(ge=0)]


class Matching(KnowledgeModel):
    """Words that decide whether a name inside a mention is what the mention is about."""

    boundaries: frozenset[str]
    links: frozenset[str]
    heads: frozenset[str]
    negations: frozenset[str]
    tails: frozenset[str]
    followers: frozenset[str]
    risks: frozenset[str]


class Sections(KnowledgeModel):
    """Ids of note sections that speak of the past, that say nothing about the patient today, that say what is asked."""

    history: frozenset[str]
    ignored: frozenset[str]
    reasons: frozenset[str]


class ConflictDays(KnowledgeModel):
    """How many days two modalities may lie apart and still contradict each other, by kind of concept."""

    disease: Days
    laboratory: Days
    symptom: Days
    sign: Days

    def of(self, kind: Literal["disease", "symptom", "sign", "laboratory"]) -> int:
        """Return the days for a kind of concept."""
        days: int = getattr(self, kind)
        return days


class Windows(KnowledgeModel):
    """How long things are looked at, in days."""

    note_max_age_days: Days
    image_max_age_days: Days
    conflict_days: ConflictDays


class NoteWeights(KnowledgeModel):
    """Weight of a note's statement, by what it says."""

    present: Weight
    background: Weight
    possible: Weight
    absent: Weight


class ResultWeights(KnowledgeModel):
    """Weight of a result, by the role of its analyte.

    A defining or sufficient one weighs between ``just_beyond`` and ``defining``, by how far beyond its interval it is.
    """

    defining: Weight
    just_beyond: Weight
    supporting: Weight


class Borderline(KnowledgeModel):
    """How the distance of a result beyond its reference interval counts.

    Parameters
    ----------
    below
        Share of the full distance below which a result beyond its own interval is borderline: possible, not present.
    full
        Distance at which a result has its full weight, in widths of the interval.
    full_multiple_above, full_multiple_below
        The same for an interval with one end, as a multiple of that end.
    """

    below: Annotated[Decimal, Field(ge=0, le=1)]
    full: Annotated[Decimal, Field(gt=0)]
    full_multiple_above: Annotated[Decimal, Field(gt=1)]
    full_multiple_below: Annotated[Decimal, Field(gt=0, lt=1)]


class Weights(KnowledgeModel):
    """Weights of the confidence; ``missing`` is the factor for each expected modality that is not there."""

    note: NoteWeights
    result: ResultWeights
    image: Weight
    image_not_sure: Weight
    risk_model: Weight
    missing: Weight


class AdultLimits(KnowledgeModel):
    """Codes whose limits in numbers, above or below, are for adults only."""

    above: frozenset[str]
    below: frozenset[str]


class FusionSettings(KnowledgeModel):
    """``rules/fusion/fusion.yaml``."""

    schema_version: Literal[1]
    about: str
    matching: Matching
    sections: Sections
    windows: Windows
    adult_limits: AdultLimits
    weights: Weights
    borderline: Borderline

    @classmethod
    def load(cls, path: Path | None = None) -> FusionSettings:
        """Read ``rules/fusion/fusion.yaml``.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return read_yaml(path or resource("rules") / "fusion" / "fusion.yaml", cls)
