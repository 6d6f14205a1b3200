"""Results told in notes: how many observations are right (analyte, value, unit, time), and how many are found.

The lines of ``benchmarks/measurements.yaml``, marked by hand, for development and held back; and the observations that
come out of the dev part of our annotated notes, to be read by hand.

python benchmarks/measurements.py [--part held_back] [--notes] [--show]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from gold import annotated_notes

from nlp_engine.knowledge import KnowledgeModel, read_yaml
from nlp_engine.record import Note, Observation
from nlp_engine.text import TextStage
from nlp_engine.text.measurements.analytes import Analytes

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 4, 10)
Told = tuple[str | None, str, str | None, str]
"""Analyte, value, unit, day."""


class Line(KnowledgeModel):
    """A line with the results that it tells."""

    text: str
    results: tuple[str, ...]


class File(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    development: tuple[Line, ...]
    held_back: tuple[Line, ...]


def main() -> None:
    """Print precision and recall of the lines, or the observations of the notes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("development", "held_back"), default=None)
    parser.add_argument("--notes", action="store_true", help="print the observations of the dev notes")
    parser.add_argument("--show", action="store_true", help="print what is wrong in the lines")
    arguments = parser.parse_args()
    stage = TextStage.load()
    if arguments.notes:
        _print_notes(stage)
        return
    file = read_yaml(HERE / "measurements.yaml", File)
    ids = {analyte.code: analyte.id for analyte in Analytes.load().by_id.values()}
    for part in [arguments.part] if arguments.part else ["development", "held_back"]:
        _print_lines(part, getattr(file, part), stage, ids, show=arguments.show)


def _print_lines(part: str, lines: Sequence[Line], stage: TextStage, ids: dict[str | None, str], *, show: bool) -> None:
    right = gold = said = 0
    for number, line in enumerate(lines):
        expected = {_expected(result) for result in line.results}
        note = Note(id=f"line {number}", text=line.text, time=NOW)
        found = {_told(one, ids) for one in stage.extract(note).observations}
        right, gold, said = right + len(expected & found), gold + len(expected), said + len(found)
        if show and expected != found:
            missed, wrong = (sorted(map(str, some)) for some in (expected - found, found - expected))
            print(f"{line.text!r}\n  missed {missed}\n  wrong {wrong}")
    print(
        f"{part:12} lines {len(lines):3}  results {gold:3}  right of those given {100 * right / max(said, 1):5.1f} % "
        f"({said - right} wrong of {said})  found {100 * right / gold:5.1f} %"
    )


def _expected(result: str) -> Told:
    analyte, value, *rest = result.split()
    said = dict(word.split("=", 1) for word in rest)
    return analyte, value, said.get("unit"), said.get("day", NOW.date().isoformat())


def _told(one: Observation, ids: dict[str | None, str]) -> Told:
    return ids.get(one.code), one.value, one.unit, one.time.date().isoformat() if one.time else ""


def _print_notes(stage: TextStage) -> None:
    count = 0
    for note_id, text, one in _observations_of_notes(stage):
        start, end = (one.said_in.start, one.said_in.end) if one.said_in else (0, 0)
        around = " ".join(text[max(0, start - 40) : end + 20].split())
        count += 1
        print(f"{note_id:12} {one.name} | {one.value} | {one.unit or '-'} | {one.time or '-'} | ... {around}")
    print(f"observations {count}")


def _observations_of_notes(stage: TextStage) -> Iterator[tuple[str, str, Observation]]:
    for note in annotated_notes("dev"):
        for one in stage.extract(Note(id=note.id, text=note.text)).observations:
            yield note.id, note.text, one


if __name__ == "__main__":
    main()
