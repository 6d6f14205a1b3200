"""Accuracy of the NER on the dev parts of its corpora, and its speed; prints the table of docs/model_card_ner.md."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from time import process_time

from nlp_engine.knowledge import resource
from nlp_engine.text.ner.labels import load_labels
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.training.corpora import read_corpus
from nlp_engine.training.ner.commands import as_json, evaluate_ner

HEAD = "| corpus | label | gold | precision | recall | F1 | relaxed F1 | F1 of float32 |"


def main() -> None:
    """Print a row a corpus and label, then the words a CPU second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ner"))
    parser.add_argument("--model", type=Path, default=None, help="a model folder; the embedded one if left out")
    arguments = parser.parse_args()
    folder = arguments.model or resource("models") / "ner"
    float32 = json.loads((folder / "figures.json").read_text(encoding="utf-8"))["float32"]
    print(HEAD, "| --- | --- | --- | --- | --- | --- | --- | --- |", sep="\n")
    for corpus, labels in as_json(evaluate_ner(arguments.data, arguments.model)).items():
        for label, figures in labels.items():
            cells = [f"{figures[name]:.1f}" for name in ("precision", "recall", "f1", "relaxed_f1")]
            row = [corpus, label, str(figures["gold"]), *cells, f"{float32[corpus][label]['f1']:.1f}"]
            print(f"| {' | '.join(row)} |")
    _print_speed(Recogniser.load(arguments.model), arguments.data)


def _print_speed(recogniser: Recogniser, data: Path) -> None:
    texts = [document.text for document in read_corpus(load_labels().corpora["maccrobat"], data, "dev")]
    recogniser.recognise(texts[0])
    start = process_time()
    for text in texts:
        recogniser.recognise(text)
    words = sum(len(text.split()) for text in texts)
    print(f"\nspeed: {words / (process_time() - start):.0f} words a CPU second ({words} words, one thread)")


if __name__ == "__main__":
    main()
