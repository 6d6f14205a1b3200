"""A long table of results -> a row a patient and day, for a model of what fits whom."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from nlp_engine.cells.texts import texts_of
from nlp_engine.errors import InputError
from nlp_engine.labs.moments import Moments
from nlp_engine.labs.table import flag_table
from nlp_engine.record import sort_time

IDS = ("patient_id", "day")
Pick = Literal["newest", "min", "max"]
_AGGREGATES: dict[Pick, Literal["last", "min", "max"]] = {"newest": "last", "min": "min", "max": "max"}


def patient_days(table: pd.DataFrame, *, pick: Pick = "newest") -> pd.DataFrame:
    """Return ``patient_id``, ``day`` and a column an analyte, in its own unit; NaN where it was not measured.

    Parameters
    ----------
    table
        The design's columns; cleaned and converted by `flag_table`. Results without a number in the analyte's unit, of
        an unknown analyte, patient or day are left out.
    pick
        Which of a day's results is taken.

    Raises
    ------
    InputError
        If the table has no column ``patient_id``, or nothing is left.
    """
    if "patient_id" not in table.columns:
        raise InputError("the table", "has no column patient_id", "name the patient of each result")
    flagged = flag_table(table)
    moments = Moments.of(texts_of(flagged["time"]))
    rows = pd.DataFrame(
        {
            "patient_id": texts_of(flagged["patient_id"]).astype(object).to_numpy(),
            "day": moments.days,
            "time": np.array([sort_time(time) for time in moments.times])[moments.cells],
            "analyte": texts_of(flagged["analyte"]).astype(object).to_numpy(),
            "number": flagged["number"].astype(float).to_numpy(),
        }
    )
    rows = rows[(rows["day"] > 0) & (rows["analyte"] != "") & rows["number"].notna() & (rows["patient_id"] != "")]
    if rows.empty:
        raise InputError("the table", "has no dated number of a known analyte", "give the design's columns, with time")
    days = rows.sort_values("time", kind="stable").pivot_table(
        index=list(IDS), columns="analyte", values="number", aggfunc=_AGGREGATES[pick], sort=True
    )
    days = days.reset_index().rename_axis(columns=None)
    return days.assign(day=[date.fromordinal(int(day)).isoformat() for day in days["day"]])
