"""A note as words and signs with offsets: what every table of phrases is looked up in."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_INSIDE = r"[^\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]"
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[^\W\d_](?:{_INSIDE}|['\u2019](?=[^\W\d_]))*|\S")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words, numbers and single signs of a text, in order.

    ``keys`` are the words as they are compared: lower case, composed, without characters that do not show. A number
    ends where a letter begins ("5.9mmol" is two tokens, "HbA1c" is one).
    """

    keys: list[str]
    starts: list[int]
    ends: list[int]

    def range_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the first token that ends behind ``start`` and the first that begins at or behind ``end``."""
        first = bisect_left(self.ends, start + 1)
        return first, max(first, bisect_left(self.starts, end))


def tokenise(text: str) -> Tokens:
    """Split a text into tokens; every character that is not blank belongs to exactly one."""
    keys, starts, ends = [], [], []
    for match in _TOKEN.finditer(text):
        keys.append(fold(match.group()))
        starts.append(match.start())
        ends.append(match.end())
    return Tokens(keys, starts, ends)


def fold(word: str) -> str:
    """Return a word as it is compared."""
    return word.lower() if word.isascii() else _fold_unicode(word)


def keys_of(phrase: str) -> tuple[str, ...]:
    """Return the keys of a phrase of a lexicon."""
    return tuple(tokenise(phrase).keys)


@lru_cache(maxsize=4096)
def _fold_unicode(word: str) -> str:
    shown = unicodedata.normalize("NFKC", word).translate(_INVISIBLE)
    return shown.casefold().replace("\u2019", "'") or word


def lines_of(text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each line without its line end; CRLF, CR, LF, form feed and Unicode line ends count."""
    for match in _LINE.finditer(text):
        yield match.span()


_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
