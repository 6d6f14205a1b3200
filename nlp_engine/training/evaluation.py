"""Strict and relaxed precision, recall and F1 of labelled spans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nlp_engine.training.corpora import LabelledSpan

PERCENTAGES = ("precision", "recall", "f1", "relaxed_precision", "relaxed_recall", "relaxed_f1")
Figures = dict[str, dict[str, "Counts"]]
"""Corpus -> label -> counts."""


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
    def relaxed_precision(self) -> float:
        """Relaxed precision, 0 to 100."""
        return _percent(self.predicted_touched, self.predicted)

    @property
    def relaxed_recall(self) -> float:
        """Relaxed recall, 0 to 100."""
        return _percent(self.gold_touched, self.gold)

    @property
    def relaxed_f1(self) -> float:
        """Relaxed F1, 0 to 100."""
        return _harmonic(self.relaxed_precision, self.relaxed_recall)

    def add(self, other: Counts) -> None:
        """Add the counts of another label or text."""
        self.gold += other.gold
        self.predicted += other.predicted
        self.strict += other.strict
        self.gold_touched += other.gold_touched
        self.predicted_touched += other.predicted_touched

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name, percentages with two decimals."""
        percentages = {name: round(float(getattr(self, name)), 2) for name in PERCENTAGES}
        return {**percentages, "gold": self.gold, "predicted": self.predicted}


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


def as_json(figures: Figures) -> dict[str, dict[str, dict[str, float]]]:
    """Return corpus -> label, ``all`` first -> strict and relaxed precision, recall, F1; gold and predicted spans."""
    return {
        corpus: {"all": total(labels.values()).as_dict(), **{label: c.as_dict() for label, c in labels.items()}}
        for corpus, labels in figures.items()
    }


def as_table(figures: Figures) -> list[str]:
    """Return the lines of a table: the figures of ``as_json``, percentages with one decimal."""
    lines = [f"{'':<32}{'':>7}{'':>7}  {'---- strict ----':^18}  {'---- relaxed ---':^18}"]
    heads = "".join(f"{name:>6}" for name in ("P", "R", "F1"))
    lines.append(f"{'corpus':<20}{'label':<14}{'gold':>5}{'found':>7}  {heads}  {heads}")
    for corpus, labels in as_json(figures).items():
        for label, row in labels.items():
            strict, relaxed = (
                "".join(f"{row[name]:6.1f}" for name in names) for names in (PERCENTAGES[:3], PERCENTAGES[3:])
            )
            lines.append(f"{corpus:<20}{label:<14}{row['gold']:>5}{row['predicted']:>7}  {strict}  {relaxed}")
    return [line.rstrip() for line in lines]


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
        gold_touched=_touching(gold, predicted),
        predicted_touched=_touching(predicted, gold),
    )


def _touching(spans: set[tuple[int, int]], others: set[tuple[int, int]]) -> int:
    """Count the spans that share a character with one of the others."""
    covered = {place for start, end in others for place in range(start, end)}
    return sum(not covered.isdisjoint(range(start, end)) for start, end in spans)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _harmonic(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0
