"""CSV tables -> rows of text, whatever the delimiter, the encoding and the spelling of the header.

Cells stay text: ``NA``, ``5,6`` and ``>1000`` are for the rooms that understand them.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_engine.cells.columns import MEDICATIONS, OBSERVATIONS, TableKind, lacking, positions
from nlp_engine.readers.textfile import UnreadableTextError, chunks_of, detect_encoding, opened_text, reason

_DELIMITERS = ",;\t"
_MAX_CELL = 1_000_000


TABLES = {"labs.csv": OBSERVATIONS, "vitals.csv": OBSERVATIONS, "medications.csv": MEDICATIONS}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: column -> cell without outer blanks; ``number`` counts as a spreadsheet does (the header is row 1).

    ``extra`` counts filled cells beyond the header, ``missing`` the cells that the row lacks.
    """

    number: int
    cells: dict[str, str]
    extra: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: its known columns, its rows (read while they are asked for), and what is doubtful about it."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    doubts: tuple[str, ...] = ()


def open_table(path: Path, kind: TableKind) -> Table:
    """Open a CSV file and read its header.

    Header names match without regard to case, blanks, underscores and hyphens. Columns we do not know are ignored.

    Raises
    ------
    UnreadableTextError
        If the file cannot be opened, is not text, or lacks a needed column. The rows raise it too, when the
        quotes of the file are broken beyond reading.
    """
    encoding = encoding_of(path)
    lines = _lines(path, encoding)
    number, cells, delimiter = header_of(lines, kind)
    found, repeated = positions(cells, kind)
    _check(found, kind)
    doubts = [f'has the column "{name}" twice; the first one is used' for name in repeated]
    if encoding == "cp1252":
        doubts.append("is not UTF-8 and was read as Windows-1252; save it as UTF-8")
    rows = _rows(lines, delimiter, found, width=len(cells), after=number)
    return Table(tuple(found), rows, tuple(doubts))


def columns_of(path: Path, kind: TableKind) -> frozenset[str]:
    """Return the known columns that a file has, even if it lacks a needed one; none if it cannot be read."""
    try:
        cells = header_of(_lines(path, encoding_of(path)), kind)[1]
    except UnreadableTextError:
        return frozenset()
    return frozenset(positions(cells, kind)[0])


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file.

    Raises
    ------
    UnreadableTextError
        If it cannot be opened or is not text.
    """
    try:
        return detect_encoding(chunks_of(path))
    except OSError as error:
        raise UnreadableTextError(f"cannot be opened ({reason(error)}); make it readable") from error
    except (EOFError, zlib.error) as error:
        raise UnreadableTextError("cannot be unpacked; pack it again, or give it unpacked") from error


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with opened_text(path, encoding) as file:
        yield from file


def header_of(lines: Iterable[str], kind: TableKind) -> tuple[int, list[str], str]:
    """Return the header's row number, its cells and the delimiter under which most of them are known.

    Raises
    ------
    UnreadableTextError
        If there is none.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lower().startswith("sep="):
            continue
        readings = [(next(csv.reader([line], delimiter=sign)), sign) for sign in _DELIMITERS]
        cells, sign = max(readings, key=lambda reading: (len(positions(reading[0], kind)[0]), len(reading[0])))
        return number, cells, sign
    raise UnreadableTextError(f"is empty; its first row names the columns {', '.join(kind.columns)}".rstrip())


def _check(found: dict[str, int], kind: TableKind) -> None:
    if missing := lacking(found, kind):
        raise UnreadableTextError(
            f"lacks {missing} and was not read; its first row must name the columns, "
            f"known ones are {', '.join(kind.columns)}"
        )


def _rows(lines: Iterator[str], delimiter: str, places: dict[str, int], *, width: int, after: int) -> Iterator[Row]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=after + 1):
            if any(cell.strip() for cell in cells):
                found = {
                    column: cells[position].strip() if position < len(cells) else ""
                    for column, position in places.items()
                }
                extra = sum(bool(cell.strip()) for cell in cells[width:])
                yield Row(number, found, extra=extra, missing=max(0, width - len(cells)))
    except csv.Error as error:
        raise UnreadableTextError(
            f"cannot be read after row {after + reader.line_num}; a quotation mark is opened and not closed"
        ) from error
    except OSError as error:
        raise UnreadableTextError(f"cannot be read to its end ({reason(error)}); make it readable") from error
