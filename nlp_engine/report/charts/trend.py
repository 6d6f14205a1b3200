"""A small picture of a test's course, for a row of a table.

No text inside: the numbers stand beside the picture, and its title tells them to a reader who cannot see it.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from nlp_engine.report.charts.canvas import BAND, EDGE, LEVELS, LINE, Box, Canvas, Place

_WIDTH, _HEIGHT = 150.0, 38.0
_LEFT, _RIGHT, _BELOW, _ABOVE = 5.0, 7.0, 5.0, 5.0


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn: places along the time axis in any unit, values, and the reference interval (either end open)."""

    places: tuple[float, ...]
    values: tuple[float, ...]
    low: float | None
    high: float | None
    level: str


def draw(series: Series, *, prefix: str, title: str) -> Markup:
    """Return one inline SVG: reference band, course, and the latest value as a larger dot (`Canvas.svg`)."""
    canvas = Canvas(_WIDTH, _HEIGHT)
    inner = (_LEFT, _BELOW, _WIDTH - _LEFT - _RIGHT, _HEIGHT - _BELOW - _ABOVE)
    draw_band(canvas, series, inner, (0.0, 0.0, _WIDTH, _HEIGHT))
    course = placed(series, inner, series.places[0], series.places[-1])
    canvas.line(course, LINE)
    canvas.marks(course, "o", LINE, size=2.6)
    canvas.marks(course[-1:], "o", LEVELS[series.level], size=6.5)
    return canvas.svg(prefix=prefix, title=title, css_class="trend")


def placed(series: Series, inner: Box, start: float, end: float) -> list[Place]:
    """Return where the values lie in a box whose width is the time from ``start`` to ``end``."""
    left, _, width, _ = inner
    span = end - start
    across = [left + width * ((place - start) / span if span else 1.0) for place in series.places]
    return [(x, height_of(series, value, inner)) for x, value in zip(across, series.values, strict=True)]


def draw_band(canvas: Canvas, series: Series, inner: Box, outer: Box) -> None:
    """Draw the reference interval across ``outer``; an open end reaches its edge."""
    if series.low is None and series.high is None:
        return
    left, floor, width, height = outer
    bottom = floor if series.low is None else height_of(series, series.low, inner)
    top = floor + height if series.high is None else height_of(series, series.high, inner)
    canvas.boxes([(left, bottom, width, top - bottom)], BAND)
    for y in (bottom, top):
        canvas.line([(left, y), (left + width, y)], EDGE, width=0.6)


def height_of(series: Series, value: float, inner: Box) -> float:
    """Return where a value lies between the lowest and the highest of values and limits."""
    ends = [*series.values, *(limit for limit in (series.low, series.high) if limit is not None)]
    lowest = min(ends)
    span = (max(ends) - lowest) or abs(max(ends)) or 1.0
    return inner[1] + inner[3] * (value - lowest) / span
