"""A feed of results that drifted: level, missing values, rows, flags, units and names, by day or week.

Each finding says when, what and how much, in one sentence; none names a patient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from nlp_engine.labs.anomalies.appearances import Presence, presences
from nlp_engine.labs.anomalies.control import LEARNING, Change, Series, changes
from nlp_engine.labs.anomalies.feed import Period, by_period, read_feed, spread_of

_LEAST_SHIFT = 0.3
"""Standard deviations of single results; a smaller change of the level is not told."""
_LEAST_SHARE = 0.05
_LEAST_RATIO = 1.5
_FEWEST_PERIODS = 12
_FEWEST_NUMBERS = 3
_NEAR = 7


@dataclass(frozen=True, slots=True)
class Drift:
    """A finding.

    Parameters
    ----------
    since
        First day (or Monday) of the new state.
    kind
        "level", "missing", "flags", "rows", "unit", "name".
    analyte
        Our name, or the table's.
    before, after
        Levels, shares, rows a period, units or names.
    sentence
        All of it in words.
    """

    since: date
    kind: str
    analyte: str
    before: str
    after: str
    sentence: str


def drifts(table: pd.DataFrame, *, by: Period = "day") -> list[Drift]:
    """Return what drifted in a table of results in the design's columns, in order of time.

    Raises
    ------
    InputError
        If a needed column is missing or no row has a date.
    """
    feed = read_feed(table, by=by)
    periods = pd.Index(np.sort(feed["period"].unique()))
    found = [*_names(feed, periods), *_units(feed, periods)]
    for analyte, rows in feed.groupby("analyte", sort=False):
        found += _of_analyte(str(analyte), rows, periods, by)
    return sorted(found, key=lambda drift: (drift.since, drift.analyte, drift.kind))


def as_frame(found: list[Drift]) -> pd.DataFrame:
    """Return findings as a table."""
    return pd.DataFrame([asdict(drift) for drift in found], columns=list(Drift.__dataclass_fields__))


def _of_analyte(analyte: str, rows: pd.DataFrame, periods: pd.Index, by: Period) -> Iterator[Drift]:
    counts = by_period(rows, periods)
    active = counts[counts["rows"] > 0]
    if len(active) < _FEWEST_PERIODS:
        return
    yield from _levels(analyte, rows, counts[counts["numbers"] >= _FEWEST_NUMBERS])
    yield from _shares(analyte, active, "missing", active["rows"] - active["filled"], "of its rows without a value")
    yield from _shares(analyte, active, "flags", active["outside"], "of its rows flagged outside the interval")
    inside = counts.loc[active.index[0] : active.index[-1]]
    yield from _rows(analyte, inside, by)


def _levels(analyte: str, rows: pd.DataFrame, counts: pd.DataFrame) -> Iterator[Drift]:
    start = rows["period"] <= counts.index[min(LEARNING, len(counts)) - 1] if len(counts) else rows["period"] < 0
    single, trimmed = spread_of(rows.loc[start, "number"])
    noise = trimmed / np.sqrt(counts["numbers"].to_numpy(dtype=float))
    for change in changes(counts["level"].to_numpy(dtype=float), noise):
        shift = (change.after - change.before) / single if single else np.inf
        if abs(shift) >= _LEAST_SHIFT:
            before, after = f"{change.before:.3g}", f"{change.after:.3g}"
            words = f"the trimmed mean went from {before} to {after}, by {shift:+.1f} standard deviations"
            yield _drift(counts, change, "level", analyte, before, after, words)


def _shares(analyte: str, counts: pd.DataFrame, kind: str, hits: pd.Series[float], words: str) -> Iterator[Drift]:
    total = counts["rows"].to_numpy(dtype=float)
    shares = hits.to_numpy(dtype=float) / total
    usual = float(hits.iloc[:LEARNING].sum() + 1) / float(total[:LEARNING].sum() + 2)
    for change in changes(shares, np.sqrt(usual * (1 - usual) / total)):
        before, after = _pooled(hits, total, change, side=-1), _pooled(hits, total, change, side=1)
        grew = max(before, after) >= _LEAST_RATIO * min(before, after)
        if grew and abs(after - before) >= _LEAST_SHARE:
            said = f"{before:.0%} {words} became {after:.0%}"
            yield _drift(counts, change, kind, analyte, f"{before:.3f}", f"{after:.3f}", said)


def _pooled(hits: pd.Series[float], total: Series, change: Change, *, side: int) -> float:
    part = slice(change.start, change.start + LEARNING) if side > 0 else slice(0, change.start)
    return float(hits.to_numpy(dtype=float)[part].sum() / total[part].sum())


def _rows(analyte: str, counts: pd.DataFrame, by: Period) -> Iterator[Drift]:
    """Compare the number of rows with what is usual on the weekday."""
    numbers = np.sqrt(counts["rows"].to_numpy(dtype=float))
    weekdays = (counts.index.to_numpy() - 1) % 7 if by == "day" else np.zeros(len(counts), dtype=int)
    learnt = slice(0, LEARNING)
    usual = np.array([_median_or(numbers[learnt][weekdays[learnt] == day], numbers[learnt]) for day in range(7)])
    for change in changes(numbers - usual[weekdays], np.full(len(numbers), 0.5)):
        before = float(np.mean(counts["rows"].iloc[: change.start]))
        after = float(np.mean(counts["rows"].iloc[change.start : change.start + LEARNING]))
        if max(before, after) >= _LEAST_RATIO * max(min(before, after), 1e-9):
            said = f"{before:.1f} rows a {by} became {after:.1f}"
            yield _drift(counts, change, "rows", analyte, f"{before:.1f}", f"{after:.1f}", said)


def _median_or(some: Series, others: Series) -> float:
    return float(np.median(some if len(some) else others))


def _units(feed: pd.DataFrame, periods: pd.Index) -> Iterator[Drift]:
    """Say where an analyte's unit cell begins to hold something else."""
    for analyte, rows in feed.groupby("analyte", sort=False):
        if rows["unit"].nunique() < 2 or len(rows["period"].unique()) < _FEWEST_PERIODS:
            continue
        units = presences(rows["unit"], rows["period"], pd.Index(np.sort(rows["period"].unique())))
        for unit, there in units.items():
            if there.is_new:
                older = [other for other, one in units.items() if one.first < there.first]
                gone = [other for other in older if units[other].is_gone and units[other].last <= there.first + _NEAR]
                before = ", ".join(map(_shown, gone or older)) or "others"
                words = f"the unit {_shown(unit)} began" + (f" in place of {before}" if gone else f" beside {before}")
                yield Drift(
                    _day(there.first),
                    "unit",
                    str(analyte),
                    before,
                    _shown(unit),
                    _sentence(there.first, analyte, words),
                )


def _names(feed: pd.DataFrame, periods: pd.Index) -> Iterator[Drift]:
    """Say which names begin or cease; one that begins where another ceases may be its new name."""
    names = presences(feed["name"], feed["period"], periods)
    analytes = dict(zip(feed["name"], feed["analyte"], strict=True))
    gone = {name: one for name, one in names.items() if one.is_gone}
    for name, there in names.items():
        if there.is_new:
            old = _renamed(name, there, gone, analytes)
            if old is not None:
                del gone[old]
            words = (
                f'the name "{name}" began, and "{old}" ceased: perhaps renamed' if old else f'the name "{name}" began'
            )
            yield _name_drift(there.first, analytes[name], old or "", name, words)
    for name, there in gone.items():
        days = periods.to_numpy()
        after = int(days[np.searchsorted(days, there.last) + 1])
        yield _name_drift(after, analytes[name], name, "", f'the name "{name}" ceased')


def _renamed(name: str, there: Presence, gone: dict[str, Presence], analytes: dict[str, str]) -> str | None:
    """Return the name that ceased when this one began: of the same analyte, else of about as many rows a day."""
    near = [old for old, one in gone.items() if abs(there.first - one.last) <= _NEAR]
    same = [old for old in near if analytes[old] == analytes[name]]
    alike = [old for old in near if 0.5 < _rate(gone[old]) / _rate(there) < 2]
    best: Callable[[str], float] = lambda old: abs(np.log(_rate(gone[old]) / _rate(there)))  # noqa: E731
    return min(same or alike, key=best, default=None)


def _rate(one: Presence) -> float:
    return one.rows / (one.last - one.first + 1)


def _drift(counts: pd.DataFrame, change: Change, kind: str, analyte: str, before: str, after: str, words: str) -> Drift:
    since = int(counts.index[change.start])
    return Drift(_day(since), kind, analyte, before, after, _sentence(since, analyte, words))


def _name_drift(since: int, analyte: str, before: str, after: str, words: str) -> Drift:
    return Drift(_day(since), "name", analyte, before, after, _sentence(since, analyte, words))


def _sentence(since: int, analyte: object, words: str) -> str:
    return f"Since {_day(since).isoformat()}, {analyte}: {words}."


def _day(number: int) -> date:
    return date.fromordinal(number)


def _shown(unit: str) -> str:
    return unit or "(none)"
