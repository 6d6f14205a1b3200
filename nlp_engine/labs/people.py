"""Whose the rows of a table are: sex, age at the time of the result, pregnancy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from nlp_engine.cells.columns import PEOPLE, lacking, positions
from nlp_engine.cells.plain import plain_age, plain_sex, plain_truth, plain_weeks
from nlp_engine.cells.texts import texts_of
from nlp_engine.cells.times import DateOrder, Order, TimeDoubt, parse_time
from nlp_engine.errors import InputError
from nlp_engine.labs.distinct import alike
from nlp_engine.labs.intervals import Person, person_at
from nlp_engine.labs.moments import Moments
from nlp_engine.record import Patient

if TYPE_CHECKING:
    import pandas as pd

    from nlp_engine.labs.distinct import Numbers

_ID, *_ABOUT = PEOPLE.columns
_NOT_LISTED = "the patient does not stand in the table of patients"


@dataclass(frozen=True, slots=True)
class People:
    """The persons of a table's rows.

    Parameters
    ----------
    persons
        Everybody whose results are read alike: same sex, same pregnancy, same band of age.
    doubts
        Sentences about cells that could not be read; the first is "".
    rows
        For each row the number of its person.
    doubt_rows
        For each row the number of its doubts.
    """

    persons: tuple[Person, ...]
    doubts: tuple[str, ...]
    rows: Numbers
    doubt_rows: Numbers

    @classmethod
    def of(
        cls, table: pd.DataFrame, patients: pd.DataFrame | None, moments: Moments, like: Callable[[Person], Person]
    ) -> People:
        """Find out whose each row is.

        Parameters
        ----------
        table
            Lab results; its own columns on the person come first.
        patients
            One row a patient (columns of `PEOPLE`), joined by ``patient_id``.
        like
            Returns one and the same person for all whose results are read alike.

        Raises
        ------
        InputError
            If the table of patients lacks a column, or says two things of one patient.
        """
        import numpy as np

        cells, is_missing = _joined(table, patients)
        kinds, first = alike(*cells.values(), is_missing)
        order = DateOrder.of(cells["birth_date"].unique()).order
        told = [column.take(first).tolist() for column in cells.values()]
        known = [
            _patient(dict(zip(cells, texts, strict=True)), order=order, is_missing=bool(missing))
            for *texts, missing in zip(*told, is_missing[first], strict=True)
        ]
        doubts = {"": 0}
        doubt_of = np.asarray([doubts.setdefault(doubt, len(doubts)) for _, doubt in known], dtype=np.int64)
        ages, example = alike(kinds, moments.days)
        persons: dict[Person, int] = {}
        person_of = []
        for one_of, cell in zip(kinds[example].tolist(), moments.cells[example].tolist(), strict=True):
            person = like(person_at(known[one_of][0], moments.times[cell]))
            person_of.append(persons.setdefault(person, len(persons)))
        rows = np.asarray(person_of, dtype=np.int64)[ages]
        return cls(tuple(persons), tuple(doubts), rows, doubt_of[kinds])


def _joined(table: pd.DataFrame, patients: pd.DataFrame | None) -> tuple[dict[str, pd.Series[str]], Numbers]:
    """Return for each row what is told of its person, and whether the table of patients lacks him (1) or not (0)."""
    import numpy as np
    import pandas as pd

    own = _columns(table)
    blank = pd.Series("", index=range(len(table)), dtype=str)
    is_missing = np.zeros(len(table), dtype=np.int64)
    if patients is None:
        return {column: own.get(column, blank) for column in _ABOUT}, is_missing
    if _ID not in own:
        raise InputError("the table", f'lacks the column "{_ID}"', "a table of patients is joined by it")
    listed = _columns(patients)
    if missing := lacking(listed, PEOPLE):
        raise InputError("the table of patients", f"lacks {missing}", f"known ones are {', '.join(PEOPLE.columns)}")
    people = pd.DataFrame(listed).drop_duplicates()
    if people[_ID].duplicated().any():
        raise InputError("the table of patients", "says two things of one patient", "give each one row")
    found = pd.Index(people[_ID]).get_indexer(pd.Index(own[_ID]))
    cells = {}
    for column in _ABOUT:
        # A patient who is not found has the number -1, which takes the blank at the end.
        told = pd.Series([*people.get(column, []), *[""] * (1 if column in people else len(people) + 1)], dtype=str)
        joined = told.take(found).reset_index(drop=True)
        cells[column] = joined.where(own[column] == "", own[column]) if column in own else joined
    return cells, (found < 0).astype(np.int64)


def _columns(table: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """Return the columns that tell of a person, as text."""
    found, _ = positions(list(map(str, table.columns)), PEOPLE)
    return {column: texts_of(table.iloc[:, place]).reset_index(drop=True) for column, place in found.items()}


def _patient(cells: Mapping[str, str], *, order: Order | None, is_missing: bool) -> tuple[Patient, str]:
    """Return what the cells tell, and what of them could not be read."""
    read: Mapping[str, Callable[[str], object]] = {
        "sex": plain_sex,
        "birth_date": lambda cell: _day(cell, order),
        "age_years": plain_age,
        "pregnant": plain_truth,
        "pregnancy_weeks": plain_weeks,
    }
    meant = {column: read[column](cell) for column, cell in cells.items() if cell}
    doubts = [
        f'the cell "{column}" of the patient cannot be read and was left out'
        for column, value in meant.items()
        if value is None
    ]
    known = {column: value for column, value in meant.items() if value is not None}
    return Patient.model_validate({"id": "", **known}), "; ".join([*([_NOT_LISTED] if is_missing else []), *doubts])


def _day(cell: str, order: Order | None) -> date | None:
    time = parse_time(cell, order=order)
    return None if isinstance(time, TimeDoubt) else time.date()
