"""What the pictures are drawn on: matplotlib without axes, which takes 2 ms where axes take 12."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.artist import Artist

INK, SOFT = "#16212b", "#5d6b77"
BAND, EDGE, LINE = "#dcebe4", "#9dbfae", "#51606e"
LEVELS = {"critical": "#b3261e", "warning": "#8a4b00", "plain": "#1d5b8f"}
"""Colour of a result by its level; shape or place tells the same, for those who see or print no colour."""
_POINTS_PER_INCH = 72
_FONT = re.compile(r"font: ([\d.]+px) [^;\"]*")
_BOLD_FONT = re.compile(r"font: (?:bold|700) ([\d.]+px) [^;\"]*")

Place = tuple[float, float]
Box = tuple[float, float, float, float]


class Canvas:
    """A drawing of ``width`` by ``height`` points of 1/72 inch; places count from the lower left corner."""

    def __init__(self, width: float, height: float) -> None:
        # matplotlib takes a second to import; a report without results does not need it.
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self._size = width, height
        self._figure = Figure(figsize=(width / _POINTS_PER_INCH, height / _POINTS_PER_INCH), facecolor="none")
        self._transform = Affine2D().scale(1 / width, 1 / height) + self._figure.transFigure

    def boxes(self, boxes: Sequence[Box], colour: str, *, edge: str = "none") -> None:
        """Fill rectangles (left, bottom, width, height) as one shape."""
        if not boxes:
            return
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        corners = [
            [(left, low), (left + wide, low), (left + wide, low + high), (left, low + high), (left, low)]
            for left, low, wide, high in boxes
        ]
        codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(boxes)
        path = Path([corner for box in corners for corner in box], codes)
        self._add(PathPatch(path, facecolor=colour, edgecolor=edge, linewidth=0.5, transform=self._transform))

    def line(self, places: Sequence[Place], colour: str, *, width: float = 1.3, dashed: bool = False) -> None:
        """Join places by a line."""
        from matplotlib.lines import Line2D

        xs, ys = zip(*places, strict=True)
        line = Line2D(xs, ys, color=colour, linewidth=width, transform=self._transform)
        if dashed:
            line.set_linestyle((0, (3, 2)))
        self._add(line)

    def marks(self, places: Sequence[Place], shape: str, colour: str, *, size: float) -> None:
        """Put one of matplotlib's markers at each place."""
        if not places:
            return
        from matplotlib.lines import Line2D

        xs, ys = zip(*places, strict=True)
        marks = Line2D(xs, ys, linestyle="none", marker=shape, markersize=size, transform=self._transform)
        marks.set_markerfacecolor(colour)
        marks.set_markeredgecolor("none")
        self._add(marks)

    def words(
        self,
        place: Place,
        text: str,
        *,
        size: float = 7.5,
        colour: str = INK,
        align: Literal["left", "center", "right"] = "left",
        bold: bool = False,
    ) -> None:
        """Write on a base line."""
        from matplotlib.text import Text

        self._add(
            Text(
                *place,
                text,
                fontsize=size,
                color=colour,
                ha=align,
                va="baseline",
                weight="bold" if bold else "normal",
                parse_math=False,
                transform=self._transform,
            )
        )

    def svg(self, *, prefix: str, title: str, css_class: str) -> Markup:
        """Return the drawing as one inline SVG.

        Parameters
        ----------
        prefix
            Put before every id inside, so that several pictures can stand in one page.
        title
            What the picture shows, in words, for those who do not see it; escaped here.
        css_class
            The page's style sets the size by it.
        """
        from matplotlib import rc_context

        buffer = io.StringIO()
        with rc_context({"svg.hashsalt": prefix, "svg.fonttype": "none", "path.simplify": False}):
            self._figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
        width, height = self._size
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{css_class}" role="img" '
            f'viewBox="0 0 {width:g} {height:g}" aria-labelledby="{prefix}-title">'
            f'<title id="{prefix}-title">{escape(title)}</title>'
        )
        return _inline(buffer.getvalue(), prefix, opening)

    def _add(self, artist: Artist) -> None:
        self._figure.add_artist(artist)


def _inline(svg: str, prefix: str, opening: str) -> Markup:
    """Cut the XML head and the page-wide style, make ids unique, take the page's font, let the page set the size."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{prefix}-', body)
    body = re.sub(r'href="#', f'href="#{prefix}-', body)
    body = body.replace("xlink:href", "href").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    body = _FONT.sub(r"font-size: \1", _BOLD_FONT.sub(r"font-weight: 600; font-size: \1", body))
    # A function, since a backslash of a title must not be read as a group.
    body = re.sub(r"<svg [^>]*>", lambda _: opening, body, count=1)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    return Markup(re.sub(r"\s*\n\s*", " ", body))
