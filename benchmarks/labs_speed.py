"""Measures ``nlp-engine labs flag`` from file to file on one core: seconds of the processor, peak memory, linearity.

Run ``python benchmarks/labs_speed.py [ROWS ...]`` (default 250000 500000 1000000). The tables are made from a seed: 60
analytes, values around their intervals with the places of the assay, a fifth of the rows in another unit than ours, 2 %
dirt (commas, comparators, words, missing units, flags in the value), 20,000 patients with sex and birth date. The last
line is the worst case: every value is different.
"""

from __future__ import annotations

import os
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.labs.intervals import IntervalBook, Person
from nlp_engine.record import Sex

ROWS = (250_000, 500_000, 1_000_000)
ANALYTES, PATIENTS, DIRT, OTHER_UNIT = 60, 20_000, 0.02, 0.2
START = np.datetime64("2019-01-01T00:00")
MINUTES = 4 * 365 * 24 * 60


def people() -> pd.DataFrame:
    """Return the patients, from newborn to 95 years."""
    random = np.random.default_rng(5)
    days = random.integers(0, 95 * 365, PATIENTS)
    return pd.DataFrame(
        {
            "patient_id": [f"{number:07}" for number in range(PATIENTS)],
            "sex": random.choice(["F", "M"], PATIENTS),
            "birth_date": (START.astype("datetime64[D]") - days).astype(str),
        }
    )


def adults_intervals() -> list[tuple[Analyte, tuple[float, float]]]:
    """Return the analytes that have an interval with an upper end for men of 50."""
    catalogue = Catalogue.load()
    book = IntervalBook.load(catalogue)
    man = Person(Sex.MALE, Decimal(50))
    found = [(analyte, book.bounds(analyte, man)[0]) for analyte in catalogue.analytes]
    return [(one, (float(ends.low or 0), float(ends.high))) for one, ends in found if ends and ends.high]


def results(rows: int, *, all_distinct: bool = False) -> pd.DataFrame:
    """Return a table of results."""
    random = np.random.default_rng(7)
    analytes = adults_intervals()[:ANALYTES]
    chosen = random.integers(0, len(analytes), rows)
    values, units = np.empty(rows, dtype=object), np.empty(rows, dtype=object)
    for number, (analyte, interval) in enumerate(analytes):
        where = np.flatnonzero(chosen == number)
        other = random.random(len(where)) < OTHER_UNIT
        numbers, unit = measured(analyte, interval, random, len(where))
        values[where], units[where] = numbers, unit
        converted, unit = measured(analyte, interval, random, len(where), other=True)
        values[where[other]], units[where[other]] = np.asarray(converted, dtype=object)[other], unit
    if all_distinct:
        values = np.asarray([f"{number / 1000:.6f}" for number in random.permutation(rows) + 1], dtype=object)
    else:
        soil(values, units, random)
    time = START + random.integers(0, MINUTES, rows).astype("timedelta64[m]")
    return pd.DataFrame(
        {
            "patient_id": [f"{number:07}" for number in random.integers(0, PATIENTS, rows)],
            "time": np.datetime_as_string(time),
            "name": np.asarray([analyte.name for analyte, _ in analytes], dtype=object)[chosen],
            "value": values,
            "unit": units,
            "ward": random.choice(["ICU", "ER", "4 West"], rows),
        }
    )


def measured(
    analyte: Analyte, interval: tuple[float, float], random: np.random.Generator, count: int, *, other: bool = False
) -> tuple[list[str], str]:
    """Return values around an analyte's interval as a laboratory prints them, and their unit."""
    low, high = interval
    numbers = np.abs(random.normal((low + high) / 2, (high - low) / 2.5, count))
    places, unit = analyte.places, analyte.unit
    if other and analyte.units:
        unit = next(iter(analyte.units))
        conversion = analyte.conversion(unit)
        assert conversion is not None
        factor = float(conversion.factor)
        numbers = (numbers - float(conversion.offset)) / factor
        places = max(0, places + round(np.log10(factor)))
    return [f"{number:.{places}f}" for number in numbers], unit


def soil(values: np.ndarray, units: np.ndarray, random: np.random.Generator) -> None:
    """Spoil a share of the rows in place, as hospitals do."""
    dirty = np.flatnonzero(random.random(len(values)) < DIRT)
    kinds = random.integers(0, 7, len(dirty))
    for row, kind in zip(dirty.tolist(), kinds.tolist(), strict=True):
        value = values[row]
        values[row] = (value.replace(".", ","), f"<{value}", "NEG", f"{value} H", "hemolyzed", value, f" {value}")[kind]
        if kind == 5:
            units[row] = ""


def measure(title: str, table: pd.DataFrame, folder: Path) -> None:
    """Flag one table in a process of its own, on one core, and print what it took."""
    given, out = folder / "labs.csv", folder / "flagged.csv"
    table.to_csv(given, index=False)
    command = [sys.executable, "-m", "nlp_engine", "labs", "flag", str(given), "--out", str(out)]
    child = os.fork()
    if child == 0:
        os.sched_setaffinity(0, {0})
        os.execv(command[0], [*command, "--patients", str(folder / "patients.csv")])
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{title}: the command failed")
    seconds = usage.ru_utime + usage.ru_stime
    distinct = len(table.drop_duplicates(["name", "value", "unit"]))
    print(
        f"{title}: {len(table):,} rows ({distinct:,} different results), {seconds:.1f} s of one core, "
        f"{len(table) / seconds:,.0f} rows a second, {usage.ru_maxrss / 1024:,.0f} MB",
        flush=True,
    )


def main() -> None:
    """Print a line a size, and the worst case at the largest."""
    sizes = [int(size) for size in sys.argv[1:]] or ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people().to_csv(folder / "patients.csv", index=False)
        for rows in sizes:
            measure("made from a seed", results(rows), folder)
        measure("every value different", results(max(sizes), all_distinct=True), folder)


if __name__ == "__main__":
    main()
