"""Several tests over one axis of time, one below the other, with what happened meanwhile as numbered lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from nlp_engine.report.charts.canvas import INK, LEVELS, LINE, SOFT, Box, Canvas
from nlp_engine.report.charts.trend import Series, draw_band, height_of, placed

_WIDTH, _ROW, _TOP, _FOOT = 340.0, 46.0, 16.0, 14.0
_NAMES, _LIMITS, _EDGE = 104.0, 30.0, 5.0
"""Widths in points of the names at the left, of the ends of intervals at the right, and the margin of a course."""
_LIMIT_SIZE = 6.5
_SHAPES = {"high": "^", "low": "v", "": "o"}


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One test: its course, its words, and on which side of the interval each value lies ("high", "low" or "")."""

    name: str
    latest: str
    series: Series
    sides: tuple[str, ...]
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a place of the time axis; ``number`` leads to its words below the picture."""

    place: float
    number: int


def draw_panel(
    rows: Sequence[PanelRow],
    marks: Sequence[Mark],
    *,
    start: float,
    end: float,
    ends: tuple[str, str],
    prefix: str,
    title: str,
) -> Markup:
    """Return one inline SVG of all rows over the time from ``start`` to ``end`` (`Canvas.svg`).

    Values out of their interval are triangles that point up or down, those within it dots; the newest is larger.

    Parameters
    ----------
    ends
        The words below both ends of the axis.
    """
    height = _TOP + _ROW * len(rows) + _FOOT
    canvas = Canvas(_WIDTH, height)
    width = _WIDTH - _NAMES - _LIMITS
    inner_width = width - 2 * _EDGE
    for number, row in enumerate(rows):
        floor = height - _TOP - _ROW * (number + 1)
        _draw_row(canvas, row, floor, start, end)
    span = end - start
    for mark in marks:
        x = _NAMES + _EDGE + inner_width * ((mark.place - start) / span if span else 1.0)
        canvas.line([(x, _FOOT), (x, height - _TOP + 2)], SOFT, width=0.8, dashed=True)
        canvas.words((x, height - 10), str(mark.number), size=7.5, align="center", bold=True)
    canvas.words((_NAMES, 4), ends[0], size=7, colour=SOFT)
    canvas.words((_NAMES + width, 4), ends[1], size=7, colour=SOFT, align="right")
    return canvas.svg(prefix=prefix, title=title, css_class="panel-chart")


def _draw_row(canvas: Canvas, row: PanelRow, floor: float, start: float, end: float) -> None:
    width = _WIDTH - _NAMES - _LIMITS
    outer = (_NAMES, floor + 3, width, _ROW - 6)
    inner = (_NAMES + _EDGE, floor + 8, width - 2 * _EDGE, _ROW - 16)
    draw_band(canvas, row.series, inner, outer)
    course = placed(row.series, inner, start, end)
    canvas.line(course, LINE, width=1.1)
    for side, shape in _SHAPES.items():
        places = [place for place, which in zip(course, row.sides, strict=True) if which == side]
        canvas.marks(places, shape, INK if side else LINE, size=4.2 if side else 3.2)
    canvas.marks(course[-1:], _SHAPES[row.sides[-1]], LEVELS[row.series.level], size=7)
    canvas.words((0, floor + 25), row.name, size=8, bold=True)
    canvas.words((0, floor + 13), row.latest, size=8, colour=LEVELS[row.series.level])
    canvas.line([(0, floor), (_WIDTH, floor)], "#e9edf1", width=0.6)
    _draw_limits(canvas, row, inner)


def _draw_limits(canvas: Canvas, row: PanelRow, inner: Box) -> None:
    """Write the ends of the interval beside it; both in one line where they lie too close."""
    limits = ((row.high, row.series.high), (row.low, row.series.low))
    ends = [(words, height_of(row.series, value, inner)) for words, value in limits if value is not None]
    if len(ends) == 2 and ends[0][1] - ends[1][1] < _LIMIT_SIZE:
        ends = [(f"{row.low}–{row.high}", (ends[0][1] + ends[1][1]) / 2)]
    for words, y in ends:
        canvas.words((_WIDTH - _LIMITS + 3, y - 2.4), words, size=_LIMIT_SIZE, colour=SOFT)
