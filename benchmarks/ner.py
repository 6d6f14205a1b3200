"""Accuracy of the NER on the dev parts of its corpora and on our annotated notes, its calibration and its speed.

Prints the tables of docs/model_card_ner.md and README.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import ner_speed

from nlp_engine.knowledge import resource
from nlp_engine.record import Note
from nlp_engine.text.ner.calibration import expected_error
from nlp_engine.text.ner.labels import load_labels
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.text.stage import TextStage
from nlp_engine.training.corpora import LabelledSpan, read_corpus
from nlp_engine.training.evaluation import Figures, as_json, count_by_label, total
from nlp_engine.training.ner.calibrate import scored
from nlp_engine.training.ner.commands import Documents, documents_of, measure

MAIN = frozenset({"PROBLEM", "TEST", "TREATMENT", "DRUG"})
HEAD = "| corpus | label | gold | precision | recall | F1 | relaxed F1 | F1 of float32 |"
SOURCES = {"aci_": "visit notes of ACI-Bench", "mts_": "reports of MTSamples", "own_": "terse notes of our own"}
"""How a note's id begins -> where the note is from."""
BINS = 10
EVERYTHING = 1_000_000
SAMPLES = Path(__file__).parents[1] / "corpus_samples"


def main() -> None:
    """Print accuracy by corpus and label, the pipeline on our notes, calibration, then speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ner"))
    parser.add_argument("--notes", type=Path, default=Path("../shared/data/notes"))
    parser.add_argument("--model", type=Path, default=None, help="a model folder; the embedded one if left out")
    parser.add_argument("--part", choices=("dev", "test"), default="dev", help="part of our annotated notes")
    parser.add_argument("--reference", type=Path, default=None, help="a spaCy model's folder to compare the speed with")
    parser.add_argument("--picture", type=Path, default=None, help="where to draw the calibration (PNG)")
    arguments = parser.parse_args()
    data = [arguments.data, SAMPLES]
    folder = arguments.model or resource("models") / "ner"
    documents = documents_of(data, arguments.model)
    recogniser = Recogniser.load(arguments.model, kept=EVERYTHING)
    _print_accuracy(measure(recogniser, documents), folder)
    _print_pipeline(arguments.model, arguments.part)
    _print_calibration(recogniser, documents, arguments.picture)
    texts = ner_speed.read_notes(arguments.notes)
    ner_speed.print_speed(texts, arguments.model, arguments.reference)
    ner_speed.print_repeats(texts, arguments.model)
    with TemporaryDirectory() as scratch:
        ner_speed.print_load(texts, arguments.model, Path(scratch) / "notes.txt")


def _print_accuracy(measured: Figures, folder: Path) -> None:
    float32 = json.loads((folder / "figures.json").read_text(encoding="utf-8"))["float32"]
    print(HEAD, "| --- | --- | --- | --- | --- | --- | --- | --- |", sep="\n")
    for corpus, labels in as_json(measured).items():
        for label, figures in labels.items():
            cells = [f"{figures[name]:.1f}" for name in ("precision", "recall", "f1", "relaxed_f1")]
            row = [corpus, label, str(figures["gold"]), *cells, f"{float32[corpus][label]['f1']:.1f}"]
            print(f"| {' | '.join(row)} |")


def _print_pipeline(model: Path | None, part: str) -> None:
    """Print how the mentions of ``extract`` agree with our annotated notes, four main labels."""
    stage = TextStage(Recogniser.load(model))
    pairs = list(_pairs(stage, part))
    counts = count_by_label(pair for _, pair in pairs)
    print(f"\nwhole text stage on our annotated notes, {part} part")
    for label, count in [("all", total(counts.values())), *counts.items()]:
        figures = count.as_dict()
        print(f"{label}: " + ", ".join(f"{name} {value:g}" for name, value in figures.items()))
    for source, title in SOURCES.items():
        own = [pair for note, pair in pairs if note.startswith(source)]
        if not own:
            continue
        count = total(count_by_label(own).values())
        print(f"{title}, {len(own)} notes: f1 {count.f1:.1f}, relaxed_f1 {count.relaxed_f1:.1f}")


def _pairs(stage: TextStage, part: str) -> Iterator[tuple[str, tuple[list[LabelledSpan], list[LabelledSpan]]]]:
    """Yield each note's id with its annotated and its found mentions."""
    for document in read_corpus(load_labels().corpora["clinical"], SAMPLES, part):
        mentions = stage.extract(Note(id=document.id, text=document.text)).mentions
        found = [LabelledSpan(mention.start, mention.end, mention.label.value) for mention in mentions]
        yield document.id, ([s for s in document.spans if s.label in MAIN], [s for s in found if s.label in MAIN])


def _print_calibration(recogniser: Recogniser, documents: Documents, picture: Path | None) -> None:
    curves = {}
    print("\nexpected calibration error on dev, the part that the curves were fitted on")
    for head, own in documents.items():
        spans = [span for document in scored(recogniser, head, own) for span in document]
        probabilities, right = [score for score, _ in spans], [is_right for _, is_right in spans]
        print(f"{head}: {expected_error(probabilities, right):.3f} ({len(right)} spans)")
        curves[head] = probabilities, right
    if picture is not None:
        _draw(curves, picture)


def _draw(curves: dict[str, tuple[list[float], list[bool]]], picture: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, label="as it should be")
    for head, (probabilities, right) in curves.items():
        points = []
        for low in range(BINS):
            inside = [pair for pair in zip(probabilities, right, strict=True) if int(pair[0] * BINS) == low]
            if inside:
                points.append((sum(p for p, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside)))
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3, label=head)
    axes.set(xlabel="score of a span", ylabel="share of spans that are right", title="Calibration on dev")
    axes.legend(fontsize=8)
    figure.savefig(picture, dpi=120, bbox_inches="tight")


if __name__ == "__main__":
    main()
