"""Dates in the tables of a note's text: over the columns, or before each row of a table with tests over its columns."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_engine.assessment import MentionLabel
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.tokens import lines_of

_CELL = re.compile(r"[^\s|]+(?:[ ][^\s|]+)*")
_EMPTY = re.compile(r"[-\u2013\u2014.*]*")
_LONGEST, _MOST_CELLS = 300, 40
_HEADED = frozenset({MentionLabel.TEST, MentionLabel.DRUG})

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table: where it starts, its cells, and for each cell the mentions and dates that begin in it."""

    start: int
    cells: tuple[Cell, ...]
    mentions: tuple[tuple[int, ...], ...]
    dates: tuple[tuple[Span, ...], ...]

    @property
    def is_dates(self) -> bool:
        """Whether it heads columns with dates."""
        return not any(self.mentions) and sum(map(bool, self.dates)) > 1

    @property
    def is_tests(self) -> bool:
        """Whether it heads columns with names."""
        return not any(self.dates) and sum(map(bool, self.mentions)) > 1


class Columns:
    """What the tables of a note say of its dates (spans in order)."""

    def __init__(self, note: ReadNote, mentions: Sequence[Span], dates: Sequence[Span]) -> None:
        self._text = note.text
        self._hosts: dict[tuple[int, int], dict[int, None]] = {}
        if not dates:
            return
        headed = [(place, span) for place, span in enumerate(mentions) if span.label in _HEADED]
        head: _Row | None = None
        for row in self._rows(headed, dates):
            if row is None:
                head = None
            elif row.is_dates or row.is_tests:
                head = row
            elif head is not None and head.is_dates and any(row.mentions):
                self._dated(head, row)
            elif head is not None and head.is_tests and not any(row.mentions):
                self._listed(head, row)

    def hosts(self, span: Span) -> list[int]:
        """Return the mentions that a date belongs to by its column or row, none if it stands in no table."""
        return list(self._hosts.get((span.start, span.end), ()))

    def _rows(self, headed: Sequence[tuple[int, Span]], dates: Sequence[Span]) -> Iterator[_Row | None]:
        """Yield the lines with two cells or more, None for every other line and every gap."""
        behind = 0
        for start, end in lines_of(self._text):
            if self._text[behind:start].count("\n") > 1:
                yield None
            behind = end
            cells = _cells(self._text, start, end) if end - start <= _LONGEST else ()
            if len(cells) < 2:
                yield None
                continue
            low = bisect_left(headed, start, key=lambda item: item[1].start)
            high = bisect_left(headed, end, key=lambda item: item[1].start)
            own = [[place for place, span in headed[low:high] if a <= span.start < b] for a, b in cells]
            low = bisect_left(dates, start, key=lambda span: span.start)
            high = bisect_left(dates, end, key=lambda span: span.start)
            days = [[span for span in dates[low:high] if a <= span.start < b] for a, b in cells]
            yield _Row(start, cells, tuple(map(tuple, own)), tuple(map(tuple, days)))

    def _dated(self, head: _Row, row: _Row) -> None:
        """Join the dates of a head to the names that begin a row, where the row has something in their column."""
        columns = [place for place, days in enumerate(head.dates) if days]
        filled = range(1, len(row.cells))
        for cell in filled:
            if len(row.cells) - 1 == len(columns):
                column = columns[cell - 1]
            else:
                column = min(columns, key=lambda place: _apart(head, place, row, cell))
            if not _EMPTY.fullmatch(self._text, *row.cells[cell]):
                for day in head.dates[column]:
                    self._join(day, row.mentions[0])

    def _listed(self, head: _Row, row: _Row) -> None:
        """Join a date that begins a row to the names over the columns that the row has something in."""
        for cell in range(1, len(row.cells)):
            column = cell
            if len(row.cells) != len(head.cells):
                column = min(range(len(head.cells)), key=lambda place: _apart(head, place, row, cell))
            if not _EMPTY.fullmatch(self._text, *row.cells[cell]):
                for day in row.dates[0]:
                    self._join(day, head.mentions[column])

    def _join(self, span: Span, places: Sequence[int]) -> None:
        self._hosts.setdefault((span.start, span.end), {}).update(dict.fromkeys(places))


def _cells(text: str, start: int, end: int) -> tuple[Cell, ...]:
    cells = tuple(match.span() for match in _CELL.finditer(text, start, end))
    return cells if len(cells) <= _MOST_CELLS else ()


def _apart(head: _Row, column: int, row: _Row, cell: int) -> tuple[int, int]:
    """Return how far a cell stands from a column: the gap between them, then between their beginnings."""
    (a, b), (c, d) = head.cells[column], row.cells[cell]
    a, b, c, d = a - head.start, b - head.start, c - row.start, d - row.start
    return max(0, c - b, a - d), abs(c - a)
