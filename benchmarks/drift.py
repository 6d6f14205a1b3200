"""Measures the detection of drift: feeds made of real lab panels, with and without an injected change.

Run ``python benchmarks/drift.py [--feeds N] [--data FOLDER]``. A feed is 90 days of panels drawn from the thiopurine
set (real values, real relations; about 30 on a weekday, 10 on a day of a weekend, 3 % of the cells empty). After day 30
one analyte changes. "Found" means a finding of the right kind for that analyte within 7 days of the change.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from nlp_engine.labs.anomalies.drift import Drift, drifts

ANALYTES = {
    "wbc": ("White blood cells", "10*3/uL"),
    "hgb": ("Hemoglobin", "g/dL"),
    "plt": ("Platelets", "10*3/uL"),
    "sod": ("Sodium", "mmol/L"),
    "pot": ("Potassium", "mmol/L"),
    "creat": ("Creatinine", "mg/dL"),
    "gluc": ("Glucose", "mg/dL"),
    "cal": ("Calcium", "mg/dL"),
    "alb": ("Albumin", "g/dL"),
    "alt": ("ALT", "U/L"),
    "ast": ("AST", "U/L"),
    "tbil": ("Bilirubin, total", "mg/dL"),
}
DAYS, CHANGE = 90, 30
START = date(2024, 1, 1)
WITHIN = 7
Injection = Callable[[pd.DataFrame, str, np.random.Generator], pd.DataFrame]


def feed(panels: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return an undisturbed feed in the design's columns, with "day" beside them."""
    counts = [rng.poisson(30 if (START + timedelta(days=d)).weekday() < 5 else 10) for d in range(DAYS)]
    days = np.repeat(np.arange(DAYS), counts)
    drawn = panels.iloc[rng.integers(0, len(panels), len(days))].reset_index(drop=True).assign(day=days)
    drawn["patient_id"] = np.arange(len(drawn)).astype(str)
    rows = drawn.melt(id_vars=["day", "patient_id"], var_name="key", value_name="number")
    rows["name"] = rows["key"].map(lambda key: ANALYTES[key][0])
    rows["unit"] = rows["key"].map(lambda key: ANALYTES[key][1])
    rows["number"] = rows["number"].mask(rng.random(len(rows)) < 0.03)
    rows["time"] = rows["day"].map(lambda day: (START + timedelta(days=int(day))).isoformat())
    return rows


def deviation(numbers: pd.Series) -> float:
    """Return a robust standard deviation: long tails do not make the injected shift a large one."""
    low, high = numbers.quantile([0.25, 0.75])
    return float(high - low) / 1.349


def shifted(rows: pd.DataFrame, key: str, rng: np.random.Generator) -> pd.DataFrame:
    """Move the level by one standard deviation."""
    return rows.assign(number=rows["number"] + deviation(rows["number"]) * (rows["day"] >= CHANGE))


def half_shifted(rows: pd.DataFrame, key: str, rng: np.random.Generator) -> pd.DataFrame:
    """Move the level by half a standard deviation."""
    return rows.assign(number=rows["number"] + deviation(rows["number"]) * (rows["day"] >= CHANGE) / 2)


def other_unit(rows: pd.DataFrame, key: str, rng: np.random.Generator) -> pd.DataFrame:
    """Write another unit; the numbers stay, as if only the cell had changed."""
    return rows.assign(unit=rows["unit"].mask(rows["day"] >= CHANGE, "mg/L"))


def more_missing(rows: pd.DataFrame, key: str, rng: np.random.Generator) -> pd.DataFrame:
    """Double the missing rate: 10 % before, 20 % after."""
    rate = np.where(rows["day"] >= CHANGE, 0.2, 0.1)
    return rows.assign(number=rows["number"].mask(rng.random(len(rows)) < rate))


def much_more_missing(rows: pd.DataFrame, key: str, rng: np.random.Generator) -> pd.DataFrame:
    """Lose a third of the values."""
    return rows.assign(number=rows["number"].mask((rows["day"] >= CHANGE) & (rng.random(len(rows)) < 1 / 3)))


def renamed(rows: pd.DataFrame, key: str, rng: np.random.Generator) -> pd.DataFrame:
    """Give the analyte a name that nobody knows."""
    return rows.assign(name=rows["name"].mask(rows["day"] >= CHANGE, f"XQ-{key}"))


def fewer(rows: pd.DataFrame, key: str, rng: np.random.Generator) -> pd.DataFrame:
    """Lose half of the rows."""
    return rows[(rows["day"] < CHANGE) | (rng.random(len(rows)) < 0.5)]


INJECTIONS: dict[str, tuple[str, Injection]] = {
    "level +1 SD": ("level", shifted),
    "level +0.5 SD": ("level", half_shifted),
    "unit cell": ("unit", other_unit),
    "missing 10 % -> 20 %": ("missing", more_missing),
    "missing 3 % -> 35 %": ("missing", much_more_missing),
    "renamed": ("name", renamed),
    "half of the rows": ("rows", fewer),
}


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what a hospital would send."""
    value = rows["number"].map(lambda number: "" if pd.isna(number) else f"{number:g}")
    return rows[["patient_id", "time", "name", "unit"]].assign(value=value)


def is_hit(drift: Drift, kind: str) -> bool:
    """Say whether a finding has the kind and the time of the injected change."""
    return drift.kind == kind and abs((drift.since - START).days - CHANGE) <= WITHIN


def measured(panels: pd.DataFrame, feeds: int) -> None:
    """Print false alarms on undisturbed feeds, and what is found of each injection."""
    alarms: Counter[str] = Counter()
    seconds, rows = 0.0, 0
    for seed in range(feeds):
        table = table_of(feed(panels, np.random.default_rng(seed)))
        begun = perf_counter()
        alarms.update(drift.kind for drift in drifts(table))
        seconds, rows = seconds + perf_counter() - begun, rows + len(table)
    months = feeds * len(ANALYTES) * DAYS / 30
    print(f"undisturbed: {sum(alarms.values())} false alarms in {months:.0f} months of an analyte: {dict(alarms)}")
    print(f"  {rows / seconds:,.0f} rows a second")
    for title, (kind, change) in INJECTIONS.items():
        hits, others, delays = [], 0, []
        for seed in range(feeds):
            rng = np.random.default_rng(1000 + seed)
            whole = feed(panels, rng)
            key = str(rng.choice(list(ANALYTES)))
            ours = whole["key"] == key
            found = drifts(table_of(pd.concat([whole[~ours], change(whole[ours], key, rng)])))
            right = [drift for drift in found if is_hit(drift, kind) and concerns(drift, key)]
            hits.append(bool(right))
            delays += [(drift.since - START).days - CHANGE for drift in right[:1]]
            others += sum(not concerns(drift, key) for drift in found)
        away = f"start off by {np.mean(np.abs(delays)):.1f} days" if delays else ""
        print(f"{title:22} found {np.mean(hits):.0%} of {feeds}; {away}; alarms at other analytes {others}", flush=True)


def concerns(drift: Drift, key: str) -> bool:
    """Say whether a finding is about the analyte that was changed."""
    return ANALYTES[key][0] in drift.sentence or f"XQ-{key}" in drift.sentence


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/tables/thiomon/thiomon.csv"))
    options = parser.parse_args()
    measured(pd.read_csv(options.data)[list(ANALYTES)], options.feeds)


if __name__ == "__main__":
    main()
