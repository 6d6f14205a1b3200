"""Measures the time of labs and decisions on the patients of the MIMIC-III demo, and how often each rule speaks.

Run ``python benchmarks/decisions.py [--daily] [FOLDER]``. Each patient is assessed at the time of the newest result,
with all results and prescriptions; with ``--daily`` also at the last result of every day that has five results or
more, as a ward would see it. There are no notes and no images in this data.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

from labs import DEFAULT, records, rows

from nlp_engine.decisions import DecisionStage
from nlp_engine.labs import LabStage
from nlp_engine.record import Medication, PatientRecord

LEAST_OF_A_DAY = 5


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
    folders = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(folders[0]) if folders else DEFAULT
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
    if "--daily" in sys.argv:
        print_daily(patients, labs, decisions)


def print_daily(patients: list[PatientRecord], labs: LabStage, decisions: DecisionStage) -> None:
    """Print on how many days, and of how many patients, each rule speaks."""
    days = 0
    spoken: defaultdict[str, list[str]] = defaultdict(list)
    for record in patients:
        results = labs.results(record, as_of=None)
        by_day: defaultdict[date, list[datetime]] = defaultdict(list)
        for result in results:
            if result.time is not None:
                by_day[result.time.date()].append(result.time)
        for times in by_day.values():
            if len(times) >= LEAST_OF_A_DAY:
                days += 1
                for card in decisions.decide(record, lab_results=results, as_of=max(times)).cards:
                    spoken[card.rule_id].append(record.patient.id)
    print(f"{days} days of these patients")
    for rule, owners in sorted(spoken.items(), key=lambda item: -len(item[1])):
        print(f"  {rule:32} {len(owners):4} days {len(set(owners)):4} patients")


if __name__ == "__main__":
    main()
