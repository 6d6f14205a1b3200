"""The files of ``rules/labs/intervals``: what a source says, in the source's own unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from nlp_engine.knowledge import KnowledgeModel, Source
from nlp_engine.labs.intervals.ages import ADULT, AgeBand
from nlp_engine.record import Sex

Trimester = Literal[1, 2, 3]


class Band(KnowledgeModel):
    """One interval, both ends normal, or one pair of critical limits, both critical; for whom it holds.

    Parameters
    ----------
    age
        A band of age; 18 years and over if None.
    trimester
        Of a pregnancy; None where the patient is not pregnant.
    source
        Where it is another one than that of the other bands.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    age: str | None = None
    sex: Sex | None = None
    trimester: Trimester | None = None
    source: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a band needs low or high")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low {self.low} is not below high {self.high}")
        if self.age is not None:
            AgeBand.parse(self.age)
        return self

    @property
    def ages(self) -> AgeBand:
        """The ages for which it holds."""
        return ADULT if self.age is None else AgeBand.parse(self.age)


class Hole(KnowledgeModel):
    """Ages of an analyte for which no interval is given on purpose."""

    age: str
    reason: str

    @property
    def ages(self) -> AgeBand:
        """The ages."""
        return AgeBand.parse(self.age)


class Entry(KnowledgeModel):
    """The bands of one analyte, in one unit; ``unit`` is that of the analyte if None."""

    analyte: str
    unit: str | None = None
    source: str
    hole: Hole | None = None
    bands: tuple[Band, ...] = Field(min_length=1)


class IntervalFile(KnowledgeModel):
    """One file; every source that is named stands in ``sources``."""

    schema_version: Literal[1]
    about: str
    sources: dict[str, Source]
    intervals: tuple[Entry, ...] = ()
    critical: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _sources_known(self) -> Self:
        entries = (*self.intervals, *self.critical)
        used = {entry.source for entry in entries} | {b.source for entry in entries for b in entry.bands if b.source}
        if unknown := used - self.sources.keys():
            raise ValueError(f"no such source: {', '.join(sorted(unknown))}")
        return self
