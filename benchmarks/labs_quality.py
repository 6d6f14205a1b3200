"""Measures ``nlp-engine labs check``: time and memory by rows, and how many planted faults of a real table it finds.

Speed: the made tables of ``labs_speed.py`` (60 analytes, 20,000 patients, 2 % dirt), from file to page, on one core;
the last line is the worst case, in which every value is different.

Faults: into the MIMIC-III demo (one hospital's results as they are, with what is wrong in them) one kind of fault is
planted at a time, in 2 % of the numeric rows of blood whose test is known, from a seed. Recall is the share of planted
rows that are named; "beside" are rows named that were not planted, which may be faults of the data itself. Of two rows
that contradict each other both are named.

python benchmarks/labs_quality.py [--rows 250000 500000 1000000] [--data ../shared/data/records/mimic3_demo]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pandas as pd
from labs_speed import people, results

import nlp_engine.labs.quality.check as check_module
from nlp_engine.labs.quality import check_table
from nlp_engine.labs.quality.found import Found
from nlp_engine.labs.reading import CellReader

SHARE = 0.02
TABLES = ("LABEVENTS", "D_LABITEMS")
COLUMNS = {
    "patient_id": "SUBJECT_ID", "time": "CHARTTIME", "name": "LABEL", "specimen": "FLUID", "value": "VALUE",
    "unit": "VALUEUOM",
}  # fmt: skip


def speed(rows: int, *, all_distinct: bool) -> None:
    """Print what a check of a made table costs, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        table, about = Path(folder, "labs.csv"), Path(folder, "patients.csv")
        results(rows, all_distinct=all_distinct).to_csv(table, index=False)
        people().to_csv(about, index=False)
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(table), str(about)], capture_output=True, text=True, check=True
        )
        kind = "every value different" if all_distinct else "as wards send them"
        print(f"  {rows:>9,} rows, {kind}: {done.stdout.strip()}")


def one(table: Path, about: Path) -> None:
    """Check one file and print its cost."""
    from nlp_engine.cells.columns import OBSERVATIONS, PEOPLE
    from nlp_engine.readers.frames import read_frame

    start, cpu = perf_counter(), process_time()
    report = check_table(read_frame(table, OBSERVATIONS), read_frame(about, PEOPLE), name=table.name)
    report.to_html()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{perf_counter() - start:.1f} s ({process_time() - cpu:.1f} s of the processor), {peak:,.0f} MB at most")


def demo(folder: Path) -> pd.DataFrame:
    """Return the results of the demo under the design's columns."""
    tables = (pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in TABLES)
    events, items = tables
    joined = events.merge(items, on="ITEMID", sort=False)
    return pd.DataFrame({column: joined[source] for column, source in COLUMNS.items()})


def named_rows(table: pd.DataFrame, kinds: set[str], reader: CellReader) -> np.ndarray:
    """Return which rows are named by any of some kinds of issues."""
    named = np.zeros(len(table), dtype=bool)

    def watch(found: Found) -> None:
        if found.kind in kinds:
            named[found.rows] = True

    original = check_module.issue_of
    check_module.issue_of = lambda found: (watch(found), original(found))[1]
    try:
        check_table(table, reader=reader)
    finally:
        check_module.issue_of = original
    return named


def slip(table: pd.DataFrame, rows: np.ndarray, factor: float) -> pd.DataFrame:
    """Move the point of some values."""
    changed = table.copy()
    numbers = changed.loc[rows, "value"].astype(float) * factor
    changed.loc[rows, "value"] = [f"{number:.6g}" for number in numbers]
    return changed


def swap(table: pd.DataFrame, rows: np.ndarray, reader: CellReader) -> tuple[pd.DataFrame, np.ndarray]:
    """Convert some values into another unit and keep the old unit beside them."""
    by_name = {name: analyte for analyte in reader.catalogue.analytes for name in (analyte.name, *analyte.synonyms)}
    changed, kept = table.copy(), []
    for row in rows:
        analyte = by_name.get(table.at[row, "name"]) or by_name.get(table.at[row, "name"].lower())
        others = [unit for unit in (analyte.unit_by_range if analyte else ()) if unit != analyte.unit]
        if analyte and others and (conversion := analyte.conversion(others[0])) is not None:
            changed.at[row, "value"] = f"{(float(table.at[row, 'value'])) / float(conversion.factor):.4g}"
            kept.append(row)
    return changed, np.asarray(kept, dtype=int)


def repeat(table: pd.DataFrame, rows: np.ndarray, factor: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Write some rows a second time behind the others, as they are (1) or with another value."""
    again = table.loc[rows].copy()
    if factor != 1:
        again["value"] = [f"{float(value) * factor:.4g}" for value in again["value"]]
    return pd.concat([table, again], ignore_index=True), np.arange(len(table), len(table) + len(rows))


def faults(folder: Path) -> None:
    """Print what is found of each kind of planted fault."""
    reader, table = CellReader.load(), demo(folder)
    number = pd.to_numeric(table["value"], errors="coerce")
    known = ~named_rows(table, {"name_unknown", "unit_missing", "unit_unconvertible"}, reader)
    candidates = np.flatnonzero((table["specimen"].str.lower() == "blood") & (number > 0) & known)
    rows = np.sort(np.random.default_rng(3).choice(candidates, int(len(candidates) * SHARE), replace=False))
    sizes = {"implausible", "decimal_slip", "unit_swapped"}
    before = named_rows(table, sizes, reader)
    swapped, swapped_rows = swap(table, rows, reader)
    exact, exact_rows = repeat(table, rows, 1)
    other, other_rows = repeat(table, rows, 1.3)
    show("point moved to the right (x 10)", slip(table, rows, 10), rows, sizes, before, reader)
    show("point moved to the left (x 0.1)", slip(table, rows, 0.1), rows, sizes, before, reader)
    show("value in the other unit, unit kept", swapped, swapped_rows, sizes, before, reader)
    show("row written twice", exact, exact_rows, {"duplicate"}, None, reader)
    show("row with another value, no state", other, other_rows, {"contradicting"}, None, reader)


def show(
    title: str, table: pd.DataFrame, rows: np.ndarray, kinds: set[str], before: np.ndarray | None, reader: CellReader
) -> None:
    """Print recall and what was named beside the planted rows."""
    named = named_rows(table, kinds, reader)
    beside = named.copy()
    beside[rows] = False
    own = "" if before is None else f" ({before.sum()} of them without anything planted)"
    print(f"  {title}: {named[rows].sum()} of {len(rows)} found ({named[rows].mean():.1%}); beside {beside.sum()}{own}")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[250_000, 500_000, 1_000_000])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/records/mimic3_demo"))
    parser.add_argument("--one", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(*options.one)
        return
    print("Planted faults, MIMIC-III demo")
    faults(options.data)
    print("Speed")
    for rows in options.rows:
        speed(rows, all_distinct=False)
    if options.rows:
        speed(options.rows[-1], all_distinct=True)


if __name__ == "__main__":
    main()
