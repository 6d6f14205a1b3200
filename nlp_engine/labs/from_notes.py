"""Which results told in notes count beside those of the tables; of two that say the same the table's wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from nlp_engine.assessment import LabResult, NoteExtraction
from nlp_engine.record import PatientRecord, sort_time

_QUOTED = timedelta(days=3)
"""How far back a note without a date beside its value may quote a table."""


def with_note_results(
    record: PatientRecord,
    extractions: Iterable[NoteExtraction],
    read: Callable[[PatientRecord], Sequence[LabResult]],
) -> tuple[PatientRecord, list[LabResult]]:
    """Return the record with the observations of its notes that count, and all results.

    Left out are values that the table has (same analyte, same number, same day, or up to three days before a note that
    gives no date), values of a size that cannot be, and values of which a note gives several for the same time: nobody
    can say which of them holds. All of them stay in the extractions.

    Parameters
    ----------
    read
        Reads a record's observations into results, one for each, in order.
    """
    tables = list(read(record))
    known = {observation.id for observation in record.observations}
    told = [one for extraction in extractions for one in extraction.observations if one.id not in known]
    if not told:
        return record, tables
    found = read(record.model_copy(update={"observations": tuple(told)}))
    times = {note.id: note.time for note in record.notes}
    rows: defaultdict[str | None, list[LabResult]] = defaultdict(list)
    for row in tables:
        rows[row.code].append(row)
    kept = _unambiguous([one for one in found if one.is_plausible and not _is_in(rows[one.code], one, times)])
    ids = {result.observation_id for result in kept}
    added = tuple(one for one in told if one.id in ids)
    return record.model_copy(update={"observations": (*record.observations, *added)}), [*tables, *kept]


def _unambiguous(results: Sequence[LabResult]) -> list[LabResult]:
    """Return the results without those of which a note gives several, and without what it says twice."""
    values: defaultdict[tuple[object, ...], set[str]] = defaultdict(set)
    for result in results:
        values[_place(result)].add(_shown(result))
    seen: set[tuple[object, ...]] = set()
    kept = []
    for result in results:
        place = _place(result)
        if len(values[place]) == 1 and place not in seen:
            kept.append(result)
        seen.add(place)
    return kept


def _place(result: LabResult) -> tuple[object, ...]:
    note = result.said_in.note_id if result.said_in is not None else None
    return note, result.code or result.name.casefold(), result.time


def _shown(result: LabResult) -> str:
    return result.text if result.value is None else f"{result.comparator or ''}{result.value.normalize():f}"


def _is_in(tables: Sequence[LabResult], result: LabResult, times: Mapping[str, datetime | None]) -> bool:
    """Say whether the rows of its analyte have the same value at about the same time."""
    is_undated = result.said_in is not None and result.time == times.get(result.said_in.note_id)
    return any(
        row.code is not None and _is_same(row, result) and _is_near(row, result, is_undated=is_undated)
        for row in tables
    )


def _is_same(row: LabResult, result: LabResult) -> bool:
    """Say whether two results have the same value; a note often rounds."""
    if row.value is None or result.value is None:
        return row.value is result.value and row.text.casefold() == result.text.casefold()
    step = Decimal(1).scaleb(int(result.value.as_tuple().exponent))
    return row.comparator == result.comparator and abs(row.value - result.value) <= step / 2


def _is_near(row: LabResult, result: LabResult, *, is_undated: bool) -> bool:
    if row.time is None or result.time is None:
        return True
    if row.time.date() == result.time.date():
        return True
    apart = sort_time(result.time) - sort_time(row.time)
    return is_undated and 0 <= apart <= _QUOTED.total_seconds()
