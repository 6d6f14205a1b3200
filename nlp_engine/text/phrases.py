"""A table of phrases, found in a row of words: the longest one at each place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from nlp_engine.text.tokens import keys_of

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Hit(Generic[Payload]):
    """A phrase in words ``first`` to ``behind`` (not included)."""

    first: int
    behind: int
    payload: Payload


class PhraseTable(Generic[Payload]):
    """Phrases (tuples of words) with what they mean; of two equal phrases the first counts.

    Looking up takes time in the number of words, whatever the size of the table.
    """

    def __init__(self, entries: Iterable[tuple[tuple[str, ...], Payload]]) -> None:
        self._payloads: dict[tuple[str, ...], Payload] = {}
        for phrase, payload in entries:
            self._payloads.setdefault(phrase, payload)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for phrase in self._payloads:
            if phrase:
                lengths[phrase[0]].add(len(phrase))
        self._lengths = {word: sorted(found, reverse=True) for word, found in lengths.items()}

    def get(self, phrase: tuple[str, ...]) -> Payload | None:
        """Return what a phrase means, None if it is not in the table."""
        return self._payloads.get(phrase)

    def at(self, words: Sequence[str], place: int, stop: int) -> Hit[Payload] | None:
        """Return the longest phrase that begins at ``place`` and ends before ``stop``."""
        for length in self._lengths.get(words[place], ()):
            if place + length <= stop:
                phrase = tuple(words[place : place + length])
                if phrase in self._payloads:
                    return Hit(place, place + length, self._payloads[phrase])
        return None

    def find(self, words: Sequence[str], start: int = 0, stop: int | None = None) -> Iterator[Hit[Payload]]:
        """Yield the phrases from left to right, the longest at each place, without overlap."""
        place, end = start, len(words) if stop is None else stop
        while place < end:
            hit = self.at(words, place, end)
            if hit is None:
                place += 1
            else:
                yield hit
                place = hit.behind


def phrase_table(phrases: Iterable[str]) -> PhraseTable[str]:
    """Return a table of phrases that mean themselves."""
    return PhraseTable((keys_of(phrase), phrase) for phrase in phrases)
