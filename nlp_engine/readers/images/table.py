"""``image_findings.csv`` -> entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from nlp_engine.cells.columns import TableKind
from nlp_engine.readers.images.entries import KEYS, Entry
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.rows import RowReader, date_orders
from nlp_engine.readers.tables import Row, open_table
from nlp_engine.readers.textfile import UnreadableTextError

_FINDINGS = TableKind(("patient_id", *KEYS), needed=(("image",), ("label",), ("score",)), times=("time",))
_NUMBERS = ("score", "threshold")


def table_entries(
    path: Path, shown: str, log: ProblemLog, own_rows: Callable[[str, list[Row]], list[Row]]
) -> Iterator[Entry]:
    """Yield the entries of a table; what is wrong with the table, or with the cells of a row, is told."""
    try:
        table = open_table(path, _FINDINGS)
        for doubt in table.doubts:
            log.warning(shown, f"the table {doubt}")
        rows = own_rows(shown, list(table.rows))
    except UnreadableTextError as error:
        log.error(shown, f"the table {error}")
        return
    reader = RowReader(shown, log, date_orders(rows, _FINDINGS.times))
    for row in rows:
        if reader.is_usable(row, ("label",)):
            fields: dict[str, object] = {key: row.cells.get(key) or None for key in KEYS}
            fields |= {key: _number(row.cells.get(key, "")) for key in _NUMBERS}
            fields["time"] = reader.time(row, "time")
            yield Entry(f"{shown}-{row.number}", fields, shown, log, row.number)


def _number(cell: str) -> float | str | None:
    """Return a cell's number, with a decimal point or comma; other text stays, to be told."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return cell or None
