"""Abbreviations of given mentions: how many are read as marked by hand, by kind.

``abbreviations_real_*.yaml`` are places of real notes, ``abbreviations_own_*.yaml`` places of our annotated notes, the
other two files snippets in their style, each with a half that was not used in developing the rules. (The held-back
snippets were written before the list, but by the same hand: they tell less than the held-back places do.) "left open"
is an ambiguous abbreviation without a choice; that is right where the text does not tell ("?"), or the list did not
have the meaning when it was marked ("~"). "wrong" is a choice that is not the marked one: the errors that matter.

python benchmarks/abbreviations.py [--file benchmarks/abbreviations_held_back.yaml] [--show]
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

import yaml
from gold import ANNOTATED, unmark

from nlp_engine.extraction import Expansion
from nlp_engine.knowledge import normalise_phrase
from nlp_engine.text.abbreviations.definitions import find_abbreviations
from nlp_engine.text.abbreviations.senses import Expander
from nlp_engine.text.note import Span
from nlp_engine.text.stage import TextRules

HERE = Path(__file__).parent
_MARK = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)\|([^\[\]|]+)\]")
_GROUPS = ("real", "noted", "noted_single", "ambiguous", "unambiguous", "containing", "defined")


def expansions(rules: TextRules, text: str, spans: list[Span]) -> list[Expansion | None]:
    """Return what each given span says with its abbreviations written out."""
    definitions = find_abbreviations(text, rules.abbreviations.longs_of)
    expander = Expander(rules.abbreviations, rules.read(text), definitions)
    return [expander.expand(span) for span in spans]


def main() -> None:
    """Print the figures of each file and group."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, action="append", help="a file of snippets; all of them if left out")
    parser.add_argument("--show", action="store_true", help="show what is not as marked")
    arguments = parser.parse_args()
    rules = TextRules.load()
    for file in arguments.file or sorted(HERE.glob("abbreviations_*.yaml")):
        print(f"\n{file.name}")
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        for group in _GROUPS:
            if data.get(group):
                measure(rules, group, data[group], show=arguments.show)


def measure(rules: TextRules, group: str, snippets: list[str], *, show: bool) -> None:
    """Print the figures of one group of snippets."""
    counts: Counter[str] = Counter()
    for marked in snippets:
        text, spans, expected = place_in_note(marked) if group.startswith("noted") else place_in_snippet(marked)
        for span, found, gold in zip(spans, expansions(rules, text, spans), expected, strict=True):
            compare = judge_place if group == "real" or group.startswith("noted") else judge
            verdict = compare(text[span.start : span.end], found, gold)
            counts[verdict] += 1
            if show and verdict != "right":
                said = found and (found.text or found.others)
                print(f"  {verdict}: {text[span.start : span.end]} -> {said}, not {gold}: {shown(text, span)!r}")
    total = counts.total()
    shares = ", ".join(f"{name} {100 * counts[name] / total:.1f} %" for name in ("right", "left open", "wrong", "none"))
    print(f"{group:12} {total:4} abbreviations: {shares}")


def judge(text: str, found: Expansion | None, gold: str) -> str:
    """Compare what was found with what was marked."""
    if found is None:
        return "none"
    if found.text is None:
        return "right" if gold == "?" else "left open"
    spellings = [gold] if "/" in text else gold.split("/")
    return "right" if normalise_phrase(found.text) in map(normalise_phrase, spellings) else "wrong"


def judge_place(text: str, found: Expansion | None, gold: str) -> str:
    """Compare the reading of a longer mention with the long form of one abbreviation in it."""
    said = found.text if found is not None else None
    if said is None and gold.startswith("~"):
        return "right"
    if _holds(said or text, gold.removeprefix("~")):
        return "right"
    return "none" if found is None else "left open" if said is None else "wrong"


def _holds(text: str, phrase: str) -> bool:
    return f" {normalise_phrase(phrase)} " in f" {normalise_phrase(text)} "


def place_in_note(line: str) -> tuple[str, list[Span], list[str]]:
    """Return the text of an annotated note, a span of it with label, and the long form of the abbreviation there."""
    note, start, end, label, long = line.split(" ", 4)
    text = (ANNOTATED / "docs" / f"{note}.txt").read_bytes().decode("utf-8")
    return text, [Span(int(start), int(end), label)], [long]


def shown(text: str, span: Span) -> str:
    """Return the words around a span."""
    return text[max(0, span.start - 90) : span.end + 60]


def place_in_snippet(marked: str) -> tuple[str, list[Span], list[str]]:
    """Return the plain text, the spans with labels, and the long form marked at each."""
    text, spans, marks = unmark(_MARK, marked)
    return text, [Span(*span, mark[2]) for span, mark in zip(spans, marks, strict=True)], [mark[3] for mark in marks]


if __name__ == "__main__":
    main()
