"""Concepts by their names: what a mention is about, and where a note says that all is normal."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nlp_engine.errors import KnowledgeError
from nlp_engine.fusion.settings import Matching
from nlp_engine.knowledge import Concept, normalise_phrase

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?\+*")
_BREAK = re.compile(r"[.;!?](?=\s|$)|\n\s*\n")
_GAP = re.compile(r"[\s\-/]*")
_PART = re.compile(r"[,;()\[\]]|:\s")
_REACH = 80
"""How far around a mention, in characters, a normal phrase is looked for."""
_SENTENCE_REACH = 300
"""How far around a mention, in characters, words are looked for that make something else of it."""
_ITEM = re.compile(r"\n\s*(?:[-*\u2022]|\d+[.)])\s")

Phrases = dict[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A normal phrase in a note: the concepts it denies and its span."""

    concepts: tuple[str, ...]
    start: int
    end: int


class ConceptIndex:
    """Finds concepts in the words of notes.

    Raises
    ------
    KnowledgeError
        If one name stands in two concepts.
    """

    def __init__(self, concepts: Mapping[str, Concept], matching: Matching) -> None:
        self._matching = matching
        self._names = _names(concepts.values())
        self._normal = _normal_phrases(concepts.values())
        self._not_near = {c.id: frozenset(map(normalise_phrase, c.not_near)) for c in concepts.values() if c.not_near}
        self._longest_name = max(map(len, self._names), default=0)
        self._longest_normal = max(map(len, self._normal), default=0)
        self.find = lru_cache(maxsize=65536)(self._find)

    def _find(self, text: str, *, denied: bool = False) -> tuple[str, ...]:
        """Return the ids of the concepts that a mention's text is about, in order of place.

        A name counts where it is the head: "acute heart failure exacerbation" and "history of heart failure" are heart
        failure, "heart failure clinic" and "treatment of heart failure" are not. Of overlapping names the longest wins.

        Parameters
        ----------
        denied
            Whether the note says that the mention is absent; if not, a name behind a negation in the mention itself
            ("no fever") is passed over.
        """
        found = []
        for part in _PART.split(text):
            words = tuple(normalise_phrase(part).split())
            hits = self._longest(words)
            ends = {end for _, end, _ in hits}
            for start, end, concept in hits:
                if concept and self._is_head(words, start, end, ends, denied=denied):
                    found.append(concept)
        return tuple(dict.fromkeys(found))

    def _longest(self, words: tuple[str, ...]) -> list[tuple[int, int, str]]:
        """Return non-overlapping names as (first word, word behind, concept or ""), longest first."""
        taken = [False] * len(words)
        hits = []
        for length in range(min(self._longest_name, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                end = start + length
                concept = self._names.get(words[start:end])
                if concept is not None and not any(taken[start:end]):
                    taken[start:end] = [True] * length
                    hits.append((start, end, concept))
        return sorted(hits)

    def _is_head(self, words: tuple[str, ...], start: int, end: int, ends: set[int], *, denied: bool) -> bool:
        rules = self._matching
        if end < len(words):
            behind = words[end]
            if not (behind in rules.tails or behind in rules.links or behind in rules.boundaries or behind.isdigit()):
                return False
        if not denied and any(word in rules.negations for word in words[:start]):
            return False
        for place in range(start - 1, -1, -1):
            if words[place] in rules.boundaries:
                return True
            if words[place] in rules.links:
                # "due to", "history of", "AKI on CKD"; but not "treatment of".
                return place > 0 and (words[place - 1] in rules.heads | rules.boundaries or place in ends)
        return True

    def grow(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Return the span of the longest known phrase that a mention is a part of, the mention's own if there is none.

        A recogniser may mark "hypertension" in "pulmonary hypertension" or "fever" in "hay fever". The word behind is
        taken in when it makes something else of the mention: "DVT prophylaxis", "CVA tenderness".
        """
        words = _run_of_words(text, start, end)
        inside = [place for place, (_, low, high) in enumerate(words) if low < end and start < high]
        if not inside:
            return start, end
        first, behind = inside[0], inside[-1] + 1
        spans = [
            (low, high)
            for low in range(max(0, behind - self._longest_name), first + 1)
            for high in range(behind, min(len(words), low + self._longest_name) + 1)
            if (low, high) == (first, behind) or tuple(word for word, _, _ in words[low:high]) in self._names
        ]
        first, behind = max(spans, key=lambda span: span[1] - span[0], default=(first, behind))
        if behind < len(words) and words[behind][0] in self._matching.followers:
            behind += 1
        return min(start, words[first][1]), max(end, words[behind - 1][2])

    def means_else(self, concept: str, text: str, start: int, end: int) -> bool:
        """Say whether a word in the sentence or list entry of a name makes something else of it.

        "Influenza" in a list of vaccines is no influenza; "CVA" beside "tenderness" is no stroke.
        """
        words = self._not_near.get(concept)
        return words is not None and _is_near(words, text, start, end)

    def is_told_as_risk(self, text: str, start: int, end: int) -> bool:
        """Say whether the sentence of a mention speaks of risks: "complications such as infection and bleeding"."""
        return _is_near(self._matching.risks, text, start, end)

    def normal_phrases(self, text: str, start: int, end: int) -> list[PhraseHit]:
        """Return the normal phrases that overlap a mention, within its sentence.

        Parameters
        ----------
        text
            The note.
        start, end
            The mention's span.
        """
        words = list(_sentence_words(text, start, end))
        hits: list[PhraseHit] = []
        for first in range(len(words)):
            for behind in range(min(len(words), first + self._longest_normal), first, -1):
                concepts = self._normal.get(tuple(word for word, _, _ in words[first:behind]))
                if concepts is None:
                    continue
                hit = PhraseHit(concepts, words[first][1], words[behind - 1][2])
                denied = first > 0 and words[first - 1][0] in self._matching.negations
                if hit.start < end and start < hit.end and not denied:
                    hits.append(hit)
                break
        return hits


def _is_near(words: frozenset[str], text: str, start: int, end: int) -> bool:
    """Say whether one of some words stands in the sentence or list entry of a span."""
    low, high = max(0, start - _SENTENCE_REACH), min(len(text), end + _SENTENCE_REACH)
    low = max([low, *(item.end() for item in _ITEM.finditer(text, low, start))])
    after = _ITEM.search(text, end, high)
    high = after.start() if after else high
    around = _sentence_words(text, start, end, reach=_SENTENCE_REACH)
    return any(word in words for word, first, behind in around if low <= first and behind <= high)


def _run_of_words(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Return the words around a span that no punctuation parts from it, with their spans."""
    run: list[tuple[str, int, int]] = []
    for word in _sentence_words(text, start, end):
        if run and _GAP.fullmatch(text, run[-1][2], word[1]) is None:
            if word[1] >= end:
                break
            if run[-1][2] <= start:
                run = []
        run.append(word)
    return run


def _sentence_words(text: str, start: int, end: int, *, reach: int = _REACH) -> Iterator[tuple[str, int, int]]:
    """Yield the normalised words around a span, up to the ends of its sentence, with their spans."""
    low, high = max(0, start - reach), min(len(text), end + reach)
    for stop in _BREAK.finditer(text, low, start):
        low = stop.end()
    after = _BREAK.search(text, end, high)
    high = after.start() if after else high
    for match in _WORD.finditer(text, low, high):
        yield _word(match.group()), match.start(), match.end()


@lru_cache(maxsize=65536)
def _word(word: str) -> str:
    return normalise_phrase(word)


def _names(concepts: Iterable[Concept]) -> dict[tuple[str, ...], str]:
    """Return words -> concept; a phrase that only means something else leads to ""."""
    names: dict[tuple[str, ...], str] = {}
    others: set[tuple[str, ...]] = set()
    for concept in concepts:
        others |= {_key(name) for name in concept.not_names}
        for name in concept.names:
            other = names.setdefault(_key(name), concept.id)
            if other != concept.id:
                raise KnowledgeError("concepts", f'the name "{name}" stands at {other} and {concept.id}')
    return dict.fromkeys(others, "") | names


def _normal_phrases(concepts: Iterable[Concept]) -> Phrases:
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for concept in concepts:
        for phrase in concept.normal_phrases:
            found[_key(phrase)].append(concept.id)
    return {words: tuple(dict.fromkeys(ids)) for words, ids in found.items()}


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(normalise_phrase(phrase).split())
