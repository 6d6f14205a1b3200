"""Rows of tables that hold many patients, kept on disk by patient until each one is read.

A table may hold more rows than fit into memory and need not be sorted by patient. It is read once into a SQLite file in
a private temporary folder, which `readers.sources.open_input` removes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from nlp_engine.cells.times import DateOrder, Order
from nlp_engine.errors import InputError
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.tables import TABLES, Row, open_table
from nlp_engine.readers.textfile import UnreadableTextError

_SCHEMA = """
    CREATE TABLE cells (patient TEXT, file TEXT, number INTEGER, cells TEXT, extra INTEGER, missing INTEGER);
    CREATE TABLE orders (file TEXT, name TEXT, day_or_month TEXT);
"""


def fill_store(database: Path, tables: list[Path], log: ProblemLog) -> None:
    """Read tables that many patients share into a new database; a row without a patient is told and left out."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(_SCHEMA)
        for path in tables:
            try:
                _fill(connection, path, log)
            except UnreadableTextError as error:
                log.error(path.name, f"the table {error}")
        connection.execute("CREATE INDEX by_patient ON cells (patient)")


def _fill(connection: sqlite3.Connection, path: Path, log: ProblemLog) -> None:
    kind = TABLES[path.name.lower()]
    table = open_table(path, kind)
    if "patient_id" not in table.columns:
        raise UnreadableTextError('lacks the column "patient_id" and was not read; a table of many patients needs it')
    for doubt in table.doubts:
        log.warning(path.name, f"the table {doubt}")
    orders = {column: DateOrder() for column in kind.times}

    def lines() -> Iterator[tuple[str, str, int, str, int, int]]:
        for row in table.rows:
            if not row.cells["patient_id"]:
                log.error(path.name, 'the row has no "patient_id" and was left out; fill the cell', row=row.number)
                continue
            for column, order in orders.items():
                order.see(row.cells.get(column, ""))
            cells = json.dumps(row.cells, ensure_ascii=False)
            yield row.cells["patient_id"], path.name, row.number, cells, row.extra, row.missing

    try:
        connection.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?)", lines())
    finally:
        found = [(path.name, column, order.order) for column, order in orders.items()]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", found)


def stored_patients(database: Path) -> list[str]:
    """Return the patient ids in the order in which they first appear."""
    with closing(_open(database)) as connection:
        query = "SELECT patient FROM cells GROUP BY patient ORDER BY MIN(rowid)"
        return [patient for (patient,) in connection.execute(query)]


def stored_rows(database: Path, patient_id: str) -> Iterator[tuple[str, list[Row], dict[str, Order | None]]]:
    """Yield for each table its name, the rows of one patient, and the order of day and month in its date columns.

    Raises
    ------
    InputError
        If the database is gone: a source is read while its `open_input` is open.
    """
    if not database.is_file():
        raise InputError("tables", "the rows are no longer there", "read a source inside its open_input block")
    with closing(_open(database)) as connection:
        query = "SELECT file, number, cells, extra, missing FROM cells WHERE patient = ? ORDER BY rowid"
        for file, group in groupby(connection.execute(query, (patient_id,)), key=lambda line: str(line[0])):
            rows = [Row(number, json.loads(cells), extra, missing) for _, number, cells, extra, missing in group]
            found = connection.execute("SELECT name, day_or_month FROM orders WHERE file = ?", (file,))
            yield file, rows, dict(found)


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
