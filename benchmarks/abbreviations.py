"""Abbreviations of given mentions: how many are read as marked by hand, by kind.

``abbreviations_real_*.yaml`` are places of real notes, ``abbreviations_own_*.yaml`` places of our annotated notes, the
other two files snippets in their style, each with a half that was not used in developing the rules. (The held-back
snippets were written before the list, but by the same hand: they tell less than the held-back places do.) "left open"
is an ambiguous abbreviation without a choice; where the text does not tell ("?"), or the meaning is none that the list
had ("-"), that is right. "wrong" is a choice that is not the marked one: the errors that matter.

python benchmarks/abbreviations.py [--file benchmarks/abbreviations_held_back.yaml] [--show]
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

import yaml

from nlp_engine.extraction import Mention
from nlp_engine.knowledge import normalise_phrase
from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text.ner.recogniser import EntitySpan

HERE = Path(__file__).parent
NOTES = HERE.parent / "corpus_samples" / "annotated" / "docs"
_MARK = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)\|([^\[\]|]+)\]")
_GROUPS = ("real", "noted", "ambiguous", "unambiguous", "containing", "defined")


class NothingFound:
    """Stands for the network: the spans are given."""

    version = "none"

    def recognise(self, text: str) -> list[EntitySpan]:
        """Find nothing in any text."""
        return []


def main() -> None:
    """Print the figures of each file and group."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, action="append", help="a file of snippets; all of them if left out")
    parser.add_argument("--show", action="store_true", help="show what is not as marked")
    arguments = parser.parse_args()
    stage = TextStage(NothingFound())
    for file in arguments.file or sorted(HERE.glob("abbreviations_*.yaml")):
        print(f"\n{file.name}")
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        for group in _GROUPS:
            if data.get(group):
                measure(stage, group, data[group], show=arguments.show)


def measure(stage: TextStage, group: str, snippets: list[str], *, show: bool) -> None:
    """Print the figures of one group of snippets."""
    counts: Counter[str] = Counter()
    for marked in snippets:
        text, spans, expected = place_in_note(marked) if group == "noted" else unmark(marked)
        mentions = stage.extract(Note(id="n", text=text), mentions=spans).mentions
        for mention, gold in zip(mentions, expected, strict=True):
            verdict = judge_place(mention, gold) if group in {"real", "noted"} else judge(mention, gold)
            counts[verdict] += 1
            if show and verdict != "right":
                said = mention.expansion and (mention.expansion.text or mention.expansion.others)
                print(f"  {verdict}: {mention.text} -> {said}, not {gold}: {shown(text, mention)!r}")
    total = counts.total()
    shares = ", ".join(f"{name} {100 * counts[name] / total:.1f} %" for name in ("right", "left open", "wrong", "none"))
    print(f"{group:12} {total:4} abbreviations: {shares}")


def judge(mention: Mention, gold: str) -> str:
    """Compare what was found with what was marked."""
    if mention.expansion is None:
        return "none"
    if mention.expansion.text is None:
        return "right" if gold == "?" else "left open"
    spellings = {normalise_phrase(spelling) for spelling in ([gold] if mention.text.count("/") else gold.split("/"))}
    return "right" if normalise_phrase(mention.expansion.text) in spellings else "wrong"


def judge_place(mention: Mention, gold: str) -> str:
    """Compare the reading of a longer mention with the long form of one abbreviation in it."""
    text = mention.expansion.text if mention.expansion is not None else None
    if gold == "-":
        return "right" if text is None else "wrong"
    if mention.expansion is None:
        return "none"
    if text is None:
        return "left open"
    return "right" if f" {normalise_phrase(gold)} " in f" {normalise_phrase(text)} " else "wrong"


def place_in_note(line: str) -> tuple[str, list[tuple[int, int, str]], list[str]]:
    """Return the text of an annotated note, a span of it with label, and the long form of the abbreviation there."""
    note, start, end, label, long = line.split(" ", 4)
    text = (NOTES / f"{note}.txt").read_bytes().decode("utf-8")
    return text, [(int(start), int(end), label)], [long]


def shown(text: str, mention: Mention) -> str:
    """Return the words around a mention."""
    return text[max(0, mention.start - 90) : mention.end + 60]


def unmark(marked: str) -> tuple[str, list[tuple[int, int, str]], list[str]]:
    """Return the plain text, the spans with labels, and the long form marked at each."""
    text, spans, expected, behind = "", [], [], 0
    for match in _MARK.finditer(marked):
        text += marked[behind : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2]))
        expected.append(match[3])
        text += match[1]
        behind = match.end()
    return text + marked[behind:], spans, expected


if __name__ == "__main__":
    main()
