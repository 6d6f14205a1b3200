"""Sections of notes whose headings were marked by hand: headings found, and words that stand in the right section.

A heading is right if its place and its section are right; one that opens a section without a name counts only through
the words behind it. Of sentences: how many annotated mentions of our notes lie within one. ``--unlisted`` prints the
lines like headings that open no section, the most frequent first.

python benchmarks/sections.py [--show 20] [--unlisted ../shared/data/notes]
"""

from __future__ import annotations

import argparse
import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gold import annotated_notes, unmark

from nlp_engine.knowledge import KnowledgeModel, normalise_phrase, read_yaml
from nlp_engine.text.section_rules import SectionRules
from nlp_engine.text.sections import Sections, find_sections
from nlp_engine.text.sentences import SentenceSplitter
from nlp_engine.text.tokens import tokenise

MARKED = Path(__file__).parents[1] / "tests" / "regression" / "sections"
_MARK = re.compile(r"<<([^<>|]*)\|([a-z_]+|-)>>")
_LIKE_A_HEADING = re.compile(
    r"(?m)^[ \t#*]*([A-Z][A-Za-z/&' ()-]{1,45}?)[ \t]*(?::|$)|^[ \t]*([A-Z][A-Z/& ]{1,40}?)(?=[ \t]{2})"
)


class MarkedNote(KnowledgeModel):
    """A note with marks: ``<<title|section>>``, ``-`` for a section without a name."""

    id: str
    text: str


class MarkedFile(KnowledgeModel):
    """One file of marked notes; ``known_failures`` are the ids of notes that are not read right."""

    schema_version: Literal[1]
    about: str
    notes: tuple[MarkedNote, ...]
    known_failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expected:
    """A note without its marks; ``starts``: where a section opens, ``kinds``: the ids of these sections."""

    text: str
    starts: list[int]
    kinds: list[str | None]

    def section_at(self, place: int) -> str | None:
        """Return the section that a character stands in."""
        index = bisect_right(self.starts, place) - 1
        return self.kinds[index] if index >= 0 else None


@dataclass
class Counts:
    """What was found on some notes."""

    right: int = 0
    found: int = 0
    marked: int = 0
    words_right: int = 0
    words: int = 0

    def add(self, other: Counts) -> None:
        """Add the counts of a note or a file."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def shown(self) -> str:
        """Return the figures in words."""
        precision, recall = 100 * self.right / max(self.found, 1), 100 * self.right / max(self.marked, 1)
        words = 100 * self.words_right / max(self.words, 1)
        headings = f"headings {self.marked:4}  P {precision:5.1f}  R {recall:5.1f}"
        return f"{headings}   words {self.words:5}  right section {words:5.1f} %"


def main() -> None:
    """Print the figures of each file, or the lines that may be headings and open no section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=int, default=0, help="how many errors to show")
    parser.add_argument("--unlisted", type=Path, default=None, help="a folder of notes like ../shared/data/notes")
    arguments = parser.parse_args()
    rules = SectionRules.load()
    if arguments.unlisted is not None:
        _print_unlisted(arguments.unlisted, rules)
        return
    total = Counts()
    for name, file in marked_files().items():
        counts = Counts()
        for note in file.notes:
            expected = unmarked(note.text)
            sections = find_sections(expected.text, rules)
            counts.add(compare(expected, sections))
            for error in list(errors(expected, sections))[: arguments.show]:
                print(f"{name} {note.id}: {error}")
        print(f"{name:14} notes {len(file.notes):3}  {counts.shown()}")
        total.add(counts)
    print(f"{'all':14} {'':9}  {total.shown()}")
    for part in ("dev", "train"):
        print(f"our notes, {part}: {_whole_mentions(part, rules)}")


def marked_files() -> dict[str, MarkedFile]:
    """Return the files of marked notes by name."""
    return {path.stem: read_yaml(path, MarkedFile) for path in sorted(MARKED.glob("*.yaml"))}


def unmarked(marked: str) -> Expected:
    """Return a note without its marks, and what they say."""
    text, spans, marks = unmark(_MARK, marked)
    return Expected(text, [start for start, _ in spans], [None if mark[2] == "-" else mark[2] for mark in marks])


def compare(expected: Expected, sections: Sections) -> Counts:
    """Count the headings and words of one note."""
    marked, found = _named(expected), _found(sections)
    starts = tokenise(expected.text).starts
    words_right = sum(expected.section_at(place) == _section_at(sections, place) for place in starts)
    return Counts(len(marked & found), len(found), len(marked), words_right, len(starts))


def errors(expected: Expected, sections: Sections) -> Iterator[str]:
    """Yield the headings that were missed, made up, or taken for another section, then a word in a wrong section."""
    marked, found = _named(expected), _found(sections)
    for start, kind in sorted(marked ^ found):
        what = "missed" if (start, kind) in marked else "wrong"
        yield f"{what} {kind} at {expected.text[start : start + 40]!r}"
    for place in tokenise(expected.text).starts:
        right, said = expected.section_at(place), _section_at(sections, place)
        if right != said:
            yield f"{said} for {right} at {expected.text[place : place + 40]!r}"
            return


def _named(expected: Expected) -> set[tuple[int, str]]:
    return {(start, kind) for start, kind in zip(expected.starts, expected.kinds, strict=True) if kind is not None}


def _found(sections: Sections) -> set[tuple[int, str]]:
    return {(heading.start, heading.kind.id) for heading in sections.openers if heading.kind is not None}


def _section_at(sections: Sections, place: int) -> str | None:
    heading = sections.at(place)
    return heading.kind.id if heading is not None and heading.kind is not None else None


def _whole_mentions(part: str, rules: SectionRules) -> str:
    """Return how many annotated mentions of a part of our notes lie within one sentence, in words."""
    splitter = SentenceSplitter.load()
    inside = mentions = count = 0
    for note in annotated_notes(part):
        breaks = [heading.start for heading in find_sections(note.text, rules).headings]
        sentences = splitter.split(note.text, breaks)
        count += len(sentences.spans)
        mentions += len(note.mentions)
        inside += sum(sentences.at(own.span.start).end >= own.span.end for own in note.mentions)
    return f"{count} sentences, {100 * inside / mentions:.2f} % of {mentions} mentions lie within one"


def _print_unlisted(folder: Path, rules: SectionRules) -> None:
    counts: Counter[str] = Counter()
    for text in _texts(folder):
        sections = find_sections(text, rules)
        for line in _LIKE_A_HEADING.finditer(text):
            heading = sections.heading_at(line.start(line.lastindex or 0))
            if heading is None or (heading.kind is None and not heading.stays):
                counts[normalise_phrase(line[line.lastindex or 0])] += 1
    for title, count in counts.most_common(100):
        print(count, title)


def _texts(folder: Path) -> Iterator[str]:
    """Yield the notes of MTSamples, the line breaks that had become commas put back, and those of ACI-Bench."""
    for row in (folder / "mtsamples" / "mtsamples.jsonl").read_text(encoding="utf-8").splitlines():
        yield re.sub(r" ?,(?=\S)|, ,", "\n", json.loads(row)["text"])
    for path in sorted((folder / "aci_bench" / "notes").glob("*.txt")):
        yield path.read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
