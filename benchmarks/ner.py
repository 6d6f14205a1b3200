"""Accuracy of the NER on the dev parts of its corpora, and its speed.

python benchmarks/ner.py [--data ../shared/data/ner] [--model FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

from nlp_engine.text.ner.labels import load_labels
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.training.corpora import read_corpus
from nlp_engine.training.evaluation import total
from nlp_engine.training.ner.commands import evaluate_ner


def main() -> None:
    """Print a table of figures and the words a CPU second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ner"))
    parser.add_argument("--model", type=Path, default=None, help="a model folder; the embedded one if left out")
    arguments = parser.parse_args()
    print(f"{'corpus':10} {'label':14} {'gold':>6} {'P':>6} {'R':>6} {'F1':>6} {'relaxed F1':>11}")
    for corpus, labels in evaluate_ner(arguments.data, arguments.model).items():
        for label, counts in {"all": total(labels.values()), **labels}.items():
            print(
                f"{corpus:10} {label:14} {counts.gold:6} {counts.precision:6.1f} {counts.recall:6.1f} "
                f"{counts.f1:6.1f} {counts.relaxed_f1:11.1f}"
            )
    _print_speed(Recogniser.load(arguments.model), arguments.data)


def _print_speed(recogniser: Recogniser, data: Path) -> None:
    texts = [document.text for document in read_corpus(load_labels().corpora["maccrobat"], data, "dev")]
    recogniser.recognise(texts[0])
    start = process_time()
    for text in texts:
        recogniser.recognise(text)
    words = sum(len(text.split()) for text in texts)
    print(f"speed: {words / (process_time() - start):.0f} words a CPU second ({words} words, one thread)")


if __name__ == "__main__":
    main()
