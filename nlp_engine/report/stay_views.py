"""The course of a stay for the page: a heat map of all tests, and panels of tests over one axis with what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from nlp_engine.assessment import CRITICAL_FLAGS, HIGH_FLAGS, LOW_FLAGS, Assessment, Event, Flag, LabResult
from nlp_engine.report.charts import Cell, HeatRow, Mark, PanelRow, Series, draw_panel, draw_stay
from nlp_engine.report.courses import Course, courses, key_of_test
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.result_views import flag_symbol, level_of
from nlp_engine.report.stay import Panel, Stay, load_panels
from nlp_engine.report.stay_events import done_in
from nlp_engine.report.views import Link, PanelView, StayEventsView, StayView
from nlp_engine.report.words import listed, said_number, said_time, said_value

_MOST_PANELS, _MOST_ROWS, _MOST_TESTS, _MOST_TOGETHER = 4, 7, 24, 3
_FEWEST = 3
"""Values of a test from which a panel is worth drawing."""
_NAME, _LATEST = 24, 15
"""Characters that fit beside a picture."""
_CELLS = {
    None: Cell.UNFLAGGED,
    Flag.NORMAL: Cell.NORMAL,
    Flag.LOW: Cell.LOW,
    Flag.HIGH: Cell.HIGH,
    Flag.ABNORMAL: Cell.ABNORMAL,
    Flag.CRITICAL_LOW: Cell.CRITICAL_LOW,
    Flag.CRITICAL_HIGH: Cell.CRITICAL_HIGH,
}
_SIDES = {**dict.fromkeys(LOW_FLAGS, "low"), **dict.fromkeys(HIGH_FLAGS, "high")}


def stay_view(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> StayView | None:
    """Return the pictures of the newest stay; None where its results are of one moment only."""
    gathered = courses(assessment)
    stay = Stay.of(gathered)
    if stay is None:
        return None
    panels = load_panels()
    rank = {code: place for place, code in enumerate(code for panel in panels for code in panel.codes)}
    by_code = {key_of_test(course.latest): course for course in gathered}
    done = done_in(stay, assessment)
    marks = [Mark(stay.place(when), number) for number, (when, _) in enumerate(done, start=1)]
    drawn = (_panel(panel, by_code, stay, marks, phrases) for panel in panels)
    shown = tuple(view for view in drawn if view is not None)[:_MOST_PANELS]
    about = phrases.clinician["stay_about"].format(
        first=said_time(stay.start, phrases), last=said_time(stay.end, phrases), column=_length(stay, phrases)
    )
    events = tuple(_events(number, *item, tracer, phrases) for number, item in enumerate(done, start=1))
    return StayView(about, _heat(gathered, rank, stay, phrases), shown, events if shown else ())


def _length(stay: Stay, phrases: Phrases) -> str:
    hours = int(stay.column.total_seconds() // 3600)
    key, count = ("stay_days", hours // 24) if hours > 24 else ("stay_hours", hours)
    return phrases.clinician[key].format(count=count)


def _heat(gathered: Sequence[Course], rank: Mapping[str, int], stay: Stay, phrases: Phrases) -> Markup:
    """Return the heat map: tests that were out of range or measured most, in the order of the panels."""
    rows = [(course, stay.worst(course)) for course in gathered]
    rows = [(course, cells) for course, cells in rows if any(cells)]
    rows.sort(key=lambda row: (-_badness(row[1]), -sum(cell is not None for cell in row[1])))
    kept = sorted(rows[:_MOST_TESTS], key=lambda row: rank.get(key_of_test(row[0].latest), len(rank)))
    if len(stay.columns) < 2 or not kept:
        return Markup()
    title = phrases.clinician["stay_title"].format(
        names=listed([f"{course.latest.name} {_counted(cells)}" for course, cells in kept], phrases)
    )
    heads = [_day(start, phrases) if _opens_day(start, stay) else "" for start in stay.columns]
    every = -(-sum(map(bool, heads)) // 10)
    named = [place for place, head in enumerate(heads) if head][::every]
    return draw_stay(
        [
            HeatRow(
                _cut(course.latest.name, _NAME),
                _cut(said_value(_newest(cells), phrases), _LATEST),
                tuple(None if cell is None else _CELLS[cell.flag] for cell in cells),
            )
            for course, cells in kept
        ],
        [head if place in named else "" for place, head in enumerate(heads)],
        prefix="stay",
        title=title,
    )


def _badness(cells: Sequence[LabResult | None]) -> int:
    flags = [cell.flag for cell in cells if cell is not None]
    return sum(3 if flag in CRITICAL_FLAGS else flag in _SIDES for flag in flags)


def _counted(cells: Sequence[LabResult | None]) -> str:
    found = [cell for cell in cells if cell is not None]
    return f"{sum(cell.flag not in (None, Flag.NORMAL) for cell in found)}/{len(found)}"


def _newest(cells: Sequence[LabResult | None]) -> LabResult:
    return next(cell for cell in reversed(cells) if cell is not None)


def _opens_day(start: datetime, stay: Stay) -> bool:
    return start == stay.start or (start.hour, start.minute) == (0, 0)


def _day(time: datetime, phrases: Phrases) -> str:
    return f"{time.day} {phrases.months[time.month - 1]}"


def _panel(
    panel: Panel, by_code: Mapping[str, Course], stay: Stay, marks: Sequence[Mark], phrases: Phrases
) -> PanelView | None:
    """Return a panel that is worth a look: some test of it with several values lay out of range."""
    found = [(by_code[code], _points(by_code[code], stay)) for code in panel.codes if code in by_code]
    found = [(course, points) for course, points in found if len(points) > 1][:_MOST_ROWS]
    is_worth = any(
        len(points) >= _FEWEST and any(point.flag not in (None, Flag.NORMAL) for point in points) for _, points in found
    )
    if not is_worth:
        return None
    rows = (
        f"{course.latest.name}: {listed([said_value(point, phrases) for point in points], phrases)}"
        for course, points in found
    )
    svg = draw_panel(
        [_row(course, points, stay, phrases) for course, points in found],
        marks,
        start=0.0,
        end=stay.place(stay.end),
        ends=(said_time(stay.start, phrases), said_time(stay.end, phrases)),
        prefix=f"panel-{panel.id}",
        title=phrases.clinician["panel_title"].format(panel=panel.heading, rows="; ".join(rows)),
    )
    return PanelView(panel.heading, svg)


def _events(number: int, when: datetime, events: Sequence[Event], tracer: Tracer, phrases: Phrases) -> StayEventsView:
    owner = Link("#stay", phrases.clinician["stay_heading"])
    shown = [(f"{e.name} {e.detail}".strip(), tracer.views(e.evidence, owner)) for e in events[:_MOST_TOGETHER]]
    left = len(events) - len(shown)
    more = phrases.clinician["stay_more"].format(count=left) if left else ""
    return StayEventsView(number, said_time(when, phrases), tuple(shown), more)


def _points(course: Course, stay: Stay) -> list[LabResult]:
    return [result for result in course.comparable if stay.holds(result.time)]


def _row(course: Course, points: Sequence[LabResult], stay: Stay, phrases: Phrases) -> PanelRow:
    latest = points[-1]
    low, high = latest.reference_low, latest.reference_high
    return PanelRow(
        name=_cut(latest.name, _NAME),
        latest=f"{said_value(latest, phrases)} {flag_symbol(latest.flag, phrases)}".strip(),
        series=Series(
            places=tuple(stay.place(point.time) for point in points if point.time is not None),
            values=tuple(float(point.value) for point in points if point.value is not None),
            low=None if low is None else float(low),
            high=None if high is None else float(high),
            level=level_of(latest.flag),
        ),
        sides=tuple(_SIDES.get(point.flag, "") if point.flag is not None else "" for point in points),
        low="" if low is None else said_number(low),
        high="" if high is None else said_number(high),
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
