"""Dates in the tables of a note's text: over the columns, or before each row of a table with tests over its columns."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from nlp_engine.assessment import MentionLabel
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.tables import Cell, Row, Table, find_tables

_EMPTY = re.compile(r"[-\u2013\u2014.*]*")
_HEADED = frozenset({MentionLabel.TEST, MentionLabel.DRUG})


class Columns:
    """What the tables of a note say of its dates (spans in order)."""

    def __init__(self, note: ReadNote, mentions: Sequence[Span], dates: Sequence[Span]) -> None:
        self._text = note.text
        self._hosts: dict[tuple[int, int], dict[int, None]] = {}
        self._dates = dates
        self._date_starts = [span.start for span in dates]
        self._places = [place for place, span in enumerate(mentions) if span.label in _HEADED]
        self._starts = [mentions[place].start for place in self._places]
        for table in find_tables(note.text) if dates and self._places else ():
            self._read(table)

    def hosts(self, span: Span) -> list[int]:
        """Return the mentions that a date belongs to by its column or row, none if it stands in no table."""
        return list(self._hosts.get((span.start, span.end), ()))

    def _read(self, table: Table) -> None:
        """Join the dates of a table; a row of dates alone, or of names alone, heads the rows behind it."""
        head, has_dates = None, False
        for row in (table.head, *table.rows):
            named = sum(map(bool, map(self._named, row.cells)))
            dated = sum(map(bool, map(self._dated, row.cells)))
            if max(named, dated) > 1 and not (named and dated):
                head, has_dates = row, dated > 0
            elif head is not None and has_dates and named:
                self._under_dates(head, row)
            elif head is not None and not has_dates and dated and not named:
                self._under_names(head, row)

    def _under_dates(self, head: Row, row: Row) -> None:
        """Join the dates of a head to the names that begin a row, where the row has something in their column."""
        columns = tuple(cell for cell in head.cells if self._dated(cell))
        for cell, column in self._filled(Row(head.start, columns), row):
            if cell:
                for day in self._dated(columns[column]):
                    self._join(day, self._named(row.cells[0]))

    def _under_names(self, head: Row, row: Row) -> None:
        """Join a date that begins a row to the names over the columns that the row has something in."""
        for cell, column in self._filled(head, row):
            for day in self._dated(row.cells[0]) if cell else ():
                self._join(day, self._named(head.cells[column]))

    def _filled(self, head: Row, row: Row) -> Iterator[tuple[int, int]]:
        """Yield the cells of a row that are not empty, with their columns."""
        for cell, column in enumerate(Table(head, (row,)).columns(row)):
            if column is not None and not _EMPTY.fullmatch(self._text, *row.cells[cell]):
                yield cell, column

    def _named(self, cell: Cell) -> list[int]:
        return self._places[bisect_left(self._starts, cell[0]) : bisect_left(self._starts, cell[1])]

    def _dated(self, cell: Cell) -> Sequence[Span]:
        return self._dates[bisect_left(self._date_starts, cell[0]) : bisect_left(self._date_starts, cell[1])]

    def _join(self, span: Span, places: Sequence[int]) -> None:
        self._hosts.setdefault((span.start, span.end), {}).update(dict.fromkeys(places))
