"""Measures the laboratory room on the MIMIC-III demo: recognition, agreement with the site's own flags.

Run ``python benchmarks/labs.py [FOLDER]``; FOLDER holds LABEVENTS.csv, D_LABITEMS.csv and PATIENTS.csv (default
``../shared/data/records/mimic3_demo``). The site flags a result "abnormal" or not at all, and gives no interval: ours
is a textbook's, or the one that the site's flags imply. The latter is measured on patients whose flags were not learnt
from (five folds of patients), and, for comparison, on the same that it was learnt from.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from nlp_engine.assessment import Flag, LabResult
from nlp_engine.labs import LabStage
from nlp_engine.labs.intervals.site import write_site_intervals
from nlp_engine.labs.intervals.site_flags import learn_site_intervals
from nlp_engine.labs.reading import CellReader
from nlp_engine.labs.site_learning import seen_results
from nlp_engine.record import Observation, ObservationKind, Patient, PatientRecord, Sex

DEFAULT = Path("../shared/data/records/mimic3_demo")
SHOWN = 60
FOLDS = 5
COMMON = 14
NO_INTERVAL = ("INR", "Body temperature")
"""The site's flags of these follow no interval: it flags no temperature, and INR of some patients never."""


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


def agreement(results: Iterable[LabResult], flags: dict[str, str], source: str) -> dict[str, tuple[int, int]]:
    """Return by analyte how many flags of ours (normal or not) agree with the site's, and of how many.

    Parameters
    ----------
    source
        How the name of the interval begins whose flags are looked at.
    """
    counts: dict[str, tuple[int, int]] = {}
    for result in results:
        site = flags[result.observation_id]
        if result.flag is None or not (result.interval_source or "").startswith(source) or site == "delta":
            continue
        agreed, compared = counts.get(result.name, (0, 0))
        counts[result.name] = (agreed + ((result.flag is Flag.NORMAL) == (site != "abnormal")), compared + 1)
    return counts


def print_agreement(counts: dict[str, tuple[int, int]], *, shown: int = SHOWN) -> None:
    """Print agreement by analyte, the most frequent first, and of all."""
    for name, (agreed, compared) in sorted(counts.items(), key=lambda one: -one[1][1])[:shown]:
        print(f"  {name:32} {compared:6}  {agreed / compared:6.1%}")
    most = sorted(counts.values(), key=lambda one: -one[1])
    rest = [one for name, one in counts.items() if name not in NO_INTERVAL]
    titles = {"all": most, f"the {COMMON} most frequent": most[:COMMON], f"all but {' and '.join(NO_INTERVAL)}": rest}
    for title, some in titles.items():
        agreed, compared = map(sum, zip(*some, strict=True))
        print(f"  {title}: {len(some)} analytes, {compared} results: {agreed / compared:.2%}")


def tables(found: Iterable[PatientRecord], flags: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records as the two tables that ``nlp-engine labs learn-intervals`` reads."""
    results, patients = [], []
    for record in found:
        about = record.patient
        patients.append({"patient_id": about.id, "sex": about.sex.value, "birth_date": str(about.birth_date)})
        results += [
            {
                "patient_id": about.id, "time": str(one.time), "name": one.name, "code": one.code or "",
                "value": one.value, "unit": one.unit or "", "flag": flags[one.id],
            }
            for one in record.observations
        ]  # fmt: skip
    return pd.DataFrame(results), pd.DataFrame(patients)


def site_stage(reader: CellReader, learnt_from: Iterable[PatientRecord], flags: dict[str, str]) -> LabStage:
    """Return a stage with the intervals that the flags of some patients imply."""
    seen = seen_results(*tables(learnt_from, flags), reader, kind=ObservationKind.LAB)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "intervals.csv"
        write_site_intervals(learn_site_intervals(seen, reader.book), file)
        return LabStage.load(site_intervals=file)


def print_site_agreement(found: list[PatientRecord], flags: dict[str, str]) -> None:
    """Print the agreement with intervals learnt from the site's own flags."""
    reader = CellReader.load()
    ordered = sorted(found, key=lambda record: int(record.patient.id))
    folds = [ordered[start::FOLDS] for start in range(FOLDS)]
    unseen: list[LabResult] = []
    for fold in folds:
        others = [record for record in ordered if record not in fold]
        stage = site_stage(reader, others, flags)
        unseen += [result for record in fold for result in stage.results(record, as_of=None)]
    print(f"Intervals learnt from the site's flags, on patients not learnt from ({FOLDS} folds), by analyte")
    print_agreement(agreement(unseen, flags, "site"), shown=20)
    print("  with the textbook's where none was learnt:")
    print_agreement(agreement(unseen, flags, ""), shown=0)
    stage = site_stage(reader, ordered, flags)
    same = [result for record in ordered for result in stage.results(record, as_of=None)]
    print("  on the patients learnt from:")
    print_agreement(agreement(same, flags, "site"), shown=0)


def main() -> None:
    """Print everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    stage = LabStage.load()
    for with_code in (False, True):
        found, flags = records(folder, with_code=with_code)
        results = [result for record in found for result in stage.results(record, as_of=None)]
        print("Recognition by name" if not with_code else "Recognition by LOINC, else by name")
        print_recognition(results)
        print("Textbook flags against the site's own, by analyte")
        print_agreement(agreement(results, flags, "textbook"), shown=SHOWN if with_code else 0)
        if with_code:
            print_site_agreement(found, flags)


if __name__ == "__main__":
    main()
