"""Examples as arrays: kinds of pieces, labels, and what the gazetteer says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_engine.deidentify.tagger.features import Features
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.network import Floats
from nlp_engine.deidentify.tagger.pieces import pieces_of
from nlp_engine.deidentify.tagger.tagger import about_text
from nlp_engine.training.deidentify.sentences import IGNORED, Example

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example.

    Parameters
    ----------
    kinds
        The kind of each piece, a row of `Encoder.full`.
    labels
        The label of each piece, or `IGNORED`.
    places
        0, or 1 and 2 in a name of the gazetteer of one word and of more.
    spans
        The span of the example that each piece belongs to, or -1.
    about
        What is said of the whole text.
    """

    kinds: Integers
    labels: Integers
    places: Integers
    spans: Integers
    about: Floats


class Encoder:
    """Numbers the kinds of pieces; keeps the rows of each kind as the lists have it, and as if no list held it."""

    def __init__(self, features: Features, gazetteer: Gazetteer) -> None:
        self._features, self._gazetteer = features, gazetteer
        self._kinds: dict[tuple[str, bool], int] = {}
        self.full: list[Integers] = []
        self.bare: list[Integers] = []

    def encode(self, examples: Iterable[Example]) -> list[Encoded]:
        """Return the examples that hold anything."""
        return [self._encoded(example) for example in examples if example.text.strip()]

    def _encoded(self, example: Example) -> Encoded:
        pieces = pieces_of(example.text)
        count = len(pieces.written)
        labels, places, spans = np.zeros(count, np.int64), np.zeros(count, np.int64), np.full(count, -1)
        starts, ends = np.array(pieces.starts), np.array(pieces.ends)
        for number, (start, end, label) in enumerate(example.spans):
            for index in range(int(np.searchsorted(ends, start, "right")), int(np.searchsorted(starts, end, "left"))):
                labels[index] = label if pieces.written[index][0].isalnum() else IGNORED
                spans[index] = number
        for first, behind in self._gazetteer.spans(pieces.written):
            places[first:behind] = min(behind - first, 2)
        kinds = np.array([self._kind(*piece) for piece in zip(pieces.written, pieces.glued, strict=True)])
        return Encoded(kinds, labels, places, spans, about_text(pieces.written))

    def _kind(self, written: str, is_glued: bool) -> int:
        kind = self._kinds.setdefault((written, is_glued), len(self.full))
        if kind == len(self.full):
            self.full.append(np.array(self._features.rows(written, is_glued)))
            self.bare.append(np.array(self._features.rows(written, is_glued, is_listed=False)))
        return kind
