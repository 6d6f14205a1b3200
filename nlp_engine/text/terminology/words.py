"""The words of a name as they are compared: ``rules/lexicons/terminology.yaml`` says which are equal, near or light."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from nlp_engine.knowledge import KnowledgeModel, normalise_phrase, read_yaml, resource


class NearWords(KnowledgeModel):
    """Words of nearly the same meaning."""

    words: tuple[str, ...] = Field(min_length=2)
    weight: float = Field(gt=0, lt=1)


class TerminologyWords(KnowledgeModel):
    """``rules/lexicons/terminology.yaml``."""

    schema_version: Literal[1]
    about: str
    empty: frozenset[str]
    same: tuple[tuple[str, ...], ...]
    near: tuple[NearWords, ...]
    light: frozenset[str]
    generic: frozenset[str]
    light_weight: float = Field(gt=0, le=1)
    opposites: tuple[tuple[str, str], ...]
    prefixes: frozenset[str]

    @model_validator(mode="after")
    def _each_word_once(self) -> Self:
        words = [word for group in self.same for word in group]
        if twice := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f"stands twice under same: {', '.join(twice)}")
        return self


class Words:
    """Splits names into words that can be compared."""

    def __init__(self, file: TerminologyWords) -> None:
        self._empty = file.empty
        self._first = {word: group[0] for group in file.same for word in group}
        self._light = {self._first.get(word, word) for word in file.light}
        self._generic = file.generic
        self._light_weight = file.light_weight
        self._near: dict[str, dict[str, float]] = {}
        for near in file.near:
            group = [self._first.get(word, word) for word in near.words]
            for word in group:
                others = self._near.setdefault(word, {})
                others.update({other: near.weight for other in group if other not in {word, *others}})
        self._opposites = file.opposites
        self.prefixes = file.prefixes

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Words:
        """Read the packaged list.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(read_yaml(resource("rules") / "lexicons" / "terminology.yaml", TerminologyWords))

    def of(self, name: str) -> tuple[str, ...]:
        """Return the words of a name, each once, in order, without the empty ones."""
        words = (self._first.get(word, word) for word in normalise_phrase(name).split() if word not in self._empty)
        return tuple(dict.fromkeys(words))

    def weight(self, word: str) -> float:
        """Return how much a word counts beside its rarity."""
        return self._light_weight if word in self._light else 1.0

    def say_nothing(self, words: Iterable[str]) -> bool:
        """Say whether words alone name no thing: "disease", "severe"."""
        return all(word in self._light or word in self._generic for word in words)

    def near(self, word: str) -> dict[str, float]:
        """Return words of nearly the same meaning with how near they are."""
        return self._near.get(word, {})

    def are_opposite(self, first: str, second: str) -> bool:
        """Say whether the beginnings of two words that look alike turn one into the contrary of the other."""
        return any(
            _turns(first, second, one, other) or _turns(second, first, one, other) for one, other in self._opposites
        )


def _turns(first: str, second: str, one: str, other: str) -> bool:
    if other:
        return first.startswith(one) and second.startswith(other)
    return first == one + second
