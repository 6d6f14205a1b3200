"""Measures the reports of the sample patients: time and size of the pages, and how easy the patient's page is to read.

Run ``python benchmarks/report.py [FOLDER]``. The grade is Flesch-Kincaid, of the sentences alone and with the lines
that say where they come from.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

from nlp_engine.assessment import Assessment
from nlp_engine.engine import Engine
from nlp_engine.record import PatientRecord
from nlp_engine.report import render_report
from nlp_engine.report.readability import flesch_kincaid_grade, prose

DEFAULT = Path(__file__).parents[1] / "corpus_samples"
_RUNS = 5


def rendered(assessment: Assessment, audience: str) -> tuple[str, float]:
    """Return a page and the shortest of some rendering times in milliseconds."""
    times = []
    for _ in range(_RUNS):
        start = perf_counter()
        page = render_report(assessment, "patient" if audience == "patient" else "clinician")
        times.append((perf_counter() - start) * 1000)
    return page, min(times)


def main() -> None:
    """Print a row a patient, and the least and the most of each column."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    engine = Engine.load()
    columns = ("clinician ms", "kB", "patient ms", "kB", "grade", "with sources")
    print(f"{'patient':24}" + "".join(f"{name:>14}" for name in columns))
    rows = []
    # A folder with annotation.conf holds annotated notes and no patient.
    for path in sorted(
        entry for entry in folder.iterdir() if entry.is_dir() and not (entry / "annotation.conf").exists()
    ):
        assessment = engine.assess(PatientRecord.from_folder(path))
        clinician, clinician_ms = rendered(assessment, "clinician")
        patient, patient_ms = rendered(assessment, "patient")
        grades = (flesch_kincaid_grade(prose(patient, with_sources=several)) for several in (False, True))
        row = (clinician_ms, len(clinician) / 1000, patient_ms, len(patient) / 1000, *grades)
        rows.append(row)
        print(f"{path.name:24}" + "".join(f"{value:14.1f}" for value in row))
    for name, chosen in (("least", min), ("most", max)):
        print(f"{name:24}" + "".join(f"{chosen(column):14.1f}" for column in zip(*rows, strict=True)))


if __name__ == "__main__":
    main()
