"""Tables pasted into a note: rows of cells that blanks, tabs or bars part, under a row that heads the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp_engine.text.tokens import lines_of

_CELL = re.compile(r"[^\s|]+(?:[ ][^\s|]+)*")
_RULE = re.compile(r"[-+=|_\s:]*")
_LONGEST_LINE, _MOST_CELLS = 300, 40

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table with the spans of its cells."""

    start: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of two cells or more that follow each other; the first heads the others."""

    head: Row
    rows: tuple[Row, ...]

    def columns(self, row: Row) -> list[int | None]:
        """Return the column of the head that each cell of a row stands under, None where it cannot be told."""
        head = self.head
        if len(row.cells) == len(head.cells):
            return list(range(len(head.cells)))
        found = [self._nearest(row, cell) for cell in range(len(row.cells))]
        # The names that begin the rows often have nothing over them.
        if len(row.cells) == len(head.cells) + 1 and found[1:] == list(range(len(head.cells))):
            return [None, *range(len(head.cells))]
        return [column if found.count(column) == 1 else None for column in found]

    def _nearest(self, row: Row, cell: int) -> int | None:
        """Return the one column whose head stands over a cell, or right beside it."""
        low, high = (offset - row.start for offset in row.cells[cell])
        gaps = []
        for column, (start, end) in enumerate(self.head.cells):
            start, end = start - self.head.start, end - self.head.start
            gaps.append((max(0, start - high, low - end), column))
        best, *others = sorted(gaps)
        is_clear = not others or others[0][0] > best[0] + 1
        return best[1] if best[0] <= _FAR and is_clear else None


_FAR = 3


def find_tables(text: str) -> Iterator[Table]:
    """Yield the tables of a text, in order; a line of another shape, a blank line or a new heading row ends one."""
    rows: list[Row] = []
    behind = 0
    for start, end in lines_of(text):
        is_apart = text[behind:start].count("\n") > 1
        behind = end
        if end - start <= _LONGEST_LINE and _RULE.fullmatch(text, start, end) and not is_apart:
            continue
        cells = cells_of(text, start, end)
        if is_apart or len(cells) < 2:
            yield from _table(rows)
            rows = []
        if len(cells) >= 2:
            rows.append(Row(start, cells))
    yield from _table(rows)


def cells_of(text: str, start: int, end: int) -> tuple[Cell, ...]:
    """Return the spans of the cells of a line, none if it is too long for a line of a table."""
    if end - start > _LONGEST_LINE:
        return ()
    cells = tuple(match.span() for match in _CELL.finditer(text, start, end))
    return cells if len(cells) <= _MOST_CELLS else ()


def _table(rows: list[Row]) -> Iterator[Table]:
    if len(rows) > 1:
        yield Table(rows[0], tuple(rows[1:]))
