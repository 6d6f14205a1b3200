"""A note as a row of words: what the search for names and places walks along."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import Enum

from nlp_engine.text.tokens import fold, lines_of

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u00ad\u200b-\u200d]|['\u2019`\u2010\u2011-](?=[^\W\d_]))*")
_BEGINS = re.compile(r"(?:[.!?:;\u2022*>|\"\u201c]|\d[.)])[\s\"'\u201c(\[]*$")
_MOSTLY = 0.7


class Case(Enum):
    """How a word is written."""

    LOWER = "lower"
    TITLE = "Title"
    UPPER = "UPPER"


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its possessive ending.

    Parameters
    ----------
    key
        As it is compared.
    begins
        It begins a line, a sentence or an item, so that its capital tells nothing.
    shouted
        Its line is in capitals, so that its capitals tell nothing.
    owns
        It has the ending 's.
    """

    start: int
    end: int
    key: str
    case: Case
    begins: bool
    shouted: bool
    owns: bool

    @property
    def is_initial(self) -> bool:
        """Whether it is a single capital letter."""
        return self.end - self.start == 1 and self.case is Case.UPPER


class Row:
    """The words of a text, in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [word for line in lines_of(text) for word in _words(text, *line)]
        self.keys = [word.key for word in self.words]
        self.starts = [word.start for word in self.words]

    def gap(self, index: int) -> str:
        """Return what stands between a word and the one before it; at both ends of the text a line feed too."""
        if index <= 0:
            return "\n" + (self.text[: self.words[0].start] if self.words else "")
        if index >= len(self.words):
            return "\n"
        return self.text[self._end(index - 1) : self.words[index].start]

    def first_from(self, place: int) -> int:
        """Return the index of the first word that begins at or behind a place."""
        return bisect_left(self.starts, place)

    def _end(self, index: int) -> int:
        word = self.words[index]
        return word.end + (2 if word.owns else 0)


def _words(text: str, start: int, end: int) -> list[Word]:
    matches = list(_WORD.finditer(text, start, end))
    letters = sum(match.end() - match.start() for match in matches)
    capitals = sum(match.end() - match.start() for match in matches if match.group().isupper())
    shouted = len(matches) > 1 and capitals > _MOSTLY * letters
    words: list[Word] = []
    for match in matches:
        written = match.group()
        owns = len(written) > 2 and written[-2] in "'\u2019" and written[-1] in "sS"
        stop = match.end() - (2 if owns else 0)
        before = text[words[-1].end if words else start : match.start()][-12:]
        begins = not words or (bool(_BEGINS.search(before)) and not _is_abbreviated(words[-1], before))
        words.append(
            Word(
                match.start(),
                stop,
                fold(text[match.start() : stop]),
                _case(text[match.start() : stop]),
                begins,
                shouted,
                owns,
            )
        )
    return words


def _is_abbreviated(word: Word, before: str) -> bool:
    """Say whether a full stop is that of an initial or a title ("Dr. Smith", "John D. Smith")."""
    return before.strip() == "." and (word.is_initial or word.key in _ABBREVIATED)


_ABBREVIATED = frozenset("dr mr mrs ms prof st mt ft jr sr drs rev capt sgt attn no vs".split())


def _case(written: str) -> Case:
    if written.isupper():
        return Case.UPPER
    return Case.TITLE if written[0].isupper() or _SMALL_PREFIX.match(written) else Case.LOWER


_SMALL_PREFIX = re.compile(r"(?:d[eiu']|l[ae']|mc|mac|o'|van|von|bin|al-|el-)-?[A-Z][a-z]")
