"""The stay that the pictures show: the newest run of results without a long gap, and its cells of equal length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from nlp_engine.assessment import LabResult, severity_of
from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.report.courses import Course

_GAP = timedelta(days=7)
"""Own choice: results farther apart belong to different stays."""
_LENGTHS = tuple(timedelta(hours=hours) for hours in (6, 12, 24, 48, 168))
_MOST_COLUMNS = 28


class Panel(KnowledgeModel):
    """Tests that a reader wants to see together, by LOINC."""

    id: str
    heading: str
    codes: tuple[str, ...]


class PanelFile(KnowledgeModel):
    """``rules/panels/panels.yaml``."""

    schema_version: Literal[1]
    about: str
    panels: tuple[Panel, ...]


def load_panels() -> tuple[Panel, ...]:
    """Read the packaged panels.

    Raises
    ------
    nlp_engine.errors.KnowledgeError
        If the file does not fit.
    """
    return read_yaml(resource("rules") / "panels" / "panels.yaml", PanelFile).panels


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of time and its columns; times are those of the ward's clock, zones are left off."""

    start: datetime
    end: datetime
    column: timedelta

    @classmethod
    def of(cls, gathered: Sequence[Course]) -> Stay | None:
        """Return the newest run of dated results; None where all of them are of one moment or it has no result.

        Only the newest four months or so of a longer run are shown, so that a column is a week at most.
        """
        times = sorted({_clock(r.time) for course in gathered for r in course.results if r.time is not None})
        start = end = times[-1] if times else None
        for earlier, later in pairwise(reversed(times)):
            if earlier - later > _GAP:
                break
            start = later
        if start is None or end is None or start == end:
            return None
        column = next((length for length in _LENGTHS if _columns(start, end, length) <= _MOST_COLUMNS), _LENGTHS[-1])
        first = max(_floor(start, column), _floor(end, column) - column * (_MOST_COLUMNS - 1))
        return cls(first, end, column)

    @property
    def columns(self) -> tuple[datetime, ...]:
        """The start of each column."""
        return tuple(self.start + self.column * n for n in range(_columns(self.start, self.end, self.column)))

    def holds(self, time: datetime | None) -> bool:
        """Say whether a time lies in the stay."""
        return time is not None and self.start <= _clock(time) <= self.end

    def before_end(self, time: datetime) -> timedelta:
        """Return how long before the end of the stay a time lies."""
        return self.end - _clock(time)

    def place(self, time: datetime) -> float:
        """Return a time as hours from the start of the stay."""
        return (_clock(time) - self.start) / timedelta(hours=1)

    def worst(self, course: Course) -> tuple[LabResult | None, ...]:
        """Return the worst result of each column, the latest of equals; None where there is none."""
        cells: list[LabResult | None] = [None] * len(self.columns)
        for result in course.results:
            if result.time is not None and self.holds(result.time):
                number = (_clock(result.time) - self.start) // self.column
                known = cells[number]
                if known is None or severity_of(result.flag) >= severity_of(known.flag):
                    cells[number] = result
        return tuple(cells)


def _clock(time: datetime) -> datetime:
    return time.replace(tzinfo=None)


def _floor(time: datetime, length: timedelta) -> datetime:
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((time - midnight) // length) * length


def _columns(start: datetime, end: datetime, length: timedelta) -> int:
    first = _floor(start, length)
    return (end - first) // length + 1
