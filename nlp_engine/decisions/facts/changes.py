"""Facts from several results of an analyte: rises, falls, multiples of a baseline, trends."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from nlp_engine.assessment import Flag
from nlp_engine.decisions.facts.base import UNKNOWN, Book, Duration, Fact
from nlp_engine.decisions.facts.observations import ObservationFact, evidence_of, wrong_unit
from nlp_engine.decisions.units import same_unit
from nlp_engine.decisions.values import Kind
from nlp_engine.record import sort_time
from nlp_engine.series import (
    Change,
    Sample,
    Trend,
    doubling_time,
    halving_time,
    highest,
    lowest,
    max_fall,
    max_rise,
    newest,
    percent_fall,
    percent_rise,
    ratio_to_lowest,
    ratio_to_median,
    recovery_from_fall,
    recovery_from_rise,
    rounded,
    slope,
    time_since_last,
    within,
)

_DAY = timedelta(days=1)


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
            return wrong_unit(self.unit, results)
        series = [Sample(sort_time(r.time), r.value, i) for i, r in enumerate(results) if r.value is not None]
        change = self.change(series, sight.now)
        if change is None:
            return Fact(problem=self.lacking) if series else UNKNOWN
        both = dict.fromkeys([change.first.position, change.last.position])
        return Fact(change.amount, evidence_of([results[position] for position in both]))

    @property
    def reach(self) -> Duration:
        """How far back results are looked at."""
        return self.window

    @property
    def lacking(self) -> str:
        """What is missing where there are results and no change can be told."""
        return f"needs an earlier result within {_said(self.window)}"

    @abstractmethod
    def change(self, series: Sequence[Sample], now: float) -> Change | Trend | None:
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
    def lacking(self) -> str:
        """What is missing where there are results and no change can be told."""
        return f"needs an earlier result within {_said(self.reach)}"

    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the ratio."""
        recent = within(series, end=now, length=self.window.total_seconds())
        if self.baseline == "lowest":
            return ratio_to_lowest(recent, places=self.places)
        last, inside = newest(recent), set(recent)
        older = [sample for sample in series if sample not in inside]
        return None if last is None else ratio_to_median(last, older, places=self.places)


class Extreme(ChangeFact):
    """The ``highest`` (peak) or ``lowest`` (nadir) result of the window, the newest of equals."""

    from_: Literal["highest", "lowest"] = Field(alias="from")

    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the extreme as a change that begins and ends with it."""
        found = highest(series) if self.from_ == "highest" else lowest(series)
        return None if found is None else Change(rounded(found.value, self.places), found, found)


class PercentChange(ChangeFact):
    """How far the newest result lies below the highest, or above the lowest, earlier one of the window, in percent.

    The earlier one is at least ``apart`` older than the newest, which is not older than ``max_age``.
    """

    from_: Literal["percent_fall", "percent_rise"] = Field(alias="from")
    apart: Duration = timedelta(0)
    max_age: Duration | None = None

    @property
    def said_unit(self) -> str:
        """Percent; ``unit`` is that of the results."""
        return "%"

    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the change in percent."""
        last = newest(series)
        oldest = now - (self.max_age or self.window).total_seconds()
        if last is None or last.time < oldest:
            return None
        find = percent_fall if self.from_ == "percent_fall" else percent_rise
        return find(series, places=self.places, apart=self.apart.total_seconds())


class Slope(ChangeFact):
    """The change of the results of the window within ``per`` (Theil-Sen), negative for a fall.

    At least ``least`` moments are needed, the first and the last at least ``span`` apart.
    """

    from_: Literal["slope"] = Field(alias="from")
    per: Duration = _DAY
    least: int = Field(default=3, ge=2)
    span: Duration = timedelta(0)

    @property
    def said_unit(self) -> str | None:
        """None: the label says per what."""
        return None

    @property
    def lacking(self) -> str:
        """What is missing where there are results and no trend can be told."""
        return f"needs {self.least} results over {_said(max(self.span, _DAY))} or more"

    def change(self, series: Sequence[Sample], now: float) -> Trend | None:
        """Return the slope."""
        trend = slope(series, places=12, least=self.least)
        if trend is None or trend.last.time - trend.first.time < self.span.total_seconds():
            return None
        amount = trend.amount * Decimal(self.per / _DAY)
        return Trend(rounded(amount, self.places), trend.first, trend.last, trend.samples, trend.tau)


class Pace(ChangeFact):
    """The days in which the results of the window double or halve; unknown where they do not move one way."""

    from_: Literal["doubling_time", "halving_time"] = Field(alias="from")
    least: int = Field(default=3, ge=2)

    @property
    def said_unit(self) -> str:
        """Days; ``unit`` is that of the results."""
        return "d"

    @property
    def lacking(self) -> str:
        """What is missing where there are results and no pace can be told."""
        return f"needs {self.least} results within {_said(self.window)} that move one way"

    def change(self, series: Sequence[Sample], now: float) -> Trend | None:
        """Return the days."""
        find = doubling_time if self.from_ == "doubling_time" else halving_time
        return find(series, places=self.places, least=self.least)


class Recovery(ChangeFact):
    """How much of the largest fall (or rise) of the window the newest result has undone: 0 nothing, 100 all."""

    from_: Literal["recovery"] = Field(alias="from")
    of: Literal["fall", "rise"]

    @property
    def said_unit(self) -> str:
        """Percent; ``unit`` is that of the results."""
        return "%"

    @property
    def lacking(self) -> str:
        """What is missing where there are results and no recovery can be told."""
        return f"needs a {self.of} within {_said(self.window)}"

    def change(self, series: Sequence[Sample], now: float) -> Change | None:
        """Return the share that is undone."""
        find = recovery_from_fall if self.of == "fall" else recovery_from_rise
        return find(series, places=self.places)


class DaysSinceFlag(ObservationFact):
    """The days since the newest result with one of some flags, within ``window``; unknown if there is none."""

    from_: Literal["days_since_flag"] = Field(alias="from")
    flags: tuple[Flag, ...] = Field(min_length=1)
    window: Duration
    KIND: ClassVar = Kind.NUMBER

    @property
    def said_unit(self) -> str:
        """Days."""
        return "d"

    def compute(self, book: Book, name: str) -> Fact:
        """Return the days with the result that has the flag."""
        sight = book.sight
        flagged = [r for r in self.results(sight) if r.flag in self.flags and sight.is_recent(r.time, self.window)]
        samples = [Sample(sort_time(result.time), Decimal(0)) for result in flagged]
        seconds = time_since_last(samples, lambda _: True, now=sight.now)
        if seconds is None:
            return UNKNOWN
        return Fact(rounded(Decimal(seconds) / int(_DAY.total_seconds()), 1), evidence_of(flagged[-1:]))


def _said(length: Duration) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours} hours" if hours <= 72 else f"{hours // 24} days"
