"""Results gathered by test: which is the latest, what came before, what lies out of range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nlp_engine.assessment import CRITICAL_FLAGS, Assessment, Flag, LabResult
from nlp_engine.record import sort_time


@dataclass(frozen=True, slots=True)
class Course:
    """All results of one test up to "now", oldest first."""

    results: tuple[LabResult, ...]

    @property
    def latest(self) -> LabResult:
        """The newest result."""
        return self.results[-1]

    @property
    def is_out_of_range(self) -> bool:
        """Whether the newest result is flagged as not normal."""
        return self.latest.flag not in (None, Flag.NORMAL)

    @property
    def is_critical(self) -> bool:
        """Whether the newest result is critically high or low."""
        return self.latest.flag in CRITICAL_FLAGS

    @property
    def came_back(self) -> bool:
        """Whether the newest result is in range and the one before was not."""
        before = self.results[-2].flag if len(self.results) > 1 else None
        return self.latest.flag is Flag.NORMAL and before not in (None, Flag.NORMAL)

    @property
    def comparable(self) -> tuple[LabResult, ...]:
        """The results with a number, a time and the unit of the newest one."""
        unit = self.latest.unit
        return tuple(r for r in self.results if r.value is not None and r.time is not None and r.unit == unit)

    @property
    def previous(self) -> LabResult | None:
        """The comparable result before the newest one, at another time; None where the newest is no plain number."""
        if self.latest.value is None or self.latest.comparator:
            return None
        earlier = [r for r in self.comparable if r.time != self.latest.time and not r.comparator]
        return earlier[-1] if earlier and self.latest.time is not None else None


def courses(assessment: Assessment) -> list[Course]:
    """Gather results by test; critical ones first, then others out of range, the newest first among equals."""
    gathered: dict[str, list[LabResult]] = {}
    for result in assessment.lab_results:
        if not _is_later(result.time, assessment.as_of):
            gathered.setdefault(key_of_test(result), []).append(result)
    found = [Course(tuple(sorted(results, key=lambda r: sort_time(r.time)))) for results in gathered.values()]
    return sorted(found, key=lambda c: (not c.is_critical, not c.is_out_of_range, -sort_time(c.latest.time)))


def key_of_test(result: LabResult) -> str:
    """Return what results of one test share: the code, or the name where there is none."""
    return result.code or result.name.casefold()


def _is_later(time: datetime | None, now: datetime | None) -> bool:
    return now is not None and sort_time(time) > sort_time(now)
