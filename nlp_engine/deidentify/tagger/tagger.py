"""A small network that tells names and places by their letters and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger.features import Features
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.network import Floats, Network
from nlp_engine.deidentify.tagger.pieces import Pieces
from nlp_engine.deidentify.vocabulary import Vocabulary

LABELS = ("other", "name", "place", "phone")
ABOUT = 6
"""How much is said of the whole text."""


class Tagger:
    """Gives each piece of a text the probability of each of `LABELS`."""

    def __init__(self, features: Features, gazetteer: Gazetteer, network: Network) -> None:
        self.features, self.gazetteer, self._network = features, gazetteer, network
        self._embedding = lru_cache(maxsize=32768)(self._embed)

    @classmethod
    def load(cls, folder: Path, rules: DeidRules, vocabulary: Vocabulary) -> Tagger:
        """Read the weights of a folder.

        Raises
        ------
        nlp_engine.errors.ModelError
            If a file is missing or does not fit.
        """
        return cls(Features(rules, vocabulary), Gazetteer.load(folder), Network.load(folder))

    def chances(self, pieces: Pieces) -> Floats:
        """Return the probability of each label, shape (pieces, labels)."""
        if not pieces.written:
            return np.zeros((0, len(LABELS)), np.float32)
        embedded = np.stack([self._embedding(*piece) for piece in zip(pieces.written, pieces.glued, strict=True)])
        for first, behind in self.gazetteer.spans(pieces.written):
            embedded[first:behind] += self._network.place[min(behind - first, 2) - 1]
        return self._network.chances(embedded, about_text(pieces.written))

    def _embed(self, written: str, is_glued: bool) -> Floats:
        rows = np.array(self.features.rows(written, is_glued))
        return np.asarray(self._network.table[rows].sum(axis=0), np.float32)


def about_text(written: Sequence[str]) -> Floats:
    """Return how a text is written: its capitals, signs and line feeds as shares, and its length."""
    words = [piece for piece in written if piece[0].isalpha()]
    titles = sum(word[0].isupper() and not word.isupper() for word in words)
    shouted = sum(word.isupper() and len(word) > 1 for word in words)
    count = max(len(words), 1)
    shares = (
        titles / count,
        shouted / count,
        float(titles + shouted == 0),
        (len(written) - len(words)) / len(written),
        written.count("\n") / len(written),
        min(np.log1p(len(words)) / 7, 1),
    )
    return np.array(shares, np.float32)
