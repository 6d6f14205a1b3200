"""A table of results -> what came of each analyte on each day."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from nlp_engine.assessment import Flag
from nlp_engine.cells.texts import texts_of
from nlp_engine.errors import InputError
from nlp_engine.labs.moments import Moments
from nlp_engine.labs.table import flag_table

Period = Literal["day", "week"]
_IQR_TO_SD = 1.349
TRIMMED = 0.1
_NOT_OUTSIDE = ("", Flag.NORMAL.value)


def read_feed(table: pd.DataFrame, *, by: Period = "day") -> pd.DataFrame:
    """Return one row a result: period, analyte, name, unit, number, filled, outside.

    Parameters
    ----------
    table
        The design's columns; names, units and flags are read by `flag_table`.
    by
        "day", or "week" (its Monday).

    Returns
    -------
    ``analyte`` is our name, or the table's own where it is none of ours; ``name`` and ``unit`` are the table's cells;
    ``number`` is in the unit of the analyte; ``outside``: its flag is not N. Rows without a date are left out.

    Raises
    ------
    InputError
        If no row has a date.
    """
    flagged = flag_table(table)
    days = Moments.of(texts_of(flagged["time"])).days
    dated = days > 0
    if not dated.any():
        raise InputError("the table", "has no row with a date that can be read", 'give a column "time", as 2024-05-01')
    periods = days[dated] - ((days[dated] - 1) % 7 if by == "week" else 0)
    flagged = flagged[dated]
    name = texts_of(flagged["name"] if "name" in flagged else flagged["code"])
    ours = texts_of(flagged["analyte"])
    unit = texts_of(flagged["unit_given"]) if "unit_given" in flagged else ""
    value = texts_of(flagged["value_given"])
    return pd.DataFrame(
        {
            "period": periods,
            "analyte": ours.where(ours != "", name).astype(object),
            "name": name.astype(object),
            "unit": pd.Series(unit, index=flagged.index).astype(object),
            "number": flagged["number"].astype(float),
            "filled": (value != "").to_numpy(),
            "outside": ~texts_of(flagged["flag"]).isin(_NOT_OUTSIDE).to_numpy(),
        }
    )


def by_period(rows: pd.DataFrame, periods: pd.Index) -> pd.DataFrame:
    """Return for one analyte and each period: rows, numbers, level, filled, outside; zero rows where it had none.

    The level is the trimmed mean, without the outer tenth of the numbers on each side.
    """
    grouped = rows.groupby("period")
    places = grouped["number"].rank(pct=True, method="first")
    inner = rows["number"].where(places.between(TRIMMED, 1 - TRIMMED))
    counts = pd.DataFrame(
        {
            "rows": grouped.size(),
            "numbers": grouped["number"].count(),
            "level": inner.groupby(rows["period"]).mean(),
            "filled": grouped["filled"].sum(),
            "outside": grouped["outside"].sum(),
        }
    ).reindex(periods)
    kept = counts.columns != "level"
    counts.loc[:, kept] = counts.loc[:, kept].fillna(0)
    return counts


def spread_of(numbers: pd.Series[float]) -> tuple[float, float]:
    """Return a robust standard deviation of single results, and the one that a trimmed mean's error rests on.

    The latter is the winsorised standard deviation divided by the share that is kept (Tukey and McLaughlin 1963).
    """
    low, high = numbers.quantile([0.25, 0.75])
    winsorised = numbers.clip(*numbers.quantile([TRIMMED, 1 - TRIMMED])).std()
    single = float(high - low) / _IQR_TO_SD or float(np.nan_to_num(numbers.std()))
    return single, float(np.nan_to_num(winsorised)) / (1 - 2 * TRIMMED)
