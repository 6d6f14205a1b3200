"""Names without a cue: told by the lists, or by a capital inside a sentence on a word that no list knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp_engine.deidentify.marks import PARTICLES, SUFFIXES, Marks
from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.row import Case
from nlp_engine.deidentify.vocabulary import Strength

_COMMA = re.compile(r",[ \t]{0,2}")
_SCORE = re.compile(r"[ \t]\d{1,2}(?![\d/:-]|\.\d)")
_VOWEL = re.compile(r"[^bcdfghjklmnpqrstvwxz]")
_DOSE = re.compile(r"[ \t]*\(?\d")
_ARTICLES = frozenset(("a", "an", "the", "using"))
_PLACING = frozenset(("in", "at", "near", "from"))
_FEW_CAPITALS = 0.04
_SHORTEST_SHOUT, _SHORTEST_UNKNOWN_SHOUT = 4, 6


class LoneNames:
    """Marks the names of one note that no cue tells."""

    def __init__(self, marks: Marks) -> None:
        self._marks, self._lists, self._row, self._words = marks, marks.lists, marks.row, marks.words
        self._vocabulary = marks.vocabulary
        self._drugs: set[str] = set()
        capitals = sum(word.case is Case.TITLE for word in self._words)
        self._is_small_note = capitals < _FEW_CAPITALS * len(self._words)

    def mark(self, given: Sequence[str] = ()) -> None:
        """Mark them, then every name of the note, and those that were given, wherever they stand."""
        self._drugs = {
            self._words[index].key for index in range(1, len(self._words)) if self._is_behind_drug_word(index)
        }
        index = 0
        while index < len(self._words):
            if not self._marks.is_open(index):
                index += 1
            elif self._marks.is_capital(index):
                index = self._capitals(index)
            else:
                index = self._small(index)
        self._again(given)

    def _is_behind_drug_word(self, index: int) -> bool:
        """Say whether a word on no list stands where a drug would ("prescribed Epiduo")."""
        if (
            not self._marks.is_open(index)
            or self._marks.strength(index) is not Strength.UNKNOWN
            or not self._marks.is_capital(index)
        ):
            return False
        if (
            self._words[index].owns
            or self._row.gap(index) not in (" ", "  ", ": ")
            or self._marks.run_from(index) > index + 1
        ):
            return False
        return self._words[index - 1].key in self._lists.drug_before

    def _capitals(self, first: int) -> int:
        """Mark the name that begins at a word with a capital; return where to go on."""
        marks = self._marks
        if self._is_reverse(first):
            marks.mark(first, marks.run_from(first + 1))
            return first + 1
        if not marks.goes_on(first, first):
            return first + 1
        behind = marks.run_from(first)
        while behind > first + 1 and marks.kinds[behind - 1] is not None:
            behind -= 1
        named = [
            i
            for i in range(first, behind)
            if len(self._words[i].key) > 1 and self._words[i].key not in PARTICLES | SUFFIXES
        ]
        if not named:
            return behind
        is_name = self._is_name_of_many(first, behind, named) if behind > first + 1 else self._is_name_of_one(first)
        if is_name and not (marks.is_eponym(first, behind) and not self._is_full_name(named)):
            marks.mark(first, behind, self._kind_of(first, behind))
            return behind
        return first + 1

    def _is_full_name(self, named: Sequence[int]) -> bool:
        """Say whether a first name that is nothing else begins it: an eponym is a family name alone."""
        is_given = self._words[named[0]].key in self._lists.frequent
        return len(named) > 1 and is_given and self._marks.strength(named[0]) is Strength.NAME

    def _is_name_of_many(self, first: int, behind: int, named: Sequence[int]) -> bool:
        strengths = [self._marks.strength(index) for index in named]
        names, unknown = strengths.count(Strength.NAME), strengths.count(Strength.UNKNOWN)
        word, keys = self._words[first], [self._words[index].key for index in named]
        is_given = self._vocabulary.is_given(keys[0])
        if word.shouted:
            return names >= 2 or (names == 1 and is_given and strengths[0] is Strength.NAME and len(named) > 1)
        if len(named) == 1:
            has_stop = "." in self._row.text[word.start : self._words[behind - 1].start]
            return names == 1 or (unknown == 1 and len(keys[0]) > 2 and has_stop)
        if names:
            return True
        if any(self._vocabulary.is_medical(key) for key in keys) or any(
            self._marks.is_acronym(index) for index in named
        ):
            return False
        if unknown:
            return not word.begins or is_given or unknown == len(named) or self._vocabulary.is_surname(keys[-1])
        return is_given and not word.begins and self._vocabulary.is_surname(keys[-1])

    def _is_name_of_one(self, index: int) -> bool:
        word, strength, gap = self._words[index], self._marks.strength(index), self._row.gap(index + 1)
        size = word.end - word.start
        if word.shouted or size < 2 or index in self._marks.unlikely:
            return False
        if word.case is Case.UPPER:
            is_unknown = strength is Strength.UNKNOWN and size >= _SHORTEST_UNKNOWN_SHOUT and not word.begins
            return (strength is Strength.NAME and size >= _SHORTEST_SHOUT) or is_unknown
        if strength is Strength.NAME:
            is_owned_eponym = word.owns and word.key in self._vocabulary.owned and not gap.startswith(" ")
            is_score = not self._is_placed(index) and bool(_SCORE.match(self._row.text, word.end))
            is_known = self._vocabulary.is_given(word.key) or word.key in self._lists.frequent_surnames
            is_heading = word.begins and gap.startswith(":") and not is_known
            return not (is_heading or is_owned_eponym or is_score or self._is_thing(index))
        if strength is not Strength.UNKNOWN or size < 3 or self._marks.is_acronym(index) or not _VOWEL.search(word.key):
            return False
        if word.begins:
            return word.owns or self._is_joined_to_name(index) or self._is_subject(index)
        return not (
            word.key in self._drugs or self._is_dosed(index) or gap.startswith((":", "-", "\u00ae", "\u2122", "/"))
        )

    def _is_thing(self, index: int) -> bool:
        """Say whether an article stands before a word and a noun behind it ("the Copeland awl")."""
        following = index + 1
        if not index or following >= len(self._words) or self._words[index].owns:
            return False
        is_noun = self._words[following].case is Case.LOWER and self._row.gap(following) == " "
        return self._words[index - 1].key in _ARTICLES and is_noun and self._marks.strength(following) is Strength.OTHER

    def _is_dosed(self, index: int) -> bool:
        """Say whether a number follows, as a dose follows a drug; not behind a preposition of place."""
        end = self._words[index].end
        return not self._is_placed(index) and bool(_DOSE.match(self._row.text[end : end + 4]))

    def _is_placed(self, index: int) -> bool:
        """Say whether a preposition of place stands before a word."""
        return index > 0 and self._words[index - 1].key in _PLACING

    def _is_subject(self, index: int) -> bool:
        """Say whether a verb of a person, or an age, follows ("Radoš went home", "Obad, 45, is")."""
        following = index + 1
        if self._words[index].key in self._drugs or following >= len(self._words):
            return False
        word = self._words[following]
        if re.match(r", \d{1,3},", self._row.text[self._words[index].end : self._words[index].end + 7]):
            return True
        return self._row.gap(following) == " " and word.case is Case.LOWER and word.key in self._lists.person_verbs

    def _is_joined_to_name(self, index: int) -> bool:
        """Say whether "and" and a name follow."""
        other = index + 2
        if other >= len(self._words) or self._words[index + 1].key != "and" or self._row.gap(other) != " ":
            return False
        return self._marks.is_capital(other) and (
            self._marks.strength(other) is Strength.NAME or self._marks.kinds[other] is Kind.NAME
        )

    def _is_reverse(self, first: int) -> bool:
        """Say whether "Smith, John A" or "SMITH, JOHN" begins here."""
        marks, given = self._marks, first + 1
        if not marks.goes_on(first, first) or not marks.is_free(given) or not _COMMA.fullmatch(self._row.gap(given)):
            return False
        word, key = self._words[first], self._words[given].key
        if word.owns or len(word.key) == 1 or not marks.is_capital(given) or marks.strength(given) is not Strength.NAME:
            return False
        if marks.strength(first) is Strength.BOTH and not (
            word.case is Case.UPPER and self._vocabulary.is_surname(word.key)
        ):
            return False
        return self._vocabulary.is_given(key)

    def _small(self, index: int) -> int:
        """Mark "john smith", and a frequent first name alone; return where to go on."""
        word = self._words[index]
        is_name = self._marks.strength(index) is Strength.NAME and len(word.key) > 3
        if not is_name or not self._is_small_name(word.key):
            return index + 1
        behind = self._marks.run_from(index)
        if behind > index + 1 or self._is_small_note:
            self._marks.mark(index, behind)
        return behind

    def _is_small_name(self, key: str) -> bool:
        """Say whether a name is frequent enough to be one in small letters; in a note without capitals more are."""
        if not self._is_small_note:
            return key in self._lists.frequent
        return self._vocabulary.is_given(key) or (len(key) > 4 and key in self._lists.known_surnames)

    def _kind_of(self, first: int, behind: int) -> Kind:
        """Return PLACE for a name behind a preposition of place, or that only the list of cities knows."""
        words, vocabulary = self._words, self._vocabulary
        is_person = vocabulary.is_given(words[first].key) or vocabulary.is_surname(words[behind - 1].key)
        if not is_person and vocabulary.is_city(" ".join(self._row.keys[first:behind])):
            return Kind.PLACE
        is_placed = first > 0 and words[first - 1].key in _PLACING
        return Kind.PLACE if is_placed and self._marks.strength(first) is Strength.UNKNOWN else Kind.NAME

    def _again(self, given: Sequence[str]) -> None:
        known: dict[str, Kind] = {key: Kind.NAME for key in given if len(key) > 1}
        self._marks.cued |= set(known)
        for index, kind in enumerate(self._marks.kinds):
            key = self._words[index].key
            if kind is not None and key not in PARTICLES | SUFFIXES | self._lists.never:
                for part in (key, *(key.split("-") if "-" in key else ())):
                    if len(part) > 2:
                        known.setdefault(part, kind)
        for index, word in enumerate(self._words):
            kind = known.get(word.key)
            if kind is None or not self._marks.is_open(index):
                continue
            is_plain = word.case is Case.LOWER or word.shouted
            strength = self._marks.strength(index)
            is_doubtful = strength is Strength.BOTH and not is_plain and not word.begins
            if word.case is Case.LOWER and strength is Strength.UNKNOWN and word.key not in self._marks.cued:
                continue
            if (self._marks.is_namelike(index) or is_doubtful) and not self._marks.is_eponym(index, index + 1):
                self._marks.mark(index, index + 1, kind)
