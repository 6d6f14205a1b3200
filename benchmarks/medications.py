"""Status and reason of drugs in sentences marked by hand, the drugs and problems given.

The share of drugs whose status (of which "none" is one) and whose reason are those of the marks, on the sentences
that the rules were written with and on those held back.

python benchmarks/medications.py [--part dev held_back] [--show]
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from gold import NothingFound, unmark

from nlp_engine.extraction import Mention
from nlp_engine.record import Note
from nlp_engine.text import TextStage

HERE = Path(__file__).parent
MARK = re.compile(r"\[([^\[\]|]+)\|(\w+)(?: for ([^\[\]|]+))?\]")
NONE = "none"


@dataclass(frozen=True)
class Marked:
    """A sentence with its drugs and problems: (start, end, label), and for each drug its status and reason."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    said: tuple[tuple[str, str | None] | None, ...]


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", default=["dev", "held_back"])
    parser.add_argument("--show", action="store_true", help="print what is wrong")
    arguments = parser.parse_args()
    stage = TextStage(NothingFound())
    for part in arguments.part:
        _print(part, stage, show=arguments.show)


def _print(part: str, stage: TextStage, *, show: bool) -> None:
    counts, right = Counter[str](), Counter[str]()
    for marked in _sentences(part):
        mentions = stage.extract(Note(id="n", text=marked.text), mentions=marked.spans).mentions
        texts = {mention.id: mention.text for mention in mentions}
        for mention, said in zip(mentions, marked.said, strict=True):
            if said is None:
                continue
            found = _found(mention, texts)
            counts.update(status=1, reason=said[1] is not None, no_reason=said[1] is None)
            right.update(
                status=found[0] == said[0],
                reason=said[1] is not None and found[1] == said[1],
                no_reason=said[1] is None and found[1] is None,
            )
            if show and found != said:
                print(f"{mention.text}: {found} instead of {said} in {marked.text}")
    print(f"{part}: {counts['status']} drugs")
    for what, name in (("status", "status right"), ("reason", "reasons found"), ("no_reason", "no reason where none")):
        print(f"  {name:22} {right[what]:3} of {counts[what]:3}  {100 * right[what] / max(counts[what], 1):5.1f} %")


def _found(mention: Mention, texts: dict[str, str]) -> tuple[str, str | None]:
    details = mention.medication
    if details is None:
        return NONE, None
    status = details.status.value if details.status is not None else NONE
    return status, texts[details.reason] if details.reason is not None else None


def _sentences(part: str) -> Iterator[Marked]:
    data = yaml.safe_load((HERE / f"medication_status_{part}.yaml").read_text(encoding="utf-8"))
    yield from map(_unmarked, data["sentences"])


def _unmarked(marked: str) -> Marked:
    text, spans, marks = unmark(MARK, marked)
    labels = ["PROBLEM" if mark[2] == "PROBLEM" else "DRUG" for mark in marks]
    said = [(mark[2], mark[3]) if label == "DRUG" else None for mark, label in zip(marks, labels, strict=True)]
    return Marked(text, tuple((*span, label) for span, label in zip(spans, labels, strict=True)), tuple(said))


if __name__ == "__main__":
    main()
