"""Dates of notes: how many of those marked by hand are read rightly, less exactly, not at all, or wrongly.

`dates_dev.yaml` was used for development, `dates_held_back.yaml` was written before the reader had run on it.

python benchmarks/dates.py [--part dev|held_back] [--show]
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal

from gold import unmark

from nlp_engine.assessment import Attribute, AttributeLabel, Mention, MentionLabel
from nlp_engine.knowledge import KnowledgeModel, read_yaml
from nlp_engine.text.dates import DateReader
from nlp_engine.text.stage import TextRules

HERE = Path(__file__).parent
MARK = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")


class Snippet(KnowledgeModel):
    """A text with its dates marked, and when it was written."""

    time: date | None
    text: str


class SnippetFile(KnowledgeModel):
    """A whole file."""

    schema_version: Literal[1]
    notes: tuple[Snippet, ...]


def main() -> None:
    """Print the shares of each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["dev", "held_back"], default=None)
    parser.add_argument("--show", action="store_true", help="show what is not read exactly")
    arguments = parser.parse_args()
    rules = TextRules.load()
    for part in [arguments.part] if arguments.part else ["dev", "held_back"]:
        counts = Counter[str]()
        for snippet in read_yaml(HERE / f"dates_{part}.yaml", SnippetFile).notes:
            for words, expected, found in _read(snippet, rules):
                verdict = _verdict(expected, found)
                counts[verdict] += 1
                if arguments.show and verdict != "right":
                    print(f"{verdict:10} {words!r} is {expected}, read as {found}")
        total = sum(counts.values())
        shares = "  ".join(f"{name} {counts[name]:3} ({100 * counts[name] / total:.1f} %)" for name in _VERDICTS)
        print(f"{part:10} {total} dates: {shares}")


_VERDICTS = ("right", "less exact", "unknown", "wrong")


def _verdict(expected: str, found: str | None) -> str:
    """Return the verdict; to say nothing where nothing can be told is right."""
    if found == expected or (found is None and expected == "?"):
        return "right"
    if found is None:
        return "unknown"
    return "less exact" if expected.startswith(f"{found}-") else "wrong"


def _read(snippet: Snippet, rules: TextRules) -> Iterator[tuple[str, str, str | None]]:
    text, spans, marks = unmark(MARK, snippet.text)
    mentions = [_mention(text, number, start, end) for number, (start, end) in enumerate(spans)]
    when = datetime.combine(snippet.time, time()) if snippet.time else None
    found = DateReader(rules.dates).dated(rules.read(text), when, mentions)
    for mention, mark in zip(found, marks, strict=True):
        yield mention.text, mark[2], mention.attributes[0].date


def _mention(text: str, number: int, start: int, end: int) -> Mention:
    words = {"start": start, "end": end, "text": text[start:end]}
    own = Attribute(label=AttributeLabel.DATE, **words)
    return Mention(id=f"m{number}", label=MentionLabel.PROBLEM, attributes=(own,), **words)


if __name__ == "__main__":
    main()
