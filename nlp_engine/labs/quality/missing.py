"""What is missing: by column, by test and patient, by day. Shown, never filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nlp_engine.labs.moments import Moments
from nlp_engine.labs.quality.judged import Judged
from nlp_engine.labs.quality.models import AnalyteQuality, ColumnQuality, DayQuality

if TYPE_CHECKING:
    from nlp_engine.labs.distinct import Numbers


def columns_of(cells: Mapping[str, pd.Series[str]], present: set[str]) -> tuple[ColumnQuality, ...]:
    """Return how full each column of the design is."""
    return tuple(
        ColumnQuality(
            column=column,
            present=column in present,
            missing=int((texts == "").sum()),
            distinct=int(texts[texts != ""].nunique()),
        )
        for column, texts in cells.items()
    )


def analytes_of(judged: Judged, patients: int) -> tuple[AnalyteQuality, ...]:
    """Return each test that is known, the most frequent first."""
    analytes = [test.analyte for test in judged.tests]
    numbers, ids = pd.factorize(pd.Series([one.id if one else None for one in analytes], dtype=object))
    by_id = {one.id: one for one in analytes if one is not None}
    frame = _frame(judged, numbers)
    found = []
    for number, rows in frame[frame["analyte"] >= 0].groupby("analyte"):
        analyte = by_id[ids[int(str(number))]]
        held = rows[rows["has_result"]]["patient"]
        median = rows["number"].median()
        found.append(
            AnalyteQuality(
                analyte=analyte.name,
                code=analyte.code,
                unit=analyte.unit,
                rows=len(rows),
                patients=int(held[held >= 0].nunique()),
                patients_without=patients - int(held[held >= 0].nunique()),
                without_result=int((~rows["has_result"]).sum()),
                unusable_unit=int((rows["given"].notna() & rows["number"].isna()).sum()),
                implausible=int(rows["implausible"].sum()),
                median=None if np.isnan(median) else float(f"{median:.6g}"),
                units=_units(judged, rows["test"]),
            )
        )
    return tuple(sorted(found, key=lambda one: -one.rows))


def days_of(judged: Judged, moments: Moments) -> tuple[DayQuality, ...]:
    """Return each day with its rows and those without a result, in order."""
    frame = pd.DataFrame({"day": moments.days, "missing": ~judged.has_result})
    counts = frame[frame["day"] >= 0].groupby("day")["missing"].agg(["size", "sum"])
    return tuple(
        DayQuality(day=date.fromordinal(int(day)).isoformat(), rows=int(rows), without_result=int(missing))
        for day, rows, missing in counts.itertuples()
    )


def _frame(judged: Judged, numbers: Numbers) -> pd.DataFrame:
    patient = pd.factorize(judged.cells["patient_id"].where(judged.cells["patient_id"] != ""))[0]
    return pd.DataFrame(
        {
            "analyte": numbers[judged.test] if judged.rows else np.empty(0, dtype=np.int64),
            "test": judged.test,
            "patient": patient,
            "given": judged.given,
            "number": judged.number,
            "has_result": judged.has_result,
            "implausible": judged.implausible,
        }
    )


def _units(judged: Judged, tests: pd.Series) -> dict[str, int]:
    """Return unit -> rows, the most frequent first; "" where none was given."""
    counts: dict[str, int] = {}
    for number, count in tests.value_counts().items():
        unit = judged.tests[int(str(number))].ucum or ""
        counts[unit] = counts.get(unit, 0) + int(count)
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
