"""Measures the laboratory room on the MIMIC-III demo: recognition, agreement with the site's own flags, speed.

Run ``python benchmarks/labs.py [FOLDER]``; FOLDER holds LABEVENTS.csv, D_LABITEMS.csv and PATIENTS.csv (default
``../shared/data/records/mimic3_demo``). The site flags a result "abnormal" or not at all; it gives no interval, so
that every flag of ours here is a textbook one. The intervals were not chosen by this data.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

from nlp_engine.assessment import Flag, LabResult
from nlp_engine.labs import LabStage
from nlp_engine.record import Observation, Patient, PatientRecord, Sex

DEFAULT = Path("../shared/data/records/mimic3_demo")
SHOWN = 60


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, with lower-case column names."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield {key.lower(): value for key, value in row.items()}


def records(folder: Path, *, with_code: bool) -> tuple[list[PatientRecord], dict[str, str]]:
    """Return one record a patient, and the site's flag of each observation."""
    items = {row["itemid"]: row for row in rows(folder, "D_LABITEMS")}
    observations: dict[str, list[Observation]] = defaultdict(list)
    flags: dict[str, str] = {}
    for number, row in enumerate(rows(folder, "LABEVENTS")):
        item = items[row["itemid"]]
        is_blood = item["fluid"].strip().lower() == "blood"
        flags[str(number)] = row["flag"]
        observations[row["subject_id"]].append(
            Observation(
                id=str(number),
                # A blood test is named without its specimen, as hospitals do.
                name=item["label"] if is_blood else f"{item['fluid']} {item['label']}",
                code=(item["loinc_code"] or None) if with_code else None,
                value=row["value"],
                unit=row["valueuom"] or None,
                time=datetime.fromisoformat(row["charttime"]),
                source=item["fluid"].strip().lower(),
            )
        )
    patients = {row["subject_id"]: row for row in rows(folder, "PATIENTS")}
    return [
        PatientRecord(patient=patient(patients[subject]), observations=tuple(found))
        for subject, found in observations.items()
    ], flags


def patient(row: dict[str, str]) -> Patient:
    """Return a patient; ages above 89 stand as 300 in the data and still count as adult."""
    return Patient(
        id=row["subject_id"],
        sex=Sex.FEMALE if row["gender"] == "F" else Sex.MALE,
        birth_date=date.fromisoformat(row["dob"][:10]),
    )


def print_recognition(results: list[LabResult]) -> None:
    """Print the shares of rows whose analyte and unit are recognised, and the most frequent misses in blood."""
    blood = [result for result in results if result.source == "blood"]
    for title, some in (("all rows", results), ("blood", blood)):
        known = [result for result in some if is_known(result)]
        numbers = [result for result in known if result.value is not None]
        odd_unit = sum(any("cannot be converted" in r or "not given" in r for r in x.remarks[-3:]) for x in numbers)
        print(
            f"  {title}: {len(some)} rows, analyte recognised {len(known) / len(some):.1%}, "
            f"of those with a number the unit {1 - odd_unit / max(1, len(numbers)):.1%}"
        )
    misses = Counter(result.name for result in blood if not is_known(result))
    print("  most frequent misses in blood:", ", ".join(f"{name} {n}" for name, n in misses.most_common(15)))


def is_known(result: LabResult) -> bool:
    """Say whether the row's analyte was found."""
    return not any(remark.startswith("not an analyte") for remark in result.remarks)


def print_agreement(results: list[LabResult], flags: dict[str, str]) -> None:
    """Print how often the textbook flag (normal or not) agrees with the site's, by analyte."""
    agreed: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    for result in results:
        site = flags[result.observation_id]
        if result.flag is None or not (result.interval_source or "").startswith("textbook") or site == "delta":
            continue
        compared[result.name] += 1
        agreed[result.name] += (result.flag is Flag.NORMAL) == (site != "abnormal")
    for name, number in compared.most_common(SHOWN):
        print(f"  {name:32} {number:6}  {agreed[name] / number:6.1%}")
    total = sum(compared.values())
    print(f"  {len(compared)} analytes, {total} results: {sum(agreed.values()) / total:.1%}")


def main() -> None:
    """Print everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    stage = LabStage.load()
    for with_code in (False, True):
        found, flags = records(folder, with_code=with_code)
        start = perf_counter()
        results = [result for record in found for result in stage.results(record, as_of=None)]
        seconds = perf_counter() - start
        print("Recognition by name" if not with_code else "Recognition by LOINC, else by name")
        print_recognition(results)
        print(f"  {len(results) / seconds:,.0f} rows a second")
        if not with_code:
            print("Textbook flags against the site's own, by analyte")
            print_agreement(results, flags)


if __name__ == "__main__":
    main()
