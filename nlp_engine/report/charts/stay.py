"""A stay at one glance: a row a test, a column a stretch of time, the worst result of each in its cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from nlp_engine.report.charts.canvas import INK, SOFT, Box, Canvas, Place

_WIDTH, _ROW, _HEAD, _NAMES, _LATEST = 520.0, 15.0, 16.0, 132.0, 78.0
_GAP = 1.0


class Cell(StrEnum):
    """What a stretch of time held of a test; nothing at all is an empty cell."""

    UNFLAGGED = "unflagged"
    NORMAL = "normal"
    LOW = "low"
    HIGH = "high"
    ABNORMAL = "abnormal"
    CRITICAL_LOW = "critical_low"
    CRITICAL_HIGH = "critical_high"


_LOOKS: dict[Cell, tuple[str, str, str]] = {
    Cell.UNFLAGGED: ("#ffffff", ".", SOFT),
    Cell.NORMAL: ("#e3ece7", "", ""),
    Cell.LOW: ("#a9c6e3", "v", INK),
    Cell.HIGH: ("#f0b596", "^", INK),
    Cell.ABNORMAL: ("#cfc3e0", "D", INK),
    Cell.CRITICAL_LOW: ("#1f4e85", "v", "#ffffff"),
    Cell.CRITICAL_HIGH: ("#8f1f17", "^", "#ffffff"),
}
"""Fill, matplotlib's marker and its colour: darkness and shape tell all that the colour tells."""


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One test: its name, its latest value in words, and its cell of each column (None: not measured)."""

    name: str
    latest: str
    cells: tuple[Cell | None, ...]


def draw_stay(rows: Sequence[HeatRow], heads: Sequence[str], *, prefix: str, title: str) -> Markup:
    """Return one inline SVG; ``heads`` has a word, or "", above each column (`Canvas.svg`)."""
    height = _HEAD + _ROW * len(rows)
    canvas = Canvas(_WIDTH, height)
    column = (_WIDTH - _NAMES - _LATEST) / len(heads)
    for number, head in enumerate(heads):
        if head:
            canvas.words((_NAMES + column * number, height - 10), head, size=7, colour=SOFT)
    boxes: defaultdict[Cell, list[Box]] = defaultdict(list)
    centres: defaultdict[Cell, list[Place]] = defaultdict(list)
    empty: list[Box] = []
    for number, row in enumerate(rows):
        floor = height - _HEAD - _ROW * (number + 1)
        canvas.words((0, floor + 4), row.name, size=7.5)
        canvas.words((_WIDTH - _LATEST + 6, floor + 4), row.latest, size=7.5)
        for place, cell in enumerate(row.cells):
            left = _NAMES + column * place
            box = (left, floor, column - _GAP, _ROW - _GAP)
            if cell is None:
                empty.append(box)
            else:
                boxes[cell].append(box)
                centres[cell].append((left + (column - _GAP) / 2, floor + (_ROW - _GAP) / 2))
    canvas.boxes(empty, "none", edge="#e9edf1")
    for cell, (fill, shape, colour) in _LOOKS.items():
        canvas.boxes(boxes[cell], fill, edge="#e9edf1" if cell is Cell.UNFLAGGED else "none")
        if shape:
            canvas.marks(centres[cell], shape, colour, size=min(5.0, column * 0.55))
    return canvas.svg(prefix=prefix, title=title, css_class="stay-chart")
