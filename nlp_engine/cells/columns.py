"""The columns of the tables that are read, and under which spellings they are found in a header."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

GIVEN = "_given"
"""Ends the name of a column that keeps the cells as they came, beside the column that was filled in."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """The columns of one kind of table.

    Parameters
    ----------
    columns
        Legal names.
    needed
        Of each inner tuple at least one column must be there.
    times
        The columns that hold dates.
    filled
        Columns that ``nlp-engine labs flag`` fills in. A table that has been through it is told by the first of them:
        it keeps ``<column>_given``, and only these are read, so that a second reading starts from the same cells.
    aliases
        Further names of columns.
    """

    columns: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]
    times: tuple[str, ...]
    filled: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)


OBSERVATIONS = TableKind(
    ("patient_id", "time", "code", "name", "specimen", "value", "unit", "reference_low", "reference_high", "flag"),
    needed=(("name", "code"), ("value",)),
    times=("time",),
    aliases={"fluid": "specimen"},
    filled=("value", "code", "unit", "reference_low", "reference_high", "flag"),
)
MEDICATIONS = TableKind(
    ("patient_id", "name", "code", "dose", "unit", "route", "frequency", "start", "stop", "status"),
    needed=(("name",),),
    times=("start", "stop"),
)
MANIFEST = TableKind(("file", "patient_id", "date", "type"), needed=(("file",), ("patient_id",)), times=("date",))
PEOPLE = TableKind(
    ("patient_id", "sex", "birth_date", "age_years", "pregnant", "pregnancy_weeks"),
    needed=(("patient_id",), ("sex", "birth_date", "age_years", "pregnant")),
    times=("birth_date",),
    aliases={"gender": "sex", "age": "age_years"},
)


def positions(header: Sequence[str], kind: TableKind) -> tuple[dict[str, int], list[str]]:
    """Return column -> position in a header, and the columns that stand twice; the first one counts.

    Names match without regard to case, blanks, underscores and hyphens.
    """
    names = {folded(column): column for column in kind.columns}
    names |= {folded(alias): column for alias, column in kind.aliases.items()}
    kept = {folded(column + GIVEN): column for column in kind.filled}
    found: dict[str, int] = {}
    given: dict[str, int] = {}
    repeated = []
    for position, cell in enumerate(header):
        place, column = (given, kept[folded(cell)]) if folded(cell) in kept else (found, names.get(folded(cell)))
        if column in place:
            repeated.append(column)
        elif column is not None:
            place[column] = position
    if kind.filled and kind.filled[0] in given:
        found = {column: position for column, position in found.items() if column not in kind.filled} | given
    return found, repeated


def design_names(header: Sequence[str], kind: TableKind) -> list[str]:
    """Return a header with the names of the design where a column has one; others stay, and aliases too."""
    names = {folded(column): column for column in kind.columns}
    names |= {folded(column + GIVEN): column + GIVEN for column in kind.filled}
    return [names.get(folded(cell), cell) for cell in header]


def lacking(columns: Mapping[str, object], kind: TableKind) -> str | None:
    """Return what a table lacks, as the words behind "lacks"; None when it has what is needed."""
    missing = [" or ".join(f'"{name}"' for name in names) for names in kind.needed if not set(names) & set(columns)]
    if not missing:
        return None
    return f"the column{'s' if len(missing) > 1 else ''} {' and '.join(missing)}"


def beside(
    columns: Sequence[str], features: Collection[str], ids: Sequence[str], results: Collection[str]
) -> list[str]:
    """Return the columns that stay beside a model's results: the ids, or all that it does not use.

    A column that is named as a result, of a table that was scored before, makes room for the new one.
    """
    return list(ids) if ids else [name for name in columns if name not in features and name not in results]


def folded(name: str) -> str:
    """Return a column's name as it is compared."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
