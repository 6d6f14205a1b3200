"""Age and sex of the patient as the notes tell them, against `people.csv`: marked by hand before the reader had run.

Four marks of long notes were corrected when the reader pointed to words further down; the reader was then changed on
these notes, so they are for development. They are of MTSamples and ACI-Bench of the shared data (drawn by chance, none
of our test part), and every second of our own terse notes. Ages count in their unit; where the notes do not tell,
nothing said is right.

python benchmarks/people.py [--data /work/shared/data/notes] [--show]
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gold import ANNOTATED

from nlp_engine.text.people import PeopleReader, told_age, told_sex
from nlp_engine.text.stage import TextRules

HERE = Path(__file__).parent
VERDICTS = ("right", "unknown", "wrong")


def main() -> None:
    """Print the shares of ages and sexes that are told rightly, not at all, or wrongly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/work/shared/data/notes"))
    parser.add_argument("--show", action="store_true", help="show what is not told rightly")
    arguments = parser.parse_args()
    rules, counts = TextRules.load(), Counter[tuple[str, str]]()
    reader = PeopleReader(rules.people)
    for note_id, expected, text in _marked(arguments.data):
        people = reader.read(rules.read(text), None)
        age, sex = told_age(people), told_sex(people)
        found = {"age": f"{age.value} {age.unit}" if age else "", "sex": (sex.word or "") if sex else ""}
        for what, value in found.items():
            verdict = _verdict(expected[what], value)
            counts[what, verdict] += 1
            if arguments.show and verdict != "right":
                print(f"{note_id} {what}: {expected[what] or 'not told'}, read as {value or 'not told'}")
    for what in ("age", "sex"):
        total = sum(counts[what, verdict] for verdict in VERDICTS)
        shares = "  ".join(f"{verdict} {100 * counts[what, verdict] / total:.1f} %" for verdict in VERDICTS)
        print(f"{what}: {total} notes  {shares}")


def _verdict(expected: str, found: str) -> str:
    return "right" if found == expected else "unknown" if not found else "wrong"


def _marked(data: Path) -> Iterator[tuple[str, dict[str, str], str]]:
    lines = (data / "mtsamples" / "mtsamples.jsonl").read_text(encoding="utf-8").splitlines()
    samples = {f"mts_{note['id']}": note["text"] for note in map(json.loads, lines)}
    with (HERE / "people.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            note_id = row["note_id"]
            own = ANNOTATED / "docs" / f"{note_id}.txt"
            visit = data / "aci_bench" / "notes" / f"{note_id.removeprefix('aci_')}.txt"
            text = samples.get(note_id) or (own if own.exists() else visit).read_text(encoding="utf-8")
            yield note_id, {"age": f"{row['age']} {row['unit']}".strip(), "sex": row["sex"]}, text


if __name__ == "__main__":
    main()
