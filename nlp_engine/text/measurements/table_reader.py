"""Results in pasted tables: columns of dates beside the names of analytes, or rows of dates under them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.measurements.analytes import Analyte, Analytes
from nlp_engine.text.measurements.readings import Reading
from nlp_engine.text.measurements.said_dates import SaidDate, SaidDates
from nlp_engine.text.note import ReadNote
from nlp_engine.text.phrases import Hit
from nlp_engine.text.quantities import read_quantity
from nlp_engine.text.tables import Cell, Row, Table, find_tables

_CLOCK = re.compile(
    r"(?:(?:[01]\d|2[0-3])[0-5]\d|\d{1,2}:[0-5]\d)(?: ?\(.{1,6}\))?(?: ?[ap]m)?|\d{1,2} ?[ap]m", re.IGNORECASE
)
Name = Hit[tuple[Analyte, ...]]


class TableReader:
    """Reads the tables of a note whose columns or rows have dates."""

    def __init__(self, analytes: Analytes, rules: AttributeRules) -> None:
        self._analytes = analytes
        self._rules = rules

    def read(self, note: ReadNote, names: Sequence[Name], dates: SaidDates) -> tuple[list[Reading], list[Cell]]:
        """Return the readings of all such tables, and the spans that nobody else shall read."""
        starts = [note.tokens.starts[hit.first] for hit in names]
        by_start = dict(zip(starts, names, strict=True))
        found: list[Reading] = []
        taken: list[Cell] = []
        for table in find_tables(note.text):
            kinds = [self._kind(note, row, by_start, dates) for row in (table.head, *table.rows)]
            for kind, part in _parts(table, kinds):
                taken.append((part.head.start, part.rows[-1].cells[-1][1]))
                if kind == "dates":
                    found += self._under_dates(note, part, by_start, dates)
                else:
                    found += self._under_names(note, part, by_start, dates)
        return found, taken

    def _kind(self, note: ReadNote, row: Row, names: dict[int, Name], dates: SaidDates) -> str | None:
        """Return what a row heads its columns with: dates (or times), names, or None if it heads none."""
        own = [self._name(note, cell, names) for cell in row.cells]
        times = sum(_is_time(note, cell, dates) for cell in row.cells)
        named = sum(hit is not None for hit in own)
        if times >= 2 and named == 0:
            return "dates"
        begins = note.text[slice(*row.cells[0])].casefold()
        text = note.text[row.start : row.cells[-1][1]]
        is_plain = named >= 2 and own[0] is None and not any(map(str.isdigit, text))
        is_head = named == len(row.cells) or (named and begins in _DATE_HEADS) or is_plain
        return "names" if is_head else None

    def _name(self, note: ReadNote, cell: Cell, names: dict[int, Name]) -> Name | None:
        """Return the name that fills a cell."""
        hit = names.get(cell[0])
        if hit is None:
            return None
        end = note.tokens.ends[hit.behind - 1]
        rest = note.text[end : cell[1]].strip(" :")
        return hit if not rest or rest.startswith(("(", ",")) or self._analytes.ucum(rest.strip("()")) else None

    def _under_dates(self, note: ReadNote, table: Table, names: dict[int, Name], dates: SaidDates) -> Iterator[Reading]:
        for row in table.rows:
            hit = self._name(note, row.cells[0], names)
            if hit is None or len(hit.payload) != 1:
                continue
            columns = table.columns(row)
            if len(row.cells) != len(table.head.cells) and columns[0] is not None:
                columns[0] = None
            for cell, column in zip(row.cells[1:], columns[1:], strict=True):
                date = self._date(table.head.cells[column], dates) if column is not None else None
                if date is not None:
                    yield from self._cell(note, cell, hit, date)

    def _under_names(self, note: ReadNote, table: Table, names: dict[int, Name], dates: SaidDates) -> Iterator[Reading]:
        heads = [self._name(note, cell, names) for cell in table.head.cells]
        for row in table.rows:
            date = self._date(row.cells[0], dates)
            if date is None:
                continue
            for cell, column in zip(row.cells[1:], table.columns(row)[1:], strict=True):
                hit = heads[column] if column is not None else None
                if hit is not None and len(hit.payload) == 1:
                    yield from self._cell(note, cell, hit, date)

    @staticmethod
    def _date(cell: Cell, dates: SaidDates) -> SaidDate | None:
        found = dates.within(*cell)
        return found[0] if len(found) == 1 and (found[0].day is not None or found[0].is_now) else None

    def _cell(self, note: ReadNote, cell: Cell, hit: Name, date: SaidDate) -> Iterator[Reading]:
        first, behind = note.tokens.range_of(*cell)
        quantity = read_quantity(note.tokens, first, behind, self._rules.value_units, self._rules.comparators)
        if quantity is None or quantity.is_pair or quantity.is_range:
            return
        rest = note.text[note.tokens.ends[quantity.behind - 1] : cell[1]].strip(" ()*").casefold()
        fits = quantity.unit is None or self._analytes.ucum(quantity.unit) in hit.payload[0].units
        if fits and rest in _FLAGS:
            yield replace(Reading.of(hit, hit.payload[0], quantity), date=(date.start, date.end))


_DATE_HEADS = frozenset({"date", "day", "time", "date/time", "when"})
_FLAGS = frozenset({"", "h", "l", "hh", "ll", "high", "low", "abn", "n"})


def _is_time(note: ReadNote, cell: Cell, dates: SaidDates) -> bool:
    """Say whether a cell is a date or a time of day."""
    return bool(dates.within(*cell)) or _CLOCK.fullmatch(note.text, *cell) is not None


def _parts(table: Table, kinds: Sequence[str | None]) -> Iterator[tuple[str, Table]]:
    """Yield the parts of a table that begin with a row that heads columns, with what it heads them with."""
    rows = (table.head, *table.rows)
    heads = [place for place, kind in enumerate(kinds) if kind is not None]
    for place, end in zip(heads, [*heads[1:], len(rows)], strict=False):
        kind = kinds[place]
        if end - place > 1 and kind is not None:
            yield kind, Table(rows[place], rows[place + 1 : end])
