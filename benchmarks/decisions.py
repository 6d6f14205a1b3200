"""Measures the time of labs and decisions on the patients of the MIMIC-III demo, and how often each rule speaks.

Run ``python benchmarks/decisions.py [FOLDER]``. Each patient is assessed at the time of the newest result, with all
results and prescriptions; there are no notes and no images in this data.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from time import perf_counter

from labs import DEFAULT, records, rows

from nlp_engine.decisions import DecisionStage
from nlp_engine.labs import LabStage
from nlp_engine.record import Medication, PatientRecord


def medications(folder: Path) -> dict[str, list[Medication]]:
    """Return the prescriptions of each patient."""
    found: dict[str, list[Medication]] = defaultdict(list)
    for number, row in enumerate(rows(folder, "PRESCRIPTIONS")):
        found[row["subject_id"]].append(
            Medication(
                id=f"m{number}",
                name=row["drug"],
                route=row["route"] or None,
                start=datetime.fromisoformat(row["startdate"]) if row["startdate"] else None,
                stop=datetime.fromisoformat(row["enddate"]) if row["enddate"] else None,
            )
        )
    return found


def main() -> None:
    """Print milliseconds a patient and the count of cards by rule."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    drugs = medications(folder)
    found, _ = records(folder, with_code=False)
    patients: list[PatientRecord] = [
        record.model_copy(update={"medications": tuple(drugs[record.patient.id])}) for record in found
    ]
    start = perf_counter()
    labs, decisions = LabStage.load(), DecisionStage.load()
    print(f"loading the rules: {perf_counter() - start:.2f} s")
    seconds: Counter[str] = Counter()
    fired: Counter[str] = Counter()
    cards = 0
    for record in patients:
        # The newest result counts as now; prescriptions may start later.
        now = max(observation.time for observation in record.observations if observation.time is not None)
        start = perf_counter()
        results = labs.results(record, as_of=now)
        middle = perf_counter()
        decision = decisions.decide(record, lab_results=results, as_of=now)
        seconds.update(labs=middle - start, decisions=perf_counter() - middle)
        fired.update(card.rule_id for card in decision.cards)
        cards += len(decision.cards)
    results_a_patient = sum(len(record.observations) for record in patients) / len(patients)
    print(f"{len(patients)} patients, {results_a_patient:.0f} results each, {cards / len(patients):.1f} cards each")
    for stage, total in seconds.items():
        print(f"  {stage}: {1000 * total / len(patients):.1f} ms a patient")
    for rule, number in fired.most_common():
        print(f"  {rule:32} {number:4}")


if __name__ == "__main__":
    main()
