"""Strict and relaxed precision, recall and F1 of labelled spans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nlp_engine.training.corpora import LabelledSpan


@dataclass(slots=True)
class Counts:
    """What was counted for one label or for all of them.

    Strict hits have the same borders and label as a gold span. Relaxed hits share at least one character with a span of
    the same label on the other side; they are counted on each side.
    """

    gold: int = 0
    predicted: int = 0
    strict: int = 0
    gold_touched: int = 0
    predicted_touched: int = 0

    @property
    def precision(self) -> float:
        """Strict precision, 0 to 100."""
        return _percent(self.strict, self.predicted)

    @property
    def recall(self) -> float:
        """Strict recall, 0 to 100."""
        return _percent(self.strict, self.gold)

    @property
    def f1(self) -> float:
        """Strict F1, 0 to 100."""
        return _harmonic(self.precision, self.recall)

    @property
    def relaxed_f1(self) -> float:
        """Relaxed F1, 0 to 100."""
        return _harmonic(_percent(self.predicted_touched, self.predicted), _percent(self.gold_touched, self.gold))

    def add(self, other: Counts) -> None:
        """Add the counts of another label or text."""
        self.gold += other.gold
        self.predicted += other.predicted
        self.strict += other.strict
        self.gold_touched += other.gold_touched
        self.predicted_touched += other.predicted_touched

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name, percentages with two decimals."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1, "relaxed_f1": self.relaxed_f1}
        return {**{name: round(figure, 2) for name, figure in figures.items()}, "gold": self.gold}


def count_by_label(
    texts: Iterable[tuple[Iterable[LabelledSpan], Iterable[LabelledSpan]]],
) -> dict[str, Counts]:
    """Count over texts, each given as (gold spans, predicted spans); label -> counts, labels sorted."""
    totals: dict[str, Counts] = defaultdict(Counts)
    for gold, predicted in texts:
        sides = _by_label(gold), _by_label(predicted)
        for label in sides[0].keys() | sides[1].keys():
            totals[label].add(_count(sides[0][label], sides[1][label]))
    return dict(sorted(totals.items()))


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum: micro-averaged over labels."""
    result = Counts()
    for one in counts:
        result.add(one)
    return result


def _by_label(spans: Iterable[LabelledSpan]) -> dict[str, set[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for span in spans:
        found[span.label].add((span.start, span.end))
    return found


def _count(gold: set[tuple[int, int]], predicted: set[tuple[int, int]]) -> Counts:
    return Counts(
        gold=len(gold),
        predicted=len(predicted),
        strict=len(gold & predicted),
        gold_touched=sum(_touches(span, predicted) for span in gold),
        predicted_touched=sum(_touches(span, gold) for span in predicted),
    )


def _touches(span: tuple[int, int], others: set[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _harmonic(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0
