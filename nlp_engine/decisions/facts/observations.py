"""Facts from lab results and vital signs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from nlp_engine.assessment import Evidence, EvidenceKind, Flag, LabResult
from nlp_engine.decisions.facts.base import UNKNOWN, Book, Duration, Fact, FactSpec, Sight, Words
from nlp_engine.decisions.units import said, said_unit, same_unit
from nlp_engine.decisions.values import Kind, Range
from nlp_engine.record import sort_time
from nlp_engine.series import Change, Sample, max_fall, max_rise, ratio_to_lowest, ratio_to_median, within

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
            return _wrong_unit(self.unit, newest)
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


class ChangeFact(ObservationFact):
    """Base of the facts made from several results; only exact, plausible, dated numbers in ``unit`` count."""

    unit: str = Field(description="unit of the results that are compared")
    window: Duration
    places: int = Field(ge=0, le=6)
    KIND: ClassVar = Kind.NUMBER

    def compute(self, book: Book, name: str) -> Fact:
        """Return the change within the window, with the two results that make it."""
        sight = book.sight
        recent = [r for r in self.results(sight) if sight.is_recent(r.time, self.reach)]
        results = [r for r in recent if r.value is not None and r.comparator is None and r.is_plausible]
        if any(not same_unit(result.unit, self.unit) for result in results):
            return _wrong_unit(self.unit, results)
        series = [Sample(sort_time(r.time), r.value, i) for i, r in enumerate(results) if r.value is not None]
        change = self.change(series, sight.now)
        if change is None:
            return Fact(problem=f"needs an earlier result within {_said(self.compared_within)}") if series else UNKNOWN
        return Fact(change.amount, evidence_of([results[change.first.position], results[change.last.position]]))

    @property
    def reach(self) -> Duration:
        """How far back results are looked at."""
        return self.window

    @property
    def compared_within(self) -> Duration:
        """How far apart two results may lie to be compared."""
        return self.window

    @abstractmethod
    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the derived number."""


class LargestChange(ChangeFact):
    """Base of the largest changes between two results that lie at most ``window`` apart.

    The later one is not older than ``max_age``; if that is not given, both lie in the window that ends at ``as_of``.
    """

    max_age: Duration | None = None

    @property
    def reach(self) -> Duration:
        """How far back results are looked at."""
        return self.window + (self.max_age or timedelta(0))

    def largest(self, series: Sequence[Sample], now: float, find: Callable[..., Change | None]) -> Change | None:
        """Return the change that ``find`` (`max_rise` or `max_fall`) finds in the windows."""
        since = float("-inf") if self.max_age is None else now - self.max_age.total_seconds()
        in_time = within(series, end=now, length=self.reach.total_seconds())
        return find(in_time, places=self.places, length=self.window.total_seconds(), since=since)


class MaxRise(LargestChange):
    """The largest later-minus-earlier difference."""

    from_: Literal["max_rise"] = Field(alias="from")

    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the largest rise."""
        return self.largest(series, now, max_rise)


class MaxFall(LargestChange):
    """The largest earlier-minus-later difference."""

    from_: Literal["max_fall"] = Field(alias="from")

    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the largest fall."""
        return self.largest(series, now, max_fall)


class RatioToBaseline(ChangeFact):
    """The newest result divided by a baseline.

    The newest result must lie within ``window``. The baseline is the ``lowest`` earlier result of the window, or the
    ``median`` of the results older than the window, up to ``baseline_window`` before ``as_of``.
    """

    from_: Literal["ratio_to_baseline"] = Field(alias="from")
    baseline: Literal["lowest", "median"] = "lowest"
    baseline_window: Duration | None = None

    @property
    def said_unit(self) -> str | None:
        """None: ``unit`` is that of the results, a ratio has none."""
        return None

    @property
    def reach(self) -> Duration:
        """How far back results are looked at."""
        return max(self.window, self.baseline_window or self.window)

    @property
    def compared_within(self) -> Duration:
        """How far apart two results may lie to be compared."""
        return self.reach

    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the ratio."""
        recent = within(series, end=now, length=self.window.total_seconds())
        if self.baseline == "lowest":
            return ratio_to_lowest(recent, places=self.places)
        older = [sample for sample in series if sample not in recent]
        return ratio_to_median(recent[-1], older, places=self.places) if recent else None


def _said(length: Duration) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours} hours" if hours <= 72 else f"{hours // 24} days"


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


def _wrong_unit(unit: str, results: Sequence[LabResult]) -> Fact:
    wrong = [result for result in results if not same_unit(result.unit, unit)]
    return Fact(
        problem=f"a result is not in {said_unit(unit) or 'plain numbers'}", unusable=True, evidence=evidence_of(wrong)
    )
