"""Presence of problems against the Polarity attributes of MACCROBAT: the annotators' own spans, no network.

A span without the attribute counts as present, NEG as absent, the rest as possible. Some plain negations of the corpus
have no attribute, which makes the precision of absent look lower than it is. Conditional and hypothetical are no values
of the corpus; a prediction of them counts as wrong.

python benchmarks/assertion.py [--data ../shared/data/ner/maccrobat] [--part dev] [--show 20]
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text.ner.labels import load_labels
from nlp_engine.text.ner.recogniser import EntitySpan

VALUES = ("present", "absent", "possible")


class NothingFound:
    """Stands for the network: the spans are given."""

    version = "none"

    def recognise(self, text: str) -> list[EntitySpan]:
        """Find nothing in any text."""
        return []


def main() -> None:
    """Print precision, recall and F1 of each value, and some errors by place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ner/maccrobat"))
    parser.add_argument("--part", default="dev")
    parser.add_argument("--show", type=int, default=0, help="how many errors to show with their sentence")
    arguments = parser.parse_args()
    stage = TextStage(NothingFound())
    counts: Counter[tuple[str, str]] = Counter()
    shown = 0
    for document in (arguments.data / f"{arguments.part}.txt").read_text(encoding="utf-8").split():
        text = (arguments.data / "docs" / f"{document}.txt").read_bytes().decode("utf-8")
        gold = polarities((arguments.data / "docs" / f"{document}.ann").read_text(encoding="utf-8"))
        given = [(start, end, "PROBLEM") for start, end in gold]
        for mention in stage.extract(Note(id=document, text=text), mentions=given).mentions:
            expected, found = gold[mention.start, mention.end], mention.presence.value
            counts[expected, found] += 1
            if expected != found and shown < arguments.show:
                shown += 1
                around = text[max(0, mention.start - 90) : mention.end + 50].replace("\n", " ")
                print(f"{expected} -> {found} [{mention.text}] {[cue.text for cue in mention.cues]} ... {around}")
    for value in VALUES:
        right = counts[value, value]
        gold_count = sum(count for (expected, _), count in counts.items() if expected == value)
        said = sum(count for (_, found), count in counts.items() if found == value)
        precision, recall = 100 * right / max(said, 1), 100 * right / max(gold_count, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"{value:10} gold {gold_count:5}  P {precision:5.1f}  R {recall:5.1f}  F1 {f1:5.1f}")


def polarities(lines: str) -> dict[tuple[int, int], str]:
    """Return the span of each problem of a brat file with its presence."""
    types = {kind for kind, label in load_labels().corpora["maccrobat"].types.items() if label == "PROBLEM"}
    spans: dict[str, tuple[int, int]] = {}
    names: dict[str, str] = {}
    said: dict[str, str] = {}
    for line in lines.splitlines():
        identifier, _, rest = line.partition("\t")
        if identifier.startswith("T"):
            kind, *offsets = rest.split("\t")[0].replace(";", " ").split()
            if kind in types:
                spans[identifier] = (int(offsets[0]), int(offsets[-1]))
        elif identifier.startswith("E"):
            names[identifier] = rest.split()[0].split(":")[1]
        elif rest.upper().startswith("POLARITY"):
            _, target, *value = rest.split()
            said[target] = "absent" if value == ["NEG"] else "possible"
    by_span = {names.get(target, target): value for target, value in said.items()}
    return {span: by_span.get(identifier, "present") for identifier, span in spans.items()}


if __name__ == "__main__":
    main()
