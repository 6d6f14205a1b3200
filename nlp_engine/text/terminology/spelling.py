"""Words of a vocabulary that are spelt nearly like a given one: other forms ("hypertensive"), slips ("diabetis").

Words are compared by their pieces of three letters, with a mark at both ends (cosine of the two sets).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp_engine.text.terminology.words import Words

_LEAST_FORM, _LEAST_SLIP = 0.5, 0.6
_LEAST_STEM, _STEM_SHARE = 5, 0.6
_MOST = 8
_SHORT = 4
_LONG = 60
"""Least likeness of another form of a word, and of a word that may be meant by one that is not known; the least common
beginning of two forms, in letters and as a share of the longer; how many words are given; what is too short or too long
to be compared."""


class Spelling:
    """Finds near words in a vocabulary."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._words = Words.load()
        text = np.frombuffer("".join(f"\x01{word}\x02" for word in vocabulary).encode(), np.uint8)
        pieces = _pieces(text)
        owner = np.cumsum(text == 1, dtype=np.int32)[: len(pieces)] - 1
        inside = (text[1:-1] != 2) & (text[:-2] != 2) if len(text) > 2 else np.zeros(0, bool)
        pieces, owner = pieces[inside], owner[inside]
        order = np.argsort(pieces, kind="stable")
        self._pieces, self._owner = pieces[order], owner[order]
        self._sizes = np.bincount(owner, minlength=len(vocabulary)).astype(np.float32)

    def near(self, word: str, *, is_known: bool) -> list[tuple[int, float]]:
        """Return (number of a word, how near) for the nearest words but the word itself, the nearest first.

        Of a known word only other forms, which begin alike; of any other also what may be meant.
        """
        if not _SHORT <= len(word) <= _LONG or word.isdigit():
            return []
        likeness = self._likeness(word)
        places = np.flatnonzero(likeness >= _LEAST_FORM)
        found = []
        for place in places[np.argsort(-likeness[places], kind="stable")].tolist():
            other = self._vocabulary[place]
            is_meant = not is_known and likeness[place] >= _LEAST_SLIP and self._may_be_meant(word, other)
            fits = is_meant or self._is_form(word, other)
            if fits and other != word:
                found.append((place, float(likeness[place])))
            if len(found) == _MOST:
                break
        return found

    def _likeness(self, word: str) -> npt.NDArray[np.float32]:
        wanted = np.unique(_pieces(np.frombuffer(f"\x01{word}\x02".encode(), np.uint8)))
        low, high = np.searchsorted(self._pieces, wanted), np.searchsorted(self._pieces, wanted, "right")
        owners = np.concatenate([self._owner[a:b] for a, b in zip(low, high, strict=True)])
        shared = np.bincount(owners, minlength=len(self._vocabulary)).astype(np.float32)
        return np.asarray(shared / np.sqrt(np.maximum(1, self._sizes) * len(wanted)), np.float32)

    def _is_form(self, word: str, other: str) -> bool:
        common = _common_beginning(word, other)
        longer = max(len(word), len(other))
        return common >= _LEAST_STEM and common >= _STEM_SHARE * longer

    def _may_be_meant(self, word: str, other: str) -> bool:
        return len(other) >= _SHORT and not other.isdigit() and not self._words.are_opposite(word, other)


def _pieces(text: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Return each three neighbouring bytes as one number."""
    wide = text.astype(np.int32)
    return np.asarray(wide[:-2] * 65536 + wide[1:-1] * 256 + wide[2:], np.int32)


def _common_beginning(first: str, second: str) -> int:
    place = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        place += 1
    return place
