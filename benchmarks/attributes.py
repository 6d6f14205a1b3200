"""Attributes of given mentions on our annotated notes: found, and joined to the right mention.

Found: relaxed (one common character, same label) and strict, with the attributes of the network and the rules. Joined:
the annotators' own attributes are given too; the share of their links that the engine makes, and of its links that are
theirs. Drugs, tests and the rest are shown apart.

python benchmarks/attributes.py [--part dev] [--show 20]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gold import annotated_notes

from nlp_engine.assessment import Mention
from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text.ner.recogniser import EntitySpan, Recogniser
from nlp_engine.text.stage import TextRules
from nlp_engine.training.corpora import LabelledSpan
from nlp_engine.training.corpora.annotated_note import AnnotatedNote
from nlp_engine.training.evaluation import count_by_label, total

GROUPS = {"DRUG": "of drugs", "TEST": "of tests"}
HOSTS = (*GROUPS, None)
Link = tuple[LabelledSpan, int]
"""An attribute, and where its mention starts."""


class Given:
    """Stands for the network: the annotators' attributes of one note."""

    version = "given"

    def __init__(self, note: AnnotatedNote) -> None:
        spans = sorted({attribute for mention in note.mentions for attribute in mention.attributes})
        self._spans = [EntitySpan(*span, 1.0, "given") for span in spans]

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return the attributes."""
        return self._spans


def main() -> None:
    """Print what is found, then what is joined."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="dev")
    parser.add_argument("--model", type=Path, default=None, help="a model folder; the embedded one if left out")
    parser.add_argument("--show", type=int, default=0, help="how many wrong links to show")
    arguments = parser.parse_args()
    notes = list(annotated_notes(arguments.part))
    stage = TextStage(Recogniser.load(arguments.model))
    found = [_mentions(note, stage) for note in notes]
    for host in HOSTS:
        _print_found(notes, found, host)
    _print_joined(notes, arguments.show)


def _print_found(notes: Sequence[AnnotatedNote], found: Sequence[Sequence[Mention]], host: str | None) -> None:
    print(f"\nfound, {GROUPS.get(host or '', 'of other mentions')}")
    counts = count_by_label(
        ({span for span, _ in _gold(note, host)}, {span for span, _ in _links(mentions, host)})
        for note, mentions in zip(notes, found, strict=True)
    )
    for label, count in [("all", total(counts.values())), *sorted(counts.items())]:
        print(f"{label:14} gold {count.gold:5}  strict F1 {count.f1:5.1f}  relaxed F1 {count.relaxed_f1:5.1f}")


def _print_joined(notes: Sequence[AnnotatedNote], show: int) -> None:
    rules = TextRules.load()
    right, gold, said = Counter[str](), Counter[str](), Counter[str]()
    for note in notes:
        mentions = _mentions(note, TextStage(Given(note), rules))
        for host in HOSTS:
            expected, found = set(_gold(note, host)), set(_links(mentions, host))
            group = GROUPS.get(host or "", "of other mentions")
            given = {span for span, _ in expected}
            found = {link for link in found if link[0] in given}
            values = {link for link in expected | found if host == "TEST" and link[0].label == "VALUE"}
            for name, some in ((group, expected | found), ("values of tests", values)):
                right[name] += len(expected & found & some)
                gold[name] += len(expected & some)
                said[name] += len(found & some)
            for span, start in sorted(expected - found)[: max(0, show)]:
                show -= 1
                print(f"{note.id} {_shown(note.text, span, start)}")
    print("\njoined, the annotators' attributes given")
    for group, count in gold.items():
        made, rightly = 100 * right[group] / max(count, 1), 100 * right[group] / max(said[group], 1)
        print(f"{group:18} links {count:5}  made {made:5.1f} %  right of those made {rightly:5.1f} %")


def _shown(text: str, span: LabelledSpan, start: int) -> str:
    around = text[max(0, min(start, span.start) - 20) : max(start, span.end) + 40].replace("\n", " ")
    return f"{span.label} [{text[span.start : span.end]}] of [{text[start : start + 25]}] in {around}"


def _gold(note: AnnotatedNote, host: str | None) -> Iterator[Link]:
    for mention in note.mentions:
        if _belongs(mention.span.label, host):
            yield from ((attribute, mention.span.start) for attribute in mention.attributes)


def _mentions(note: AnnotatedNote, stage: TextStage) -> Sequence[Mention]:
    given = [tuple(mention.span) for mention in note.mentions]
    return stage.extract(Note(id=note.id, text=note.text), mentions=given).mentions


def _links(mentions: Iterable[Mention], host: str | None) -> Iterator[Link]:
    for mention in mentions:
        if _belongs(mention.label.value, host):
            for own in mention.attributes:
                yield LabelledSpan(own.start, own.end, own.label.value), mention.start


def _belongs(label: str, host: str | None) -> bool:
    return label == host if host is not None else label not in GROUPS


if __name__ == "__main__":
    main()
