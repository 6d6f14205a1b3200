"""A table of lab results -> the same table with code, unit, interval and flag filled in.

Rows that are alike (same cells, same sex, same band of age) are read once, by the same reader as a record's: the cost
is that of the distinct rows, and of some integer columns. ``benchmarks/labs_speed.py`` measures it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp_engine.cells.columns import GIVEN, OBSERVATIONS, design_names, lacking, positions
from nlp_engine.cells.texts import texts_of
from nlp_engine.errors import InputError
from nlp_engine.labs.distinct import alike
from nlp_engine.labs.filled import Filled, Texts, filled
from nlp_engine.labs.moments import Moments
from nlp_engine.labs.people import People
from nlp_engine.labs.reading import CellReader
from nlp_engine.labs.stage import STANDS_TWICE
from nlp_engine.record import ObservationKind

if TYPE_CHECKING:
    import pandas as pd

    from nlp_engine.labs.distinct import Numbers

_TABLE = "the table"
_READ = tuple(Texts.__dataclass_fields__)
_NUMBERS = frozenset({"reference_low", "reference_high", "number"})


def flag_table(
    table: pd.DataFrame,
    patients: pd.DataFrame | None = None,
    *,
    kind: ObservationKind = ObservationKind.LAB,
    reader: CellReader | None = None,
) -> pd.DataFrame:
    """Clean, convert, range and flag a table of results.

    Parameters
    ----------
    table
        Columns ``patient_id, time, code, name, value, unit, reference_low, reference_high, flag``; only ``value``, and
        ``name`` or ``code``, are needed. Sex, birth date, age and pregnancy may stand in it too.
    patients
        One row a patient: ``patient_id``, and ``sex``, ``birth_date`` or ``age_years``, ``pregnant``.
    kind
        Whether the rows are laboratory results or vital signs: "T" is a temperature among the latter.
    reader
        The reader of cells; that of ``rules/labs`` by default.

    Returns
    -------
    pandas.DataFrame
        All rows, columns and the index as they were, with these columns filled in: ``code`` (LOINC), ``value`` (the
        number in the unit shown, with its comparator; a result in words as it came), ``unit`` (UCUM),
        ``reference_low`` and ``reference_high`` (the interval used), ``interval_source``, ``flag`` (N, L, H, LL, HH, A,
        or empty), ``analyte`` (our name), ``number`` (float) and ``remarks`` (every change and doubt, joined by "; ").
        What a cell was before stands in ``<column>_given``; a table that has been through here once is read from
        these, so that a second run changes nothing.

    Raises
    ------
    InputError
        If a column is missing, stands twice, or the table of patients contradicts itself.
    """
    names = _names(table)
    cells = _texts(table, names)
    moments = Moments.of(cells["time"])
    reader = reader or CellReader.load()
    people = People.of(table, patients, moments, reader.like)
    kinds, first = alike(*(cells[column] for column in _READ), people.rows)
    rows = zip(*(cells[column].take(first).tolist() for column in _READ), people.rows[first].tolist(), strict=True)
    read = [filled(reader, Texts(*texts), people.persons[person], kind) for *texts, person in rows]
    columns = _columns(read, kinds)
    columns["remarks"] = _remarks(read, kinds, moments, people, _stands_twice(cells, read, kinds, moments))
    return _joined(table, names, columns)


def _names(table: pd.DataFrame) -> list[str]:
    """Return the names of the columns, known ones as the design has them."""
    names = design_names(list(map(str, table.columns)), OBSERVATIONS)
    if len(set(names)) < len(names):
        raise InputError(_TABLE, "has two columns of the same name", "give every column a name of its own")
    if missing := lacking(positions(names, OBSERVATIONS)[0], OBSERVATIONS):
        raise InputError(_TABLE, f"lacks {missing}", f"known ones are {', '.join(OBSERVATIONS.columns)}")
    odd = [name for name in names if name.endswith(GIVEN) and name.removesuffix(GIVEN) in Filled._fields]
    if odd and not _is_flagged(names):
        raise InputError(_TABLE, f'has the column "{odd[0]}" and no "value{GIVEN}"', f'rename "{odd[0]}"')
    return names


def _is_flagged(names: list[str]) -> bool:
    """Say whether a table has been through here before."""
    return f"value{GIVEN}" in names


def _texts(table: pd.DataFrame, names: list[str]) -> dict[str, pd.Series[str]]:
    """Return the columns of the design as they were given, as text; those that are not there are blank."""
    import pandas as pd

    found, _ = positions(names, OBSERVATIONS)
    blank = pd.Series("", index=range(len(table)), dtype=str)
    return {
        column: texts_of(table.iloc[:, found[column]]).reset_index(drop=True) if column in found else blank
        for column in OBSERVATIONS.columns
    }


def _columns(read: list[Filled], kinds: Numbers) -> dict[str, pd.Series]:
    """Return the columns of what was read, a cell for each row."""
    import pandas as pd

    listed = zip(*read, strict=True) if read else [()] * len(Filled._fields)
    return {
        column: pd.Series(cells, dtype=float if column in _NUMBERS else str).take(kinds)
        for column, cells in zip(Filled._fields, listed, strict=True)
    }


def _stands_twice(cells: dict[str, pd.Series[str]], read: list[Filled], kinds: Numbers, moments: Moments) -> Numbers:
    """Return 1 for rows that an earlier one says too: same patient, analyte, value, unit and time; else 0."""
    import numpy as np
    import pandas as pd

    named = pd.Series([one.code for one in read], dtype=str).take(kinds).reset_index(drop=True)
    named = named.where(named != "", cells["name"])
    units = pd.factorize(pd.Series([one.unit for one in read], dtype=str))[0][kinds]
    results, first = alike(cells["patient_id"], named, cells["value"], units, moments.instants)
    is_first = first[results] == np.arange(len(results))
    return np.asarray(~is_first & (moments.instants >= 0), dtype=np.int64)


def _remarks(read: list[Filled], kinds: Numbers, moments: Moments, people: People, twice: Numbers) -> pd.Series[str]:
    """Return the remarks on each row: on its cells, its time, its patient, and whether it stands twice."""
    import pandas as pd

    late = pd.factorize(pd.Series(moments.doubts, dtype=str))[0][moments.cells]
    rows, first = alike(kinds, late, people.doubt_rows, twice)
    told = [
        (
            read[kinds[row]].remarks,
            moments.doubts[moments.cells[row]],
            people.doubts[people.doubt_rows[row]],
            STANDS_TWICE if twice[row] else "",
        )
        for row in first.tolist()
    ]
    return pd.Series(["; ".join(filter(None, remarks)) for remarks in told], dtype=str).take(rows)


def _joined(table: pd.DataFrame, names: list[str], columns: dict[str, pd.Series]) -> pd.DataFrame:
    """Return the table with its columns filled in, and behind them what their cells were."""
    import pandas as pd

    found = {name: table.iloc[:, place].reset_index(drop=True) for place, name in enumerate(names)}
    given = {f"{name}{GIVEN}": found[name] for name in columns if name in found and not _is_flagged(names)}
    new = {name: column.reset_index(drop=True) for name, column in columns.items()}
    return pd.DataFrame(found | new | given).set_index(table.index)
