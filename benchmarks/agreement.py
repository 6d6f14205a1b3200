"""Agreement of two annotators on notes annotated twice; prints the table of corpus_samples/annotated/README.md."""

from __future__ import annotations

from pathlib import Path

from nlp_engine.text.ner.labels import MENTION_LABELS
from nlp_engine.training.corpora import LabelledSpan
from nlp_engine.training.corpora.annotated_note import AnnotatedMention, AnnotatedNote, read_annotated_notes
from nlp_engine.training.evaluation import count_by_label, total

FOLDER = Path(__file__).parents[1] / "corpus_samples" / "annotated"
MAIN = ("PROBLEM", "TEST", "TREATMENT", "DRUG")
AXES = ("presence", "temporality", "experiencer")


def main() -> None:
    """Print strict and relaxed F1 by label, then on how many shared mentions each axis and the links agree."""
    ids = sorted(path.stem for path in (FOLDER / "second").glob("*.ann"))
    first = list(read_annotated_notes(FOLDER / "docs", ids))
    second = list(read_annotated_notes(FOLDER / "second", ids, texts=FOLDER / "docs"))
    counts = count_by_label(zip(map(_spans, first), map(_spans, second), strict=True))
    groups = {
        "four main labels": [counts[label] for label in MAIN if label in counts],
        "all attributes": [count for label, count in counts.items() if label not in MENTION_LABELS],
        **{label: [count] for label, count in counts.items()},
    }
    print(
        f"{len(ids)} notes",
        "| label | first | second | strict F1 | relaxed F1 |",
        "| --- | --- | --- | --- | --- |",
        sep="\n",
    )
    for name, own in groups.items():
        all_of_it = total(own)
        cells = [name, all_of_it.gold, all_of_it.predicted, f"{all_of_it.f1:.1f}", f"{all_of_it.relaxed_f1:.1f}"]
        print(f"| {' | '.join(map(str, cells))} |")
    shared = [pair for notes in zip(first, second, strict=True) for pair in _shared(*notes)]
    for axis in AXES:
        agreed = sum(getattr(one.assertion, axis) == getattr(other.assertion, axis) for one, other in shared)
        print(f"{axis}: {agreed} of {len(shared)} shared mentions ({agreed / len(shared):.1%})")


def _spans(note: AnnotatedNote) -> set[LabelledSpan]:
    return {span for mention in note.mentions for span in (mention.span, *mention.attributes)}


def _shared(one: AnnotatedNote, other: AnnotatedNote) -> list[tuple[AnnotatedMention, AnnotatedMention]]:
    """Return the mentions that both have, with the same borders and label."""
    by_span = {mention.span: mention for mention in other.mentions}
    return [(mention, by_span[mention.span]) for mention in one.mentions if mention.span in by_span]


if __name__ == "__main__":
    main()
