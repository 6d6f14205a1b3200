"""Text in, labelled spans out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_engine.knowledge import resource
from nlp_engine.text.ner.labels import MergeStep, load_labels
from nlp_engine.text.ner.network import Head, OnnxTagger
from nlp_engine.text.ner.viterbi import best_path, log_softmax, spans_of
from nlp_engine.text.ner.windows import Window, Words, cut_windows, split_words


@dataclass(frozen=True, slots=True)
class EntitySpan:
    """A labelled span; ``text[start:end]`` is never empty and has no blank at its ends.

    ``score`` is the mean probability of the tags of its words, between 0 and 1; ``head`` is the corpus it learnt from.
    """

    start: int
    end: int
    label: str
    score: float
    head: str


class Recogniser:
    """The embedded named entity recogniser; its quality on each corpus is printed by ``benchmarks/ner.py``."""

    def __init__(self, tagger: OnnxTagger, merge: tuple[MergeStep, ...]) -> None:
        self._tagger = tagger
        self._merge = tuple(step for step in merge if step.head in {head.name for head in tagger.heads})

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> Recogniser:
        """Load a model folder, the embedded one if None.

        Raises
        ------
        nlp_engine.errors.ModelError
            If a file of the folder is missing.
        """
        return cls(OnnxTagger(folder or resource("models") / "ner", threads=threads), load_labels().merge)

    @property
    def version(self) -> str:
        """Version of the model."""
        return self._tagger.version

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return the spans of a note, in order; no two overlap."""
        by_head = self.recognise_heads(text)
        taken: list[EntitySpan] = []
        for step in self._merge:
            fitting = (
                span
                for span in by_head[step.head]
                if span.score >= step.min_score and (step.labels is None or span.label in step.labels)
            )
            taken = _without_overlap([*taken, *fitting])
        return sorted(taken, key=lambda span: span.start)

    def recognise_heads(self, text: str) -> dict[str, list[EntitySpan]]:
        """Return what each head says by itself: head -> spans in order, without overlap within a head."""
        words = split_words(text, self._tagger.tokenizer)
        found: dict[str, list[EntitySpan]] = {head.name: [] for head in self._tagger.heads}
        for window in cut_windows(words):
            for span in self._spans_in(words, window):
                found[span.head].append(span)
        return {head: sorted(_without_overlap(spans), key=lambda s: s.start) for head, spans in found.items()}

    def _spans_in(self, words: Words, window: Window) -> Iterator[EntitySpan]:
        """Yield the spans of all heads whose middle lies in the window's core."""
        begin = words.first[window.start]
        logits = self._tagger.logits(words.ids[begin : words.first[window.stop]])
        places = np.array(words.first[window.start : window.stop]) - begin
        for head in self._tagger.heads:
            yield from _decode(words, window, head, log_softmax(logits[places][:, head.columns]))


def _decode(words: Words, window: Window, head: Head, scores: NDArray[np.float32]) -> Iterator[EntitySpan]:
    path = best_path(scores)
    certainty = np.exp(scores[np.arange(len(path)), path])
    for first, stop, label in spans_of(path):
        middle = window.start + (first + stop - 1) / 2
        if window.core_start <= middle < window.core_stop:
            start, end = words.spans[window.start + first][0], words.spans[window.start + stop - 1][1]
            score = float(certainty[first:stop].mean())
            yield EntitySpan(start, end, head.labels[label], min(score, 1.0), head.name)


def _without_overlap(spans: Iterable[EntitySpan]) -> list[EntitySpan]:
    """Keep, in the order given, each span that touches none kept before."""
    kept: list[EntitySpan] = []
    occupied: set[int] = set()
    for span in spans:
        places = range(span.start, span.end)
        if occupied.isdisjoint(places):
            occupied.update(places)
            kept.append(span)
    return kept
