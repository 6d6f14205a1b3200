"""What a single word may be: a name, an ordinary word, a name of medicine, or none of these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import lru_cache

from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.text.tokens import fold

_ENDINGS = re.compile(
    r".{3,}(?:edly|ally|ically|ness|ment|ments|tion|tions|sion|sions|itis|osis|oses|emia|aemia|ectomy|otomy|ostomy|oscopy|oscopic|ology|ologist|ologic|"
    r"ological|graphy|graphic|gram|metry|pathy|plasty|pexy|rrhaphy|centesis|rrhea|algia|uria|penia|megaly|trophy|plegia|paresis|cillin|mycin|floxacin|azole|prazole|"
    r"statin|steride|sartan|pril|olol|dipine|mab|nib|tidine|triptan|setron|oxetine|azepam|azolam|barbital|caine|cycline|vir|gliptin|gliflozin|glutide|thiazide|"
    r"semide|lukast|sone|olone|tropin|parin|xaban|gatran|platin|taxel|rubicin|bicin|ceptin|profen|oxicam|coxib|codone|morphone|able|ible|ously|ously|"
    r"ized|ised|izing|izes|ated|ates|lateral|laterally|ular|ically|ously)$"
)
"""Ends of English and medical words that hardly a name has; a word on a list of names is never asked."""


_INFLECTED = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ly", ""), ("ing", ""), ("ing", "e"))
_SHORTEST_FORM = 4
_JOINTS = frozenset("al el van von der den de la le bin ibn ben du di st".split())
"""Parts of double names that are nothing by themselves ("Al-Sayed", "van-der-Berg")."""


class Strength(Enum):
    """How much a word by itself looks like a name."""

    NAME = "on a list of names, and no other word"
    BOTH = "on a list of names, and an ordinary or medical word too"
    UNKNOWN = "on no list"
    OTHER = "an ordinary or medical word"


class Vocabulary:
    """The lists of ``rules/deid`` with the names of drugs and concepts of the engine.

    Parameters
    ----------
    is_term
        Says whether a word is a name of a concept or drug that the engine knows.
    """

    def __init__(self, rules: DeidRules, is_term: Callable[[str], bool]) -> None:
        given, places, medical = rules.given, rules.places, rules.medical
        self.female = frozenset(given.female)
        self.male = frozenset(given.male)
        self._given = self.female | self.male | frozenset(given.either)
        self._surnames = frozenset(rules.surnames.surnames)
        self._words = frozenset(rules.words.words)
        self._abbreviations = frozenset(rules.words.abbreviations)
        self._medical = frozenset(
            fold(word) for part in (medical.eponyms, medical.brands, medical.devices, medical.others) for word in part
        )
        self._heads = frozenset(medical.heads)
        self.owned = frozenset(fold(word) for word in medical.owned)
        self._allowed = frozenset(fold(name) for name in (*places.states, *places.countries))
        self._parts_of_allowed = frozenset(word for name in self._allowed for word in name.split())
        self._cities = frozenset(fold(name) for name in (*places.us_cities, *places.other_cities)) - self._allowed
        self._never = rules.cues.never
        self._is_term = is_term
        self.strength = lru_cache(maxsize=16384)(self._strength)

    def is_given(self, key: str) -> bool:
        """Say whether a word, or the first part of a double name, is a first name."""
        return key in self._given or key.partition("-")[0] in self._given

    def is_surname(self, key: str) -> bool:
        """Say whether a word, or a part of a double name, is on the list of family names."""
        return any(part in self._surnames or part.replace("'", "") in self._surnames for part in (key, *key.split("-")))

    def is_ordinary(self, key: str) -> bool:
        """Say whether notes write the word in small letters, in this or a near form, or abbreviate it so."""
        return (
            key in self._words
            or key in self._abbreviations
            or any(form in self._words or form in self._never for form in _without_ending(key))
            or key.startswith(("i'", "don't", "can't", "won't"))
            or bool(_ENDINGS.match(key))
        )

    def is_medical(self, key: str) -> bool:
        """Say whether the word is an eponym, a brand, or another name of medicine."""
        return key in self._medical or self._is_term(key)

    def is_head(self, key: str) -> bool:
        """Say whether a name before this word is an eponym ("sign", "catheter")."""
        return key in self._heads

    def is_allowed_place(self, key: str) -> bool:
        """Say whether a word is a state or country, or a part of the name of one."""
        return key in self._allowed or key in self._parts_of_allowed

    def is_city(self, key: str) -> bool:
        """Say whether a phrase is the name of a city."""
        return key in self._cities

    def cities_of_many_words(self) -> list[str]:
        """Return the cities whose name is more than one word."""
        return [name for name in self._cities if " " in name]

    def _strength(self, key: str) -> Strength:
        if key in self._never:
            return Strength.OTHER
        if key in self._given or key in self._surnames or key.replace("'", "") in self._surnames:
            is_word = key in self._words or key in self._abbreviations
            return Strength.BOTH if is_word or self.is_medical(key) or self.is_allowed_place(key) else Strength.NAME
        is_other = self.is_medical(key) or self.is_ordinary(key) or self.is_allowed_place(key)
        parts = [part for part in key.split("-") if part not in _JOINTS]
        if is_other or "-" not in key or not parts:
            return Strength.OTHER if is_other else Strength.UNKNOWN
        return self._of_parts({self._of_part(part) for part in parts})

    def _of_part(self, part: str) -> Strength:
        """Return what a part of a double name is: an eponym may be one ("Müller-Hoffmann")."""
        if len(part) < 2:
            return Strength.OTHER
        return Strength.BOTH if part in self._medical and not self.is_ordinary(part) else self._strength(part)

    @staticmethod
    def _of_parts(strengths: set[Strength]) -> Strength:
        """Return what a double word is: with an ordinary part it is no name ("Alcohol-related")."""
        for strength in (Strength.OTHER, Strength.NAME, Strength.UNKNOWN):
            if strength in strengths:
                return strength
        return Strength.BOTH


def _without_ending(key: str) -> Iterator[str]:
    for ending, instead in _INFLECTED:
        form = key[: -len(ending)] + instead
        if key.endswith(ending) and len(form) >= _SHORTEST_FORM:
            yield form
