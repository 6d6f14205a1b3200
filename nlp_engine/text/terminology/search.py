"""Names that share words with a phrase, where near words count in part (Soft TF-IDF).

Cohen W, Ravikumar P, Fienberg S, A comparison of string distance metrics for name-matching tasks, IIWeb 2003:73.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from nlp_engine.text.terminology.index import Floats, Index, Ints
from nlp_engine.text.terminology.spelling import Spelling
from nlp_engine.text.terminology.words import Words

_MOST_NAMES = 60
_MOST_WORDS = 16
_FORM_WEIGHT = 0.9
"""Names looked at more closely; words of a phrase that count; what another form of a word counts at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """Names for a phrase, the nearest first.

    Parameters
    ----------
    names
        Their numbers in the index.
    cosine, of_phrase, of_name
        Of each: Soft TF-IDF; the share of the phrase's words, by weight, that the name has; the share of the name's
        words that the phrase has.
    words
        The words of the phrase that were looked up.
    """

    names: Ints
    cosine: Floats
    of_phrase: Floats
    of_name: Floats
    words: tuple[str, ...]

    def with_said(self, of_name: float, of_phrase: float) -> Found:
        """Return only the names of which the phrase says at least this share, and that say this share of the phrase."""
        kept = (self.of_name >= of_name) & (self.of_phrase >= of_phrase)
        return replace(
            self,
            names=self.names[kept],
            cosine=self.cosine[kept],
            of_phrase=self.of_phrase[kept],
            of_name=self.of_name[kept],
        )


class Search:
    """Looks up phrases in an index; keeps no state but near words of words."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._words = Words.load()
        self.similar = lru_cache(maxsize=16384)(self._similar)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.index.vocabulary)

    def find(self, phrase: str) -> Found:
        """Return the names that are nearest to a phrase."""
        words = self._joined(self._words.of(phrase))[:_MOST_WORDS]
        weights = np.asarray([self.weight(word) for word in words], np.float32)
        index, size = self.index, len(self.index.names)
        dot, of_phrase, of_name = (np.zeros(size, np.float32) for _ in range(3))
        best = np.zeros(size, np.float32)
        worth = np.zeros(size, np.float32)
        for word, weight in zip(words, weights, strict=True):
            touched = []
            for other, likeness in self.similar(word):  # from far to near: the nearest word of a name stays
                names = index.names_with[other]
                best[names], worth[names] = likeness, index.weights[other]
                touched.append(names)
            if touched:
                names = np.concatenate(touched)
                dot[names] += weight * best[names] * worth[names]
                of_phrase[names] += weight * best[names]
                of_name[names] += worth[names] * best[names]
                best[names] = 0
        names = np.flatnonzero(dot)
        if not phrase.isupper():
            names = names[~index.in_capitals[names]]
        cosine = dot[names] / (float(np.sqrt((weights**2).sum())) * index.norms[names])
        if len(names) > _MOST_NAMES:
            names, cosine = _best(names, cosine)
        order = np.lexsort((names, -cosine))
        names = names[order]
        return Found(
            names.astype(np.int32),
            np.minimum(1, cosine[order]),
            np.minimum(1, of_phrase[names] / max(1e-6, float(weights.sum()))),
            np.minimum(1, of_name[names] / index.sums[names]),
            words,
        )

    def weight(self, word: str) -> float:
        """Return how much a word of a phrase counts: the rarer, the more; unknown words as the rarest."""
        number = self.index.word_ids.get(word)
        if number is None:
            return self.index.unseen_weight * self._words.weight(word)
        return float(self.index.weights[number])

    def _similar(self, word: str) -> tuple[tuple[int, float], ...]:
        """Return the words of the index that a word may stand for, the nearest last."""
        ids = self.index.word_ids
        found: dict[int, float] = {}
        is_known = word in ids
        for number, likeness in self._spelling.near(word, is_known=is_known):
            found[number] = _FORM_WEIGHT * likeness
        for other, weight in self._words.near(word).items():
            if other in ids:
                found[ids[other]] = max(weight, found.get(ids[other], 0))
        if is_known:
            found[ids[word]] = 1.0
        return tuple(sorted(found.items(), key=lambda item: item[1]))

    def _joined(self, words: Sequence[str]) -> tuple[str, ...]:
        """Join neighbours that are one word of the vocabulary where one is none, or a prefix ("pre-auricular")."""
        ids = self.index.word_ids
        joined: list[str] = []
        for word in words:
            both = joined[-1] + word if joined else ""
            if both in ids and (word not in ids or joined[-1] not in ids or joined[-1] in self._words.prefixes):
                joined[-1] = both
            else:
                joined.append(word)
        return tuple(joined)


def _best(names: Ints, cosine: Floats) -> tuple[Ints, Floats]:
    """Return the best names; where many are equal, all that equal the last one may fall to the first numbers."""
    least = np.partition(cosine, -_MOST_NAMES)[-_MOST_NAMES]
    kept = np.flatnonzero(cosine >= least)[: 4 * _MOST_NAMES]
    return names[kept], cosine[kept]
