"""Lab results and vital signs for the page: those out of range with their course, and the full table."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from nlp_engine.assessment import CRITICAL_FLAGS, HIGH_FLAGS, LOW_FLAGS, Assessment, EvidenceKind, Flag, LabResult
from nlp_engine.record import ObservationKind, sort_time
from nlp_engine.report.charts import Series, draw
from nlp_engine.report.courses import Course, courses, key_of_test
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.misfit_views import misfit_views
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.views import ChartView, LabPanelRow, LabsView, LabTableRow
from nlp_engine.report.words import listed, said_number, said_reference, said_time, said_value

MAX_CHARTS = 12
_MAX_POINTS = 30
_MAX_ROWS = 2_000
"""Rows of the full table; above, the newest of each test only."""
_MAX_OF_TEST = 200
_LONG_TABLE = 150
"""Rows from which the full table is not printed on paper."""


def labs_view(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> LabsView:
    """Return everything the page shows of results."""
    gathered = courses(assessment)
    out = [course for course in gathered if course.is_out_of_range]
    rows = [
        _panel_row(course, number, tracer, phrases, with_chart=number <= MAX_CHARTS)
        for number, course in enumerate(out, start=1)
    ]
    misfits, more = misfit_views(assessment, tracer, phrases)
    newest, shown = _shown(assessment, {course.latest.observation_id for course in out}, tracer)
    left = len(assessment.lab_results) - len(shown)
    return LabsView(
        misfits=misfits,
        misfits_more=more,
        out_of_range=tuple(rows),
        remarks=tuple(_remarks(gathered, len(out), phrases)),
        table=tuple(_table_row(result, tracer, phrases) for result in shown),
        table_about=phrases.clinician["all_results_count"].format(count=len(shown), all=len(assessment.lab_results)),
        left_out=phrases.clinician["results_left_out"].format(shown=newest, left=left) if left else "",
        is_long=len(shown) > _LONG_TABLE,
    )


def level_of(flag: Flag | None) -> str:
    """Return the colour class of a flag."""
    if flag in CRITICAL_FLAGS:
        return "critical"
    return "plain" if flag in (None, Flag.NORMAL) else "warning"


def flag_symbol(flag: Flag | None, phrases: Phrases) -> str:
    """Return an arrow, twice for a critical result."""
    arrow = phrases.symbol["high"] if flag in HIGH_FLAGS else phrases.symbol["low"] if flag in LOW_FLAGS else ""
    return arrow * 2 if flag in CRITICAL_FLAGS else arrow


def _remarks(gathered: list[Course], out: int, phrases: Phrases) -> list[str]:
    words = phrases.clinician
    remarks = []
    if out > MAX_CHARTS:
        remarks.append(words["labs_more"].format(count=out - MAX_CHARTS))
    if back := [course.latest.name for course in gathered if course.came_back]:
        remarks.append(words["labs_back"].format(names=listed(back, phrases)))
    if unflagged := [course.latest.name for course in gathered if course.latest.flag is None]:
        remarks.append(words["labs_unflagged"].format(names=listed(unflagged, phrases)))
    return remarks


def _panel_row(course: Course, number: int, tracer: Tracer, phrases: Phrases, *, with_chart: bool) -> LabPanelRow:
    latest = course.latest
    return LabPanelRow(
        name=latest.name,
        value=said_value(latest, phrases),
        level=level_of(latest.flag),
        symbol=flag_symbol(latest.flag, phrases),
        flag=phrases.flag[latest.flag.value] if latest.flag else "",
        reference=said_reference(latest, phrases) or phrases.clinician["reference_none"],
        when=said_time(latest.time, phrases),
        change=_change(course, phrases),
        href=f"#{tracer.anchor(EvidenceKind.OBSERVATION, latest.observation_id)}",
        chart=_chart(course, number, phrases) if with_chart else None,
    )


def _change(course: Course, phrases: Phrases) -> str:
    previous, latest = course.previous, course.latest
    if previous is None or previous.value is None or latest.value is None:
        return phrases.clinician["change_none"] if len(course.results) == 1 else ""
    difference = latest.value - previous.value
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    words = phrases.clinician["change"].format(
        sign=sign, difference=said_number(abs(difference)), date=said_time(previous.time, phrases)
    )
    told = latest.change
    is_beyond = told is not None and told.exceeds and told.previous_id == previous.observation_id
    return phrases.clinician["change_beyond"].format(change=words) if is_beyond else words


def _chart(course: Course, number: int, phrases: Phrases) -> ChartView | None:
    latest = course.latest
    points = [(r.time, r.value) for r in course.comparable if r.time is not None and r.value is not None][-_MAX_POINTS:]
    if not points or latest.value is None:
        return None
    series = Series(
        places=tuple(sort_time(time) for time, _ in points),
        values=tuple(float(value) for _, value in points),
        low=None if latest.reference_low is None else float(latest.reference_low),
        high=None if latest.reference_high is None else float(latest.reference_high),
        level=level_of(latest.flag),
    )
    words = phrases.clinician
    title = words["chart_title"].format(
        name=latest.name,
        values=listed([said_value(r, phrases) for r in course.comparable][-_MAX_POINTS:], phrases),
    )
    if reference := said_reference(latest, phrases):
        title += words["chart_reference"].format(reference=reference)
    return ChartView(
        svg=draw(series, prefix=f"trend-{number}", title=title),
        first=_chart_day(points[0][0], points[-1][0], phrases) if len(points) > 1 else "",
        last=_chart_day(points[-1][0], None, phrases) if len(points) > 1 else "",
    )


def _chart_day(day: datetime, other: datetime | None, phrases: Phrases) -> str:
    """Return the day below an end of a course; the year only where the other end does not tell it."""
    short = f"{day.day} {phrases.months[day.month - 1]}"
    return short if other is not None and other.year == day.year else f"{short} {day.year}"


def _shown(assessment: Assessment, latest: set[str], tracer: Tracer) -> tuple[int, list[LabResult]]:
    """Return the rows of the table, and how many of each test they hold at least.

    A page of 40,000 rows is of no use: the newest of each test are kept, and every row that something links to.
    """
    ordered = _table_order(assessment.lab_results)
    tests = Counter(key_of_test(result) for result in ordered)
    newest = max(1, min(_MAX_OF_TEST, _MAX_ROWS // max(1, len(tests))))
    seen: Counter[str] = Counter()
    shown = []
    for result in ordered:
        seen[key_of_test(result)] += 1
        anchor = tracer.anchor(EvidenceKind.OBSERVATION, result.observation_id) or ""
        is_linked = result.observation_id in latest or bool(tracer.used_in(anchor))
        if len(ordered) <= _MAX_ROWS or seen[key_of_test(result)] <= newest or is_linked:
            shown.append(result)
    return newest, shown


def _table_order(results: tuple[LabResult, ...]) -> list[LabResult]:
    """Labs before vital signs, tests by name, the newest first."""
    newest = sorted(results, key=lambda r: -sort_time(r.time))
    return sorted(newest, key=lambda r: (r.kind is ObservationKind.VITAL, r.name.casefold(), key_of_test(r)))


def _table_row(result: LabResult, tracer: Tracer, phrases: Phrases) -> LabTableRow:
    anchor = tracer.anchor(EvidenceKind.OBSERVATION, result.observation_id) or ""
    interval = result.interval_source
    return LabTableRow(
        anchor=anchor,
        name=result.name,
        value=said_value(result, phrases),
        level=level_of(result.flag),
        flag=f"{flag_symbol(result.flag, phrases)} {phrases.flag[result.flag.value]}".strip() if result.flag else "",
        reference=said_reference(result, phrases),
        interval_source=phrases.clinician["interval_source"].format(source=interval) if interval else "",
        when=said_time(result.time, phrases),
        remarks="; ".join(result.remarks),
        source=result.source,
        used_in=tracer.used_in(anchor),
    )
