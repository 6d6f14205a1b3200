"""Facts from lab results and vital signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from nlp_engine.assessment import Evidence, EvidenceKind, Flag, LabResult
from nlp_engine.decisions.facts.base import UNKNOWN, Book, Duration, Fact, FactSpec, Sight, Words
from nlp_engine.decisions.units import said, said_unit, same_unit
from nlp_engine.decisions.values import Kind, Range
from nlp_engine.record import sort_time

NO_VALUE = "no value was given"
"""The laboratory room's remark on an empty cell."""


class ObservationFact(FactSpec):
    """Base of the facts that look at the results of one or more codes (LOINC)."""

    code: Words

    def results(self, sight: Sight) -> list[LabResult]:
        """Return the results with these codes up to ``as_of``, in order of time; those without a time first."""
        found = [result for code in self.code for result in sight.results_by_code.get(code, ())]
        return sorted(found, key=lambda result: (sort_time(result.time), result.observation_id))


class Latest(ObservationFact):
    """The newest result that is a number and not older than ``max_age``.

    Results without a time count only if none has one. A result like ``>60`` is a range. Different results of one
    moment, or without a time, are the range that holds all of them: a rule that all of them meet fires, and a rule that
    cannot be decided is told as not assessed. A unit other than ``unit`` makes the fact unknown.
    """

    from_: Literal["latest"] = Field(alias="from")
    unit: str
    max_age: Duration
    KIND: ClassVar = Kind.NUMBER

    def compute(self, book: Book, name: str) -> Fact:
        """Return the newest number."""
        recent = _recent(self.results(book.sight), book.sight, self.max_age)
        if not recent:
            return UNKNOWN
        numbers = [result for result in recent if result.value is not None]
        if not numbers:
            return Fact(problem=_no_number(recent[-1]), unusable=True, evidence=evidence_of(recent[-1:]))
        newest = _of_newest_moment(numbers)
        if any(not same_unit(result.unit, self.unit) for result in newest):
            return wrong_unit(self.unit, newest)
        if not all(result.is_plausible for result in newest):
            return Fact(problem="the result is not plausible", unusable=True, evidence=evidence_of(newest))
        values = {Range.of(result.value, result.comparator) for result in newest if result.value is not None}
        if len(values) == 1:
            return Fact(values.pop(), evidence_of(newest[-1:]))
        return Fact(Range.spanning(values), evidence_of(newest), problem=_several(newest), unusable=True)


class LatestFlag(ObservationFact):
    """The flag of the newest flagged result not older than ``max_age``: N, L, H, LL, HH or A."""

    from_: Literal["flag"] = Field(alias="from")
    max_age: Duration
    KIND: ClassVar = Kind.TEXT
    CHOICES: ClassVar = frozenset(flag.value for flag in Flag)

    def compute(self, book: Book, name: str) -> Fact:
        """Return the newest flag."""
        recent = _recent(self.results(book.sight), book.sight, self.max_age)
        flagged = [result for result in recent if result.flag is not None]
        if not flagged:
            return UNKNOWN
        newest = _of_newest_moment(flagged)
        flags = {result.flag.value for result in newest if result.flag is not None}
        if len(flags) > 1:
            return Fact(problem=_several(newest), unusable=True, evidence=evidence_of(newest))
        return Fact(flags.pop(), evidence_of(newest[-1:]))


def _of_newest_moment(results: Sequence[LabResult]) -> list[LabResult]:
    """Return the last of some results in order of time, with the others of the same moment."""
    moment = sort_time(results[-1].time)
    return [result for result in results if sort_time(result.time) == moment]


def _several(results: Sequence[LabResult]) -> str:
    return "several results without a time" if results[-1].time is None else "different results at one time"


def _no_number(result: LabResult) -> str:
    return "the value is missing" if NO_VALUE in result.remarks else "the result is not a number"


def evidence_of(results: Sequence[LabResult]) -> tuple[Evidence, ...]:
    """Return one piece of evidence a result."""
    return tuple(
        Evidence(
            kind=EvidenceKind.OBSERVATION,
            source_id=result.observation_id,
            statement=_statement(result),
            time=result.time,
            code=result.code,
            method=result.method,
            source=result.source,
        )
        for result in results
    )


def _statement(result: LabResult) -> str:
    if result.value is None:
        return f"{result.name}: no value" if NO_VALUE in result.remarks else f"{result.name} {result.text}"
    flag = f" ({result.flag.value})" if result.flag not in {None, Flag.NORMAL} else ""
    return f"{result.name} {said(Range.of(result.value, result.comparator), result.unit)}{flag}"


def _recent(results: Sequence[LabResult], sight: Sight, max_age: Duration) -> list[LabResult]:
    """Return the results of the last ``max_age``; those without a time if none has one."""
    if any(result.time is not None for result in results):
        return [result for result in results if sight.is_recent(result.time, max_age)]
    return list(results)


def wrong_unit(unit: str, results: Sequence[LabResult]) -> Fact:
    """Return an unusable fact that shows the results in another unit."""
    wrong = [result for result in results if not same_unit(result.unit, unit)]
    return Fact(
        problem=f"a result is not in {said_unit(unit) or 'plain numbers'}", unusable=True, evidence=evidence_of(wrong)
    )
