"""A table of results -> its data-quality report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from nlp_engine import __version__
from nlp_engine.cells.columns import OBSERVATIONS, folded, lacking, positions
from nlp_engine.cells.texts import texts_of
from nlp_engine.errors import InputError
from nlp_engine.labs.intervals import IntervalBook
from nlp_engine.labs.moments import Moments
from nlp_engine.labs.quality.cell_issues import name_issues, unit_issues, value_issues
from nlp_engine.labs.quality.found import Found, issue_of
from nlp_engine.labs.quality.judged import Judged
from nlp_engine.labs.quality.missing import analytes_of, columns_of, days_of
from nlp_engine.labs.quality.models import QualityReport, Severity
from nlp_engine.labs.quality.row_issues import interval_issues, repeat_issues
from nlp_engine.labs.quality.size_issues import size_issues
from nlp_engine.labs.quality.time_issues import births_of, time_issues
from nlp_engine.labs.reading import CellReader
from nlp_engine.record import ObservationKind

_STATUS = frozenset({"status", "resultstatus", "observationstatus", "obx11"})
_ORDER = tuple(Severity)


def check_table(
    table: pd.DataFrame,
    patients: pd.DataFrame | None = None,
    *,
    name: str = "the table",
    kind: ObservationKind = ObservationKind.LAB,
    reader: CellReader | None = None,
    now: datetime | None = None,
) -> QualityReport:
    """Find what is wrong, doubtful or missing in a table of results; nothing is changed.

    Parameters
    ----------
    table
        Columns ``patient_id, time, code, name, specimen, value, unit, reference_low, reference_high, flag, status``;
        only ``value``, and ``name`` or ``code``, are needed. ``birth_date`` may stand in it too.
    patients
        One row a patient, with ``patient_id`` and ``birth_date``.
    name
        What the report calls the table.
    kind
        Whether the rows are laboratory results or vital signs.
    reader
        Whose analytes and intervals are used; that of ``rules/labs`` by default.
    now
        Times of later days lie in the future; the clock of this computer by default.

    Raises
    ------
    InputError
        If a needed column is missing, or a column stands twice.
    """
    now = now or datetime.now(tz=UTC)
    found, repeated = positions(list(map(str, table.columns)), OBSERVATIONS)
    if repeated:
        raise InputError(name, f'has the column "{repeated[0]}" twice', "give every column a name of its own")
    if missing := lacking(found, OBSERVATIONS):
        raise InputError(name, f"lacks {missing}", f"known ones are {', '.join(OBSERVATIONS.columns)}")
    cells = _cells(table, found)
    reader = reader or CellReader.load()
    judged = Judged(cells, reader.catalogue, kind)
    moments = Moments.of(cells["time"])
    births = births_of(table, patients, cells["patient_id"])
    status = _status(table)
    issues = filter(None, map(issue_of, _all(judged, moments, births, status, now, reader.book, found)))
    number_of_patients = int(cells["patient_id"][cells["patient_id"] != ""].nunique())
    return QualityReport(
        table=name,
        checked_at=now,
        engine_version=__version__,
        rows=judged.rows,
        patients=number_of_patients,
        recognised=int(judged.is_known.sum()),
        with_number=int((~np.isnan(judged.given)).sum()),
        usable=int((~np.isnan(judged.number) & ~judged.implausible).sum()),
        issues=tuple(sorted(issues, key=lambda issue: (_ORDER.index(issue.severity), -issue.rows))),
        columns=columns_of(cells, set(found)),
        analytes=analytes_of(judged, number_of_patients),
        days=days_of(judged, moments),
    )


def _all(
    judged: Judged,
    moments: Moments,
    births: pd.Series,
    status: pd.Series[str] | None,
    now: datetime,
    book: IntervalBook,
    present: dict[str, int],
) -> Iterator[Found]:
    """Yield every finding; what a missing column makes of all rows is said once, by the columns."""
    absent = {kind for kind, column in (("no_patient", "patient_id"), ("no_time", "time")) if column not in present}
    for found in time_issues(judged.cells, moments, births, now.date()):
        if found.kind not in absent:
            yield found
    yield from name_issues(judged)
    yield from unit_issues(judged)
    yield from value_issues(judged)
    yield from size_issues(judged, book)
    yield from repeat_issues(judged, moments, status)
    yield from interval_issues(judged)


def _cells(table: pd.DataFrame, found: dict[str, int]) -> dict[str, pd.Series[str]]:
    """Return the columns of the design as text; those that are not there are blank."""
    blank = pd.Series("", index=range(len(table)), dtype=str)
    return {
        column: texts_of(table.iloc[:, found[column]]).reset_index(drop=True) if column in found else blank
        for column in OBSERVATIONS.columns
    }


def _status(table: pd.DataFrame) -> pd.Series[str] | None:
    """Return the column of states (preliminary, final, corrected), None where there is none."""
    names = [folded(str(column)) for column in table.columns]
    place = next((names.index(name) for name in names if name in _STATUS), None)
    return None if place is None else texts_of(table.iloc[:, place]).reset_index(drop=True)
