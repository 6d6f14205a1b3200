"""What the tagger knows of a piece by itself: its letters, its case, and what the lists say of it."""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

from nlp_engine.deidentify.dates import MONTHS
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.text.tokens import fold

BUCKETS = 1 << 15
"""Rows of the table of embeddings."""

_SMALL_TAIL = re.compile(r"['\u2019]s$")


class Features:
    """Gives each piece the rows of the table whose sum is its embedding."""

    def __init__(self, rules: DeidRules, vocabulary: Vocabulary) -> None:
        cues = rules.cues
        self._vocabulary = vocabulary
        self._roles = {
            "title": frozenset(cues.titles),
            "relative": frozenset(cues.relatives),
            "street": frozenset((*cues.street_words, *cues.street_prefixes, *cues.street_behind)),
            "unit": frozenset(word for unit in cues.unit_words for word in re.findall(r"\w+", unit)),
            "degree": frozenset(cues.credentials),
            "facility": frozenset(word for name in cues.facilities for word in name.split()),
            "month": frozenset(MONTHS),
        }
        self._ends = tuple(end for end in cues.street_ends if len(end) > 2)
        self.rows = lru_cache(maxsize=32768)(self._rows)

    def _rows(self, written: str, is_glued: bool, is_listed: bool = True) -> tuple[int, ...]:
        """Return the rows of a piece; without its lists, as if no list held it, to learn from words that none holds."""
        if written.isdigit():
            names = _of_number(written)
        elif written[0].isalpha():
            names = self._of_word(written, is_listed=is_listed)
        else:
            names = [f"={written[:2]}"]
        if is_glued:
            names.append("glued")
        return tuple(crc32(name.encode()) % BUCKETS for name in names)

    def _of_word(self, written: str, *, is_listed: bool) -> list[str]:
        bare = _SMALL_TAIL.sub("", written)
        key = fold(bare)
        strength = self._vocabulary.strength(key) if is_listed else Strength.UNKNOWN
        case = _case(bare)
        names = [case, f"{strength.name}", f"{strength.name}{case}", f"long{min(len(key), 12)}"]
        if bare != written:
            names.append("owns")
        if strength in (Strength.OTHER, Strength.BOTH):
            names.append(f"={key}")
        if is_listed:
            names += self._of_lists(key)
        edged = f"^{key}$"
        names += [f"<{key[:3]}", f">{key[-2:]}", f">{key[-3:]}", f">{key[-4:]}"]
        names += [edged[place : place + 3] for place in range(min(len(edged) - 2, 12))]
        if not key.isascii():
            names.append("accents")
        if key.endswith(self._ends):
            names.append("end of a street")
        return names

    def _of_lists(self, key: str) -> list[str]:
        vocabulary = self._vocabulary
        names = [f"role {role}" for role, words in self._roles.items() if key in words]
        for name, says in (
            ("given", vocabulary.is_given),
            ("surname", vocabulary.is_surname),
            ("city", vocabulary.is_city),
            ("allowed", vocabulary.is_allowed_place),
            ("medical", vocabulary.is_medical),
            ("head", vocabulary.is_head),
            ("ordinary", vocabulary.is_ordinary),
        ):
            if says(key):
                names.append(f"list {name}")
        return names


def _of_number(written: str) -> list[str]:
    size = min(len(written), 12)
    names = ["number", f"digits{size}"]
    if written[0] == "0":
        names.append(f"zero{size}")
    if size == 4 and written[:2] in ("19", "20"):
        names.append("year")
    if size < 3:
        names.append(f"={int(written)}" if written.isascii() else "=?")
    return names


def _case(written: str) -> str:
    if written.isupper():
        return "Upper1" if len(written) == 1 else "Upper"
    return "Title" if written[0].isupper() else "lower" if written.islower() else "mixed"
