"""Names of places that are no address: cities, and hospitals and schools with a name."""

from __future__ import annotations

import re

from nlp_engine.deidentify.marks import PARTICLES, Marks
from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.row import Case
from nlp_engine.deidentify.vocabulary import Strength

_CONNECTING = frozenset("or of and the de la del upon on in by le du sur am an da do".split())
_NEWLINE = re.compile(r"[ \t,]*\r?\n[ \t>?]*")
_MOST_WORDS = 4


class PlaceNames:
    """Marks the names of places of one note."""

    def __init__(self, marks: Marks) -> None:
        self._marks, self._lists, self._row, self._words = marks, marks.lists, marks.row, marks.words
        self._vocabulary = marks.vocabulary

    def mark(self) -> None:
        """Mark them."""
        for hit in self._lists.cities.find(self._row.keys):
            if self._is_written_as_name(hit.first, hit.behind):
                self._marks.mark(hit.first, hit.behind, Kind.PLACE)
        for hit in self._lists.place_before.find(self._row.keys):
            self._behind_cue(hit.behind, is_sure=hit.behind > hit.first + 1)
        for index in range(len(self._words)):
            if index and self._is_state(index) and re.fullmatch(r"[ \t]*,?\s{1,3}[ \t>?]{0,10}", self._row.gap(index)):
                self._before_state(index)
            elif self._marks.is_open(index):
                self._city(index)
        for hit in self._lists.facilities.find(self._row.keys):
            self._facility(hit.first)

    def _is_written_as_name(self, first: int, behind: int) -> bool:
        return all(
            self._marks.is_open(index)
            and (self._marks.is_capital(index) or (index > first and self._words[index].key in _CONNECTING))
            for index in range(first, behind)
        )

    def _city(self, index: int) -> None:
        """Mark a city that is neither a family name nor another word."""
        word = self._words[index]
        if word.case is Case.LOWER or not self._vocabulary.is_city(word.key) or (word.shouted and len(word.key) < 5):
            return
        if self._marks.strength(index) is Strength.UNKNOWN and not self._marks.is_eponym(index, index + 1):
            self._marks.mark(index, index + 1, Kind.PLACE)

    def _behind_cue(self, place: int, *, is_sure: bool) -> None:
        marks, vocabulary = self._marks, self._vocabulary
        if marks.is_free(place) and self._words[place].key == "the":
            place += 1
        if not marks.is_open(place) or self._row.gap(place) not in (" ", "  ", "\n", "\r\n"):
            return
        word = self._words[place]
        is_city = vocabulary.is_city(word.key)
        if word.case is Case.LOWER:
            if is_city and marks.is_namelike(place):
                marks.mark(place, place + 1, Kind.PLACE)
            return
        is_known = vocabulary.is_medical(word.key) or vocabulary.is_allowed_place(word.key)
        may_be_city = is_sure and not word.shouted and not is_known
        fits = marks.is_namelike(place) or (may_be_city and (is_city or self._leads_to_name(place)))
        if fits and not is_known and not marks.is_eponym(place, place + 1) and not marks.is_acronym(place):
            marks.mark(place, self._end_of_city(place), Kind.PLACE)

    def _leads_to_name(self, place: int) -> bool:
        """Say whether a word that is nothing by itself begins a name of more words ("Cite El Khil", "El Tanque")."""
        key, following = self._words[place].key, place + 1
        if key in self._lists.never or self._row.gap(following) != " " or not self._marks.is_open(following):
            return False
        return self._marks.is_capital(following) and self._marks.is_namelike(following)

    def _end_of_city(self, place: int) -> int:
        """Return the word behind a city's name: in capitals it goes on as long as they do."""
        behind = self._marks.run_from(place)
        is_shouted = self._words[place].case is Case.UPPER and not self._words[place].shouted
        while is_shouted and self._marks.is_open(behind) and self._row.gap(behind) == " ":
            if self._words[behind].case is not Case.UPPER or self._words[behind].key in self._lists.never:
                break
            behind += 1
        return behind

    def _is_state(self, index: int) -> bool:
        word = self._words[index]
        if word.case is Case.UPPER and word.key.upper() in self._lists.codes:
            return True
        return word.case is not Case.LOWER and self._vocabulary.is_allowed_place(word.key)

    def _before_state(self, index: int) -> None:
        """Mark the city before a state or country: behind a comma what is a city, else what no list knows."""
        gap = self._row.gap(index)
        has_comma, is_below = "," in gap, bool(_NEWLINE.fullmatch(gap)) and self._words[index].case is Case.TITLE
        is_code = self._words[index].case is Case.UPPER
        first = index
        while self._marks.is_open(first - 1) and index - first < _MOST_WORDS:
            if first < index and self._row.gap(first) not in (" ", ". "):
                break
            if not self._may_be_of_city(
                first - 1, first < index, has_comma=has_comma, is_below=is_below, is_code=is_code
            ):
                break
            first -= 1
        if first < index and self._marks.is_capital(first):
            self._marks.mark(first, index, Kind.PLACE)

    def _may_be_of_city(self, index: int, is_inside: bool, *, has_comma: bool, is_below: bool, is_code: bool) -> bool:
        word, strength = self._words[index], self._marks.strength(index)
        if word.owns:
            return False
        if word.case is Case.LOWER:
            return is_inside and word.key in _CONNECTING
        is_city = self._vocabulary.is_city(word.key)
        if is_below:
            return strength is not Strength.OTHER
        if strength is Strength.OTHER or (word.shouted and strength is not Strength.UNKNOWN):
            return has_comma and is_city
        return has_comma or (is_code and strength is not Strength.BOTH)

    def _facility(self, place: int) -> None:
        """Mark the words with capitals before "Hospital" that are no ordinary words."""
        if not self._marks.is_capital(place):
            return
        first = place
        while self._marks.is_free(first - 1) and place - first < _MOST_WORDS and self._marks.is_capital(first - 1):
            if self._row.gap(first) not in (" ", ". ") and not self._words[first - 1].owns:
                break
            first -= 1
        for index in range(first, place):
            word, strength = self._words[index], self._marks.strength(index)
            is_doubtful = strength in (Strength.OTHER, Strength.BOTH) and not self._vocabulary.is_city(word.key)
            if (
                not is_doubtful
                and word.key not in PARTICLES
                and not self._vocabulary.is_medical(word.key)
                and self._marks.is_open(index)
            ):
                self._marks.mark(index, index + 1, Kind.PLACE)
