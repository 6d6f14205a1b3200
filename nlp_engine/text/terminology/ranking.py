"""Which of the names found is meant: a logistic score from how two names agree, learnt on annotated corpora."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp_engine.knowledge import KnowledgeModel, resource
from nlp_engine.text.terminology.index import Index, Kind
from nlp_engine.text.terminology.search import Found, Search
from nlp_engine.text.terminology.settings import Limits

FEATURES = (
    "cosine", "of_phrase", "of_name", "product", "letters", "exact", "number_differs",
    "phrase_lacks", "name_lacks", "preferred", "lay", "wider", "usage",
)  # fmt: skip
_WIDER = (Kind.NARROW, Kind.BROAD, Kind.RELATED)
_SAME = 0.999
Rows = npt.NDArray[np.float32]


class RankingFile(KnowledgeModel):
    """``models/terminologies/ranking.json``: the weight of each feature, and what "none of them" weighs."""

    about: str
    weights: dict[str, float]
    none: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A term with the name that spoke for it and a score between 0 and 1; ``of_name`` as in `Found`."""

    term: int
    name: int
    score: float
    of_name: float


class Ranker:
    """Scores what a search found."""

    def __init__(self, file: RankingFile) -> None:
        self._weights = np.asarray([file.weights[feature] for feature in FEATURES], np.float32)
        self._none = file.none

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Ranker:
        """Read the packaged weights."""
        return cls(read_ranking())

    def rank(self, search: Search, found: Found, limits: Limits | None = None) -> list[Ranked]:
        """Return the terms found, the best first; of equal ones the shorter code, then the first in the terminology.

        Parameters
        ----------
        limits
            Which names are left out at once.
        """
        if limits is not None:
            found = found.with_said(limits.least_of_name, limits.least_of_phrase)
        if not len(found.names):
            return []
        index = search.index
        values = features(search, found) @ self._weights
        best: dict[int, int] = {}
        for place in np.argsort(-values, kind="stable").tolist():
            best.setdefault(int(index.term_of[found.names[place]]), place)
        exponents = np.exp([*values[list(best.values())].astype(np.float64), self._none])
        shares = (exponents / exponents.sum()).tolist()
        ranked = [
            Ranked(term, int(found.names[place]), share, float(found.of_name[place]))
            for (term, place), share in zip(best.items(), shares, strict=False)
        ]
        return sorted(ranked, key=lambda one: (-round(one.score, 4), len(index.codes[one.term]), one.term))


def read_ranking(path: Path | None = None) -> RankingFile:
    """Read the weights."""
    path = path or resource("models") / "terminologies" / "ranking.json"
    return RankingFile.model_validate_json(path.read_text(encoding="utf-8"))


def features(search: Search, found: Found) -> Rows:
    """Return (names, FEATURES)."""
    index = search.index
    names = found.names
    kinds = index.kinds[names]
    total = sum(map(search.weight, found.words))
    columns = (
        found.cosine,
        found.of_phrase,
        found.of_name,
        found.of_phrase * found.of_name,
        _letters(found.words, index, names.tolist()),
        (found.cosine > _SAME) & (found.of_phrase > _SAME) & (found.of_name > _SAME),
        _numbers_differ(found.words, index, names.tolist()),
        (1 - found.of_name) * index.sums[names] / 10,
        (1 - found.of_phrase) * total / 10,
        kinds == Kind.PREFERRED,
        (kinds == Kind.LAY) | (kinds == Kind.ABBREVIATION),
        np.isin(kinds, _WIDER),
        kinds == Kind.USAGE,
    )
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _letters(words: Sequence[str], index: Index, names: Sequence[int]) -> list[float]:
    """Return how much the letters of two names agree, whatever the order of words: Dice of pieces of three letters."""
    own = _pieces(words)
    others = [_pieces([index.vocabulary[word] for word in index.words_of[name]]) for name in names]
    return [2 * len(own & other) / max(1, len(own) + len(other)) for other in others]


def _pieces(words: Sequence[str]) -> set[str]:
    return {marked[place : place + 3] for word in words for marked in [f"^{word}$"] for place in range(len(marked) - 2)}


def _numbers_differ(words: Sequence[str], index: Index, names: Sequence[int]) -> list[bool]:
    own = {word for word in words if word.isdigit()}
    return [own != {w for word in index.words_of[name] if (w := index.vocabulary[word]).isdigit()} for name in names]
