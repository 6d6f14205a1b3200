"""A small picture of a test's course, drawn by matplotlib as SVG that can stand in a page beside others.

No figure text: the numbers stand beside the picture, and its title tells them to a reader who cannot see it. Without
axes a picture takes 2 ms instead of 12.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 150.0, 38.0
"""Size in points of 1/72 inch."""
_LEFT, _RIGHT, _BELOW, _ABOVE = 5.0, 7.0, 5.0, 5.0
_BAND, _EDGE, _LINE = "#dcebe4", "#9dbfae", "#51606e"
_COLOURS = {"critical": "#b3261e", "warning": "#8a4b00", "plain": "#1d5b8f"}
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn: places along the time axis in any unit, values, and the reference interval (either end open)."""

    places: tuple[float, ...]
    values: tuple[float, ...]
    low: float | None
    high: float | None
    level: str


def draw(series: Series, *, prefix: str, title: str) -> Markup:
    """Return one inline SVG: reference band, course, and the latest value as a larger dot.

    Parameters
    ----------
    prefix
        Put before every id inside, so that several pictures can stand in one page.
    title
        What the picture shows, in words; escaped here.
    """
    # matplotlib takes a second to import; a report without results does not need it.
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    xs, ys, band = _layout(series)
    with rc_context({"svg.hashsalt": prefix, "svg.fonttype": "none", "path.simplify": False}):
        figure = Figure(figsize=(_WIDTH / _POINTS_PER_INCH, _HEIGHT / _POINTS_PER_INCH), facecolor="none")
        place = figure.transFigure
        if band is not None:
            bottom, top = band
            area = Rectangle((0, bottom), 1, top - bottom, facecolor=_BAND, edgecolor="none", transform=place)
            figure.add_artist(area)
            for y in (bottom, top):
                figure.add_artist(Line2D([0, 1], [y, y], color=_EDGE, linewidth=0.6, transform=place))
        course = Line2D(xs, ys, color=_LINE, linewidth=1.3, marker="o", markersize=2.6, transform=place)
        figure.add_artist(course)
        dot = Line2D(xs[-1:], ys[-1:], color=_COLOURS[series.level], marker="o", markersize=6.5, transform=place)
        figure.add_artist(dot)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return _inline(buffer.getvalue(), prefix, title)


def _layout(series: Series) -> tuple[list[float], list[float], tuple[float, float] | None]:
    """Return places, heights and the band as parts of the picture, 0 to 1."""
    limits = [limit for limit in (series.low, series.high) if limit is not None]
    lowest, highest = min([*series.values, *limits]), max([*series.values, *limits])
    height = (highest - lowest) or abs(highest) or 1.0
    inner = _HEIGHT - _BELOW - _ABOVE
    ys = [(_BELOW + inner * _part(value, lowest, height)) / _HEIGHT for value in series.values]
    first, width = series.places[0], series.places[-1] - series.places[0]
    across = _WIDTH - _LEFT - _RIGHT
    xs = [(_LEFT + across * (_part(place, first, width) if width else 1.0)) / _WIDTH for place in series.places]
    if not limits:
        return xs, ys, None
    bottom = 0.0 if series.low is None else (_BELOW + inner * _part(series.low, lowest, height)) / _HEIGHT
    top = 1.0 if series.high is None else (_BELOW + inner * _part(series.high, lowest, height)) / _HEIGHT
    return xs, ys, (bottom, top)


def _part(value: float, start: float, length: float) -> float:
    return (value - start) / length


def _inline(svg: str, prefix: str, title: str) -> Markup:
    """Cut the XML head and the page-wide style, make ids unique, add the title, let the page set the size."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{prefix}-', body)
    body = re.sub(r'href="#', f'href="#{prefix}-', body)
    body = body.replace("xlink:href", "href").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    body = re.sub(r"<svg [^>]*>", _opening(prefix, title), body, count=1)
    body = re.sub(r"\s*\n\s*", " ", body)
    return Markup(body)


def _opening(prefix: str, title: str) -> str:
    box = f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
    label = f'<title id="{prefix}-title">{escape(title)}</title>'
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="trend" role="img" {box} aria-labelledby="{prefix}-title">'
    )
    # A backslash of a title must not be read as a group by re.sub.
    return (opening + label).replace("\\", r"\\")
