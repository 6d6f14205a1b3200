"""Features of many patients and their outcomes -> one table to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import pandas as pd

from nlp_engine.errors import InputError
from nlp_engine.fusion.features import Feature, Features, with_absences
from nlp_engine.training.risk.columns import ColumnNote
from nlp_engine.training.tables import as_dates

PATIENT, OUTCOME, INDEX = "patient_id", "outcome", "index_time"
_FEWEST = 5
"""Patients that must have a feature for it to be a column."""


def index_times(outcomes: pd.DataFrame) -> dict[str, datetime | None]:
    """Return patient -> when the question is asked; None where the file does not tell.

    Raises
    ------
    nlp_engine.errors.InputError
        If a column is missing or a patient stands twice.
    """
    for column in (PATIENT, OUTCOME):
        if column not in outcomes.columns:
            raise InputError("--outcomes", f'has no column "{column}"', "name its columns patient_id and outcome")
    patients = [str(patient) for patient in outcomes[PATIENT]]
    if len(set(patients)) < len(patients):
        raise InputError("--outcomes", "names a patient twice", "give one row a patient")
    if INDEX not in outcomes.columns:
        return dict.fromkeys(patients)
    # Records have the clock of their place: an index time without a zone has too.
    times = as_dates(outcomes[INDEX]).dt.tz_localize(None)
    return {
        patient: None if pd.isna(time) else time.to_pydatetime() for patient, time in zip(patients, times, strict=True)
    }


def record_table(
    features: Iterable[tuple[str, Features]], outcomes: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, ColumnNote]]:
    """Return a row a patient with the columns of the outcomes file, and what is known of the feature columns.

    A feature that fewer than five patients have is left out. A patient without a record is left out.

    Raises
    ------
    nlp_engine.errors.InputError
        If no patient of the outcomes file has a record.
    """
    found = dict(features)
    counts = Counter(name for one in found.values() for name in one)
    names = sorted(name for name, count in counts.items() if count >= _FEWEST)
    about = outcomes.assign(**{PATIENT: outcomes[PATIENT].astype(str)})
    about = about[about[PATIENT].isin(list(found))].reset_index(drop=True)
    if about.empty:
        raise InputError("--outcomes", "names no patient of the records", "give the ids that the records have")
    rows = pd.DataFrame([with_absences(found[patient], names) for patient in about[PATIENT]])
    overlapping = [column for column in rows.columns if column in about.columns]
    table = pd.concat([about, rows.drop(columns=overlapping)], axis=1)
    return table, {name: _note(name, found.values()) for name in names if name not in overlapping}


def _note(name: str, patients: Iterable[Mapping[str, Feature]]) -> ColumnNote:
    first = next(one[name] for one in patients if name in one)
    return ColumnNote(label=first.label, unit=first.unit, source=name)
