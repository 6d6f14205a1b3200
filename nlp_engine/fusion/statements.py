"""What one piece of evidence says of a concept: the common currency of the modalities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf

from nlp_engine.assessment import Evidence, EvidenceKind
from nlp_engine.record import sort_time

DAY_SECONDS = 86_400


class Says(StrEnum):
    """What a statement says, strongest first.

    ``BACKGROUND`` is a chronic disease in the history, ``EARLIER`` an abnormal result before a normal one or an
    image that is too old, ``ADDS`` a result that supports what others say and makes nothing by itself.
    """

    PRESENT = "present"
    BACKGROUND = "background"
    POSSIBLE = "possible"
    ABSENT = "absent"
    EARLIER = "earlier"
    ADDS = "adds"


STRENGTH_ORDER = tuple(Says)


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of evidence, what it says of the concept, and its weight between 0 and 1."""

    says: Says
    evidence: Evidence
    strength: float

    @property
    def kind(self) -> EvidenceKind:
        """The modality."""
        return self.evidence.kind

    @property
    def supports(self) -> bool:
        """Whether it stands on the supporting side."""
        return self.says is not Says.ABSENT


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one modality says of one concept.

    ``has_data`` tells whether the modality could have spoken: a normal CRP says nothing of pneumonia, but is not
    missing.
    """

    statements: tuple[Statement, ...] = ()
    has_data: bool = False


def day_of(time: datetime | None) -> float:
    """Return the number of the calendar day, minus infinity if unknown: file names often carry a date only."""
    return -inf if time is None else sort_time(time) // DAY_SECONDS


def is_future(time: datetime | None, as_of: datetime | None) -> bool:
    """Say whether a time lies after ``as_of``; an unknown time does not."""
    return time is not None and as_of is not None and sort_time(time) > sort_time(as_of)


def is_within(time: datetime | None, as_of: datetime | None, days: int) -> bool:
    """Say whether a time lies in the last ``days`` days before ``as_of``; an unknown time does."""
    if time is None or as_of is None:
        return True
    return not is_future(time, as_of) and day_of(as_of) - day_of(time) <= days


def newest_only(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements of the newest calendar day; those without a time count as the oldest."""
    newest = max((day_of(statement.evidence.time) for statement in statements), default=0)
    return [statement for statement in statements if day_of(statement.evidence.time) == newest]
