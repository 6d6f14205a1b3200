"""``manifest.csv`` -> which note belongs to whom, with its date and type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nlp_engine.cells.columns import MANIFEST
from nlp_engine.cells.times import Order, TimeDoubt, parse_time
from nlp_engine.errors import InputError
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.rows import date_orders
from nlp_engine.readers.tables import Row, open_table
from nlp_engine.readers.textfile import UnreadableTextError


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """One line: the file's name as written, the patient, and the note's time and type."""

    file: str
    patient_id: str
    row: int
    time: datetime | None = None
    type: str | None = None


def read_manifest(path: Path, log: ProblemLog) -> list[ManifestLine]:
    """Read a manifest; a line that cannot be used is told and left out.

    Raises
    ------
    InputError
        If the file is not a table with the columns ``file`` and ``patient_id``: without it, notes of one patient
        would be taken for those of many.
    """
    try:
        table = open_table(path, MANIFEST)
        rows = list(table.rows)
    except UnreadableTextError as error:
        raise InputError(
            path.name, f"the manifest {error}", "correct it, or remove it to read each file alone"
        ) from error
    for doubt in table.doubts:
        log.warning(path.name, f"the manifest {doubt}")
    order = date_orders(rows, MANIFEST.times)["date"]
    lines: dict[str, ManifestLine] = {}
    for row in rows:
        line = _line(row, path.name, order, log)
        if line is None:
            continue
        if line.file in lines:
            log.error(
                path.name,
                f"the row names the same file as row {lines[line.file].row}; the first counts",
                row=row.number,
            )
            continue
        lines[line.file] = line
    return list(lines.values())


def _line(row: Row, shown: str, order: Order | None, log: ProblemLog) -> ManifestLine | None:
    file, patient_id = row.cells["file"].replace("\\", "/").removeprefix("./"), row.cells["patient_id"]
    if row.extra or not file or not patient_id:
        log.error(
            shown, 'the row needs one "file" and one "patient_id" and no further cells; it was left out', row=row.number
        )
        return None
    date = row.cells.get("date", "")
    time = parse_time(date, order=order) if date else None
    if isinstance(time, TimeDoubt):
        log.warning(shown, f'the cell "date" {time.value}', row=row.number)
        time = None
    return ManifestLine(file, patient_id, row.number, time, row.cells.get("type") or None)
