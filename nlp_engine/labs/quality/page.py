"""A data-quality report as one self-contained page."""

from __future__ import annotations

from typing import NamedTuple

from nlp_engine.labs.quality.models import DayQuality, QualityReport, Severity
from nlp_engine.pages import environment

_MARKS = {Severity.ERROR: "\u25b2", Severity.WARNING: "\u25cf", Severity.INFO: "\u25cb"}
_WORDS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Changes and remarks"}
_LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "warning", Severity.INFO: "info"}
_ANALYTES, _DAYS = 60, 12


class Day(NamedTuple):
    """One day of the page, with its share of rows without a result in percent."""

    day: str
    rows: int
    without_result: int
    share: float


def page_of(report: QualityReport) -> str:
    """Return the page."""
    return (
        environment()
        .get_template("labs_quality.html.j2")
        .render(
            report=report,
            marks=_MARKS,
            words=_WORDS,
            levels=_LEVELS,
            severities=tuple(Severity),
            analytes=report.analytes[:_ANALYTES],
            analytes_left_out=max(0, len(report.analytes) - _ANALYTES),
            days=_worst(report.days),
            share=_share,
        )
    )


def _worst(days: tuple[DayQuality, ...]) -> list[Day]:
    """Return the days on which most was missing: by the number of rows without a result."""
    found = [Day(one.day, one.rows, one.without_result, 100 * one.without_result / one.rows) for one in days]
    worst = sorted((one for one in found if one.without_result), key=lambda one: -one.without_result)[:_DAYS]
    return sorted(worst)


def _share(part: int, whole: int) -> str:
    """Return a share in percent; a little of much is not 0."""
    if not whole or not part:
        return "0 %"
    percent = 100 * part / whole
    return "< 0.1 %" if percent < 0.1 else f"{percent:.1f} %"
