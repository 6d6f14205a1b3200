"""Text in, labelled spans out."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from nlp_engine.knowledge import resource
from nlp_engine.probabilities import log_softmax
from nlp_engine.text.ner.cache import RecentResults
from nlp_engine.text.ner.judgements import Judgements
from nlp_engine.text.ner.labels import ASSERTION_LABELS, MENTION_LABELS, MergeStep, load_labels
from nlp_engine.text.ner.network import Head, OnnxTagger
from nlp_engine.text.ner.viterbi import best_path, spans_of
from nlp_engine.text.ner.windows import Window, Words, cut_windows, split_words

_LEAST = 1e-9
WINDOWS_KEPT = 4096
"""Windows whose result is kept: about 20 MB, 175,000 words."""


@dataclass(frozen=True, slots=True)
class EntitySpan:
    """A labelled span; ``text[start:end]`` is never empty and has no blank at its ends.

    ``score`` is the probability that borders and label are right, calibrated on the dev part of the head's corpus;
    ``head`` is the corpus it learnt from.
    """

    start: int
    end: int
    label: str
    score: float
    head: str


class SpanReader(Protocol):
    """What finds the entities of a text: the embedded recogniser, or another model (``foreign.py``)."""

    @property
    def version(self) -> str:
        """Version of the model; of a model of others its name too."""

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return labelled spans, in order; mentions do not overlap one another."""


class WordSpan(NamedTuple):
    """A span as the network gives it: words ``first`` to ``stop`` (not included) of its window."""

    first: int
    stop: int
    label: str
    score: float
    head: str


class WindowResult(NamedTuple):
    """What one window gives: the spans of some heads, and what is said of the words of its core.

    ``said`` has the shape (words, values of the heads that judge).
    """

    spans: tuple[WordSpan, ...]
    said: NDArray[np.float16]


class Reading(NamedTuple):
    """What one pass over a note gives: its spans, and what the network says of its words."""

    spans: list[EntitySpan]
    judgements: Judgements


class Recogniser:
    """The embedded named entity recogniser; its quality on each corpus is printed by ``benchmarks/ner.py``.

    Parameters
    ----------
    kept
        How many windows' results are kept for text that comes again; 0 computes everything.
    """

    def __init__(self, tagger: OnnxTagger, merge: tuple[MergeStep, ...], *, kept: int = WINDOWS_KEPT) -> None:
        self._tagger = tagger
        self._merge = merge
        merged = {step.head for step in merge}
        self._merged = tuple(head for head in tagger.heads if head.name in merged)
        self._judging = tuple(head for head in tagger.heads if ASSERTION_LABELS.issuperset(head.labels))
        self._recent: RecentResults[WindowResult] = RecentResults(kept)

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1, kept: int = WINDOWS_KEPT) -> Recogniser:
        """Load a model folder, the embedded one if None.

        Raises
        ------
        nlp_engine.errors.ModelError
            If a file of the folder is missing.
        """
        tagger = OnnxTagger(folder or resource("models") / "ner", threads=threads)
        steps = load_labels().steps_for([head.name for head in tagger.heads])
        return cls(tagger, steps, kept=kept)

    @property
    def version(self) -> str:
        """Version of the model."""
        return self._tagger.version

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return the spans of a note, in order, as `read` does."""
        return self.read(text).spans

    def judge(self, text: str) -> Judgements:
        """Return what the network says of the words of a note, as `read` does."""
        return self.read(text).judgements

    def read(self, text: str) -> Reading:
        """Return the spans of a note, in order, and what is said of its words.

        Mentions do not overlap one another, nor do attributes; an attribute may lie inside a mention ("severe" in
        "severe pain").
        """
        words, results = self._results(text, self._merged)
        by_head = _by_head(words, results)
        layers: dict[bool, list[EntitySpan]] = {True: [], False: []}
        for step in self._merge:
            for span in by_head[step.head]:
                if span.score >= step.min_score and (step.labels is None or span.label in step.labels):
                    layers[span.label in MENTION_LABELS].append(span)
        mentions, attributes = _without_overlap(layers[True]), _without_overlap(layers[False])
        spans = sorted([*mentions, *attributes], key=lambda span: (span.start, -span.end))
        return Reading(spans, self._judgements(words, [result.said for _, result in results]))

    @property
    def can_judge(self) -> bool:
        """Whether the model has heads that say something of a mention, like whether it is absent."""
        return bool(self._judging)

    def recognise_heads(self, text: str) -> dict[str, list[EntitySpan]]:
        """Return what each head says by itself: head -> spans in order, without overlap within a head."""
        found = _by_head(*self._results(text, self._tagger.heads))
        return {head.name: found[head.name] for head in self._tagger.heads}

    def _judgements(self, words: Words, said: list[NDArray[np.float16]]) -> Judgements:
        values = tuple(label.lower() for head in self._judging for label in head.labels)
        probabilities = np.concatenate(said).astype(np.float32) if said else np.zeros((0, len(values)), np.float32)
        return Judgements(words.spans, values, probabilities)

    def _results(self, text: str, heads: tuple[Head, ...]) -> tuple[Words, list[tuple[Window, WindowResult]]]:
        words = split_words(text, self._tagger.tokenizer)
        return words, [(window, self._read(words, window, heads)) for window in cut_windows(words)]

    def _read(self, words: Words, window: Window, heads: tuple[Head, ...]) -> WindowResult:
        """Return the spans of some heads whose middle lies in the window's core, and what is said of its words."""
        begin = words.first[window.start]
        ids = words.ids[begin : words.first[window.stop]]
        places = [place - begin for place in words.first[window.start : window.stop]]
        core = window.core_start - window.start, window.core_stop - window.start
        key = array("i", ids).tobytes(), core, tuple(head.name for head in heads)
        return self._recent.get(key, lambda: self._compute(ids, places, core, heads))

    def _compute(
        self, ids: list[int], places: list[int], core: tuple[int, int], heads: tuple[Head, ...]
    ) -> WindowResult:
        logits = self._tagger.logits(ids)[places]
        spans = (span for head in heads for span in _decode(head, log_softmax(logits[:, head.columns])))
        inside = tuple(span for span in spans if core[0] <= (span.first + span.stop - 1) / 2 < core[1])
        said = [np.exp(log_softmax(logits[slice(*core), head.columns])) for head in self._judging]
        # Whether a word begins or goes on with what is said makes no difference here.
        either = [tags[:, 1::2] + tags[:, 2::2] for tags in said]
        nothing = np.zeros((core[1] - core[0], 0), np.float16)
        return WindowResult(inside, np.concatenate([nothing, *either], axis=1).astype(np.float16))


def _decode(head: Head, scores: NDArray[np.float32]) -> Iterator[WordSpan]:
    """Yield the spans of the best path that are likely enough.

    A span's raw score is the probability of all its tags and of its end.
    """
    path = best_path(scores)
    certainty = scores[np.arange(len(path)), path]
    for first, stop, label in spans_of(path):
        total = float(certainty[first:stop].sum())
        if stop < len(path):
            total += float(np.log1p(-min(np.exp(scores[stop, 2 + 2 * label]), 1 - _LEAST)))
        probability = head.calibration(math.exp(total))
        if probability >= head.least:
            yield WordSpan(first, stop, head.labels[label], probability, head.name)


def _by_head(words: Words, results: list[tuple[Window, WindowResult]]) -> defaultdict[str, list[EntitySpan]]:
    """Return head -> spans in order of the note, without overlap within a head."""
    found: defaultdict[str, list[EntitySpan]] = defaultdict(list)
    for window, result in results:
        for span in result.spans:
            start = words.spans[window.start + span.first][0]
            end = words.spans[window.start + span.stop - 1][1]
            found[span.head].append(EntitySpan(start, end, span.label, span.score, span.head))
    for head, spans in found.items():
        found[head] = sorted(_without_overlap(spans), key=lambda span: span.start)
    return found


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
