"""Fits the regression that has a say in assertions (`CueWeights`).

    python -m nlp_engine.training.assertion [--annotated corpus_samples/annotated] [--out nlp_engine/models/assertion]

It learns from the train part of our annotated notes alone, about the spans that the annotators gave, and takes half a
minute on one core. ``python benchmarks/assertion.py --folds 5`` prints what notes that it has not learnt from get.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import MultiLabelBinarizer

from nlp_engine.knowledge import resource
from nlp_engine.text.assertion.asserter import DEFAULTS, Asserter, Assertion
from nlp_engine.text.assertion.rules import Axis
from nlp_engine.text.assertion.weights import VALUES, CueWeights
from nlp_engine.text.note import Span
from nlp_engine.text.stage import TextRules
from nlp_engine.training.corpora.annotated_note import read_annotated_notes

_RAREST = 4
"""A feature counts if this many mentions have it."""
_STRENGTH = 0.5
"""Inverse of the L2 penalty; 0.2 to 1 measure alike in cross-validation."""
_ROUNDS = 200
_OUT_OF_REACH = 100


@dataclass(frozen=True)
class Example:
    """A mention with its features, what was annotated and what the rules say."""

    note: str
    features: frozenset[str]
    gold: dict[Axis, str]
    by_rule: dict[Axis, str]


def main() -> None:
    """Fit all notes of the train part and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotated", type=Path, default=Path("corpus_samples/annotated"))
    parser.add_argument("--out", type=Path, default=resource("models") / "assertion")
    arguments = parser.parse_args()
    fit(read_examples(arguments.annotated, "train")).save(arguments.out)


def read_examples(annotated: Path, part: str) -> list[Example]:
    """Return the mentions of one part of our annotated notes, those of ANATOMY left out."""
    rules = TextRules.load()
    asserter = Asserter(rules.assertion)
    ids = (annotated / f"{part}.txt").read_text(encoding="utf-8").split()
    examples = []
    for note in read_annotated_notes(annotated / "docs", ids):
        read = rules.read(note.text)
        spans = [Span(each.span.start, each.span.end, each.span.label) for each in note.mentions]
        asked = asserter.features(read, spans)
        said = asserter.decide(read, spans)
        for mention, features, by_rule in zip(note.mentions, asked, said, strict=True):
            if features is not None:
                gold, found = _by_axis(mention.assertion), _by_axis(by_rule)
                examples.append(Example(note.id, frozenset(features), gold, found))
    return examples


def _by_axis(assertion: Assertion) -> dict[Axis, str]:
    return {axis: str(getattr(assertion, axis)) for axis in DEFAULTS}


def cross_validated(examples: Sequence[Example], folds: int) -> list[dict[Axis, str]]:
    """Return what weights say of each example that were fitted without its note."""
    notes = [example.note for example in examples]
    found: list[dict[Axis, str]] = [{} for _ in examples]
    for known, unknown in GroupKFold(folds).split(notes, groups=notes):
        weights = fit([examples[place] for place in known])
        for place in unknown:
            chances = weights.chances(examples[place].features)
            found[place] = {axis: str(VALUES[axis][int(said.argmax())]) for axis, said in chances.items()}
    return found


def fit(examples: Sequence[Example]) -> CueWeights:
    """Return the weights that fit some examples best, one regression an axis."""
    counts = Counter(name for example in examples for name in example.features)
    names = sorted(name for name, count in counts.items() if count >= _RAREST)
    known = frozenset(names)
    matrix = MultiLabelBinarizer(classes=names, sparse_output=True).fit_transform(
        [example.features & known for example in examples]
    )
    weights: dict[Axis, NDArray[np.float32]] = {}
    for axis, values in VALUES.items():
        model = LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS)
        model.fit(matrix, [example.gold[axis] for example in examples])
        # A value without examples stays out of reach.
        weights[axis] = np.zeros((len(names) + 1, len(values)), dtype=np.float32)
        weights[axis][-1] = -_OUT_OF_REACH
        for place, value in enumerate(model.classes_):
            column = [str(each) for each in values].index(value)
            weights[axis][:-1, column] = model.coef_[place]
            weights[axis][-1, column] = model.intercept_[place]
    return CueWeights({name: row for row, name in enumerate(names)}, weights)


if __name__ == "__main__":
    main()
