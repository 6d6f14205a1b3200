"""Names of people and of places, found by their context, by lists, and by being in no list of other words.

A cue ("Dr.", "Patient:", "seen by", "daughter", ", MD") makes a name of what stands beside it, in any case. Without
one a word with a capital is a name where a list of names holds it and no list of other words does, or where it stands
inside a sentence and no list knows it at all. What was found once in a note is found everywhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.row import Case, Row, Word
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.text.phrases import PhraseTable

PARTICLES = frozenset(
    "de la le las los van von der den del della di da dos das du ter ten bin ibn al el abu mac mc san santa st ste y e zu zur af".split()
)
SUFFIXES = frozenset(("jr", "sr", "ii", "iii"))
_HARD_TITLES = frozenset(("dr", "drs", "mr", "mrs", "ms", "miss", "mx", "prof", "professor"))
_STRONG_BEFORE = frozenset(("by", "with", "to", "named", "is", "was", "as", "w"))
_INSIDE = re.compile(r"\.?[ \t]{0,2}")
_TITLE_GAP = re.compile(r"\.?[ \t]{0,2}(?:\r?\n[ \t]{0,8})?")
_CUE_GAP = re.compile(r"[:,]?[ \t]{1,3}[(\"']?|:?[ \t]?\r?\n[ \t]{0,8}")
_RELATIVE_GAP = re.compile(r",?[ \t]{1,2}[(\"']?")
_FIELD_GAP = re.compile(r"[ \t)]{0,3}:[ \t]{0,40}[\"'*_]{0,2}(?:\r?\n[ \t>?]{0,12})?")
_LIST_GAP = re.compile(r"[ \t]{0,2}(?:[;,/&]|and|,? ?and)[ \t]{1,2}")
_COMMA = re.compile(r",[ \t]{0,2}")
_LONGEST = 5
_ANY_CASE_CREDENTIALS = frozenset(("md", "rn", "np", "phd"))
_DOSE = re.compile(r"[ \t]*\(?\d")


@dataclass(frozen=True, slots=True)
class Run:
    """Words ``first`` to ``behind`` (not included) that together name somebody or some place."""

    first: int
    behind: int
    kind: Kind


class NameFinder:
    """Finds the words of a note that are names."""

    def __init__(self, rules: DeidRules, vocabulary: Vocabulary) -> None:
        cues = rules.cues
        self.vocabulary = vocabulary
        self._titles = frozenset(cues.titles)
        self._fields = {_keys(field) for field in cues.fields}
        self._name_fields = {keys for keys in self._fields if keys[-1] == "name"}
        self._relatives = frozenset(cues.relatives)
        self._credentials = frozenset(word.replace("-", "") for word in cues.credentials)
        self._before: PhraseTable[bool] = PhraseTable((_keys(phrase), True) for phrase in cues.before)
        self._after: PhraseTable[bool] = PhraseTable((_keys(phrase), True) for phrase in cues.after)
        self._place_before: PhraseTable[bool] = PhraseTable((_keys(phrase), True) for phrase in cues.place_before)
        self._cities: PhraseTable[bool] = PhraseTable((_keys(name), True) for name in vocabulary.cities_of_many_words())
        self._facilities: PhraseTable[bool] = PhraseTable((_keys(name), True) for name in cues.facilities)
        self._medical: PhraseTable[bool] = PhraseTable(
            (_keys(phrase), True) for phrase in rules.medical.medical_phrases
        )
        self._codes = frozenset(rules.places.state_codes)
        self._frequent = frozenset((*rules.given.female[:1000], *rules.given.male[:600]))

    def find(self, row: Row, taken: Sequence[tuple[int, int]] = ()) -> list[Run]:
        """Return the names and places in order, none of them inside the spans that are taken."""
        search = _Search(self, row, taken)
        search.all()
        return list(search.runs())

    def strength(self, word: Word) -> Strength:
        """Return how much a word looks like a name."""
        return self.vocabulary.strength(word.key)


class _Search:
    """The search in one note: which words are names so far."""

    def __init__(self, finder: NameFinder, row: Row, taken: Sequence[tuple[int, int]]) -> None:
        self.finder, self.row, self.words = finder, row, row.words
        self.kinds: list[Kind | None] = [None] * len(row.words)
        self.joined: set[int] = set()
        self.blocked = bytearray(len(row.words))
        for start, end in taken:
            for index in range(row.first_from(start), row.first_from(end)):
                self.blocked[index] = 1
        for hit in finder._medical.find(row.keys):
            if any(self.words[index].case is not Case.LOWER for index in range(hit.first, hit.behind)):
                self.blocked[hit.first : hit.behind] = b"\1" * (hit.behind - hit.first)

    def all(self) -> None:
        """Mark everything, the surest first."""
        for index in range(len(self.words)):
            self._title(index)
            self._relative(index)
            self._credential(index)
        self._field_values()
        self._behind_cues()
        self._before_cues()
        self._places()
        self._facilities()
        self._alone()
        self._again()

    def runs(self) -> Iterator[Run]:
        """Yield neighbours of one kind together."""
        first = 0
        for index in range(1, len(self.words) + 1):
            if index < len(self.words) and self.kinds[index] is self.kinds[first] and index in self.joined:
                continue
            kind = self.kinds[first]
            if kind is not None:
                yield Run(first, index, kind)
            first = index

    # What a word may be

    def strength(self, index: int) -> Strength:
        return self.finder.strength(self.words[index])

    def is_free(self, index: int) -> bool:
        return 0 <= index < len(self.words) and not self.blocked[index]

    def is_capital(self, index: int) -> bool:
        return self.words[index].case is not Case.LOWER

    def is_acronym(self, index: int) -> bool:
        word = self.words[index]
        return word.case is Case.UPPER and not word.shouted and word.end - word.start <= 4

    def mark(self, first: int, behind: int, kind: Kind = Kind.NAME) -> None:
        for index in range(first, behind):
            if not self.blocked[index] and (self.kinds[index] is None or kind is Kind.NAME):
                self.kinds[index] = kind
                if index > first:
                    self.joined.add(index)

    def goes_on(self, index: int, first: int) -> bool:
        """Say whether a word goes on with the name that begins at ``first``."""
        if not self.is_free(index):
            return False
        word = self.words[index]
        if index > first and (not _INSIDE.fullmatch(self.row.gap(index)) or self.words[index - 1].owns):
            return False
        if index > first and self._ends_sentence(index):
            return False
        if word.is_initial:
            return word.key not in ("i", "a") or self.row.gap(index + 1).startswith(".")
        if word.key in PARTICLES and index + 1 < len(self.words) and self.row.gap(index + 1) in (" ", ". "):
            following = self.strength(index + 1)
            if following in (Strength.NAME, Strength.UNKNOWN) and self.is_capital(index + 1) == self.is_capital(first):
                return True
        if index > first and word.key in SUFFIXES:
            return True
        strength = self.strength(index)
        if word.case is Case.LOWER:
            return (
                index > first
                and not self.is_capital(first)
                and strength in (Strength.NAME, Strength.UNKNOWN)
                and len(word.key) > 2
            )
        if index > first and word.key.replace("-", "") in self.finder._credentials and word.case is Case.UPPER:
            return False
        if strength is Strength.UNKNOWN and index > first and self.is_acronym(index):
            return False
        return strength is not Strength.OTHER

    def _ends_sentence(self, index: int) -> bool:
        """Say whether a full stop before a word ends a sentence: that behind an initial or short form does not."""
        before = self.words[index - 1]
        return self.row.gap(index).startswith(".") and not (
            before.is_initial or before.key in SUFFIXES | {"st", "mt", "ft"}
        )

    def run_from(self, first: int) -> int:
        """Return the word behind a name that begins here, whatever its first word is."""
        behind = first + 1
        while behind < len(self.words) and behind - first < _LONGEST and self.goes_on(behind, first):
            behind += 1
        while (
            behind > first + 1 and self.words[behind - 1].key in PARTICLES and self.words[behind - 1].case is Case.LOWER
        ):
            behind -= 1
        return behind

    def run_back(self, last: int) -> int:
        """Return the first word of a name that ends here."""
        first = last
        while first > 0 and last - first < _LONGEST - 1 and self.goes_on(first - 1, first - 1) and self._follows(first):
            first -= 1
        return first

    def _follows(self, index: int) -> bool:
        before = self.words[index - 1]
        if not _INSIDE.fullmatch(self.row.gap(index)) or before.owns or self._ends_sentence(index):
            return False
        if before.key in self.finder._titles:
            return False
        return self.is_capital(index - 1) == self.is_capital(index) or before.key in PARTICLES

    def skip_titles(self, index: int) -> int:
        while (
            index < len(self.words)
            and self.words[index].key in self.finder._titles
            and _TITLE_GAP.fullmatch(self.row.gap(index + 1))
        ):
            index += 1
        return index

    # Cues

    def _title(self, index: int) -> None:
        word, place = self.words[index], index + 1
        if (
            word.key not in self.finder._titles
            or not self.is_free(place)
            or not _TITLE_GAP.fullmatch(self.row.gap(place))
        ):
            return
        following, strength, has_stop = self.words[place], self.strength(place), self.row.gap(place).startswith(".")
        if word.key == "ms" and word.case is Case.UPPER and not has_stop and strength is not Strength.NAME:
            return
        if following.key in self.finder._titles:
            return
        is_hard = word.key in _HARD_TITLES
        if following.case is Case.LOWER or following.shouted:
            fits = strength in (Strength.NAME, Strength.UNKNOWN) or (strength is Strength.BOTH and is_hard)
            fits = (
                fits
                and (len(following.key) > 1 or following.case is Case.UPPER)
                and (is_hard or strength is Strength.NAME)
            )
        elif self.row.gap(place).count("\n"):
            fits = strength is not Strength.OTHER
        else:
            fits = is_hard or strength is not Strength.OTHER
        if fits:
            behind = self.run_from(place)
            self.mark(place, behind)
            self._more_behind(behind, is_sure=word.key == "drs")

    def _more_behind(self, place: int, *, is_sure: bool) -> None:
        """Mark the names that "and" or a comma joins to one."""
        while self.is_free(place):
            at = place + 1 if self.words[place].key == "and" else place
            if (
                not self.is_free(at)
                or not self.is_capital(at)
                or not re.fullmatch(r"[ \t]*,?[ \t]*&?[ \t]*", self.row.gap(at))
            ):
                return
            if at == place and not re.fullmatch(r"[ \t]*[,&][ \t]*", self.row.gap(at)):
                return
            strength = self.strength(at)
            if not (strength is Strength.NAME or (is_sure and strength is not Strength.OTHER)) or self._is_credential(
                at
            ):
                return
            place = self.run_from(at)
            self.mark(at, place)

    def _relative(self, index: int) -> None:
        word = self.words[index]
        if word.key not in self.finder._relatives or word.owns:
            return
        place, is_named = index + 1, False
        while (
            place < len(self.words)
            and self.words[place].key in ("named", "is", "called", "whose", "name", "was")
            and place < index + 4
        ):
            is_named |= self.words[place].key in ("named", "called", "name")
            place += 1
        if (
            not self.is_free(place)
            or (place > index + 1 and not is_named)
            or not _RELATIVE_GAP.fullmatch(self.row.gap(place))
        ):
            return
        place = self.skip_titles(place)
        if place >= len(self.words):
            return
        strength, key = self.strength(place), self.words[place].key
        if self.is_capital(place) and not self.words[place].shouted:
            fits = strength is Strength.NAME or (strength is Strength.UNKNOWN and not self.is_acronym(place))
            fits |= (
                strength is Strength.BOTH and self.finder.vocabulary.is_given(key) and not self.words[place].is_initial
            )
        else:
            fits = (strength is Strength.NAME and self.finder.vocabulary.is_given(key)) or (
                is_named and strength is Strength.UNKNOWN
            )
        if fits and not self._is_eponym(place, place + 1):
            self.mark(place, self.run_from(place))

    def _credential(self, index: int) -> None:
        if not self._is_credential(index) or index == 0:
            return
        last = index - 1
        if not re.fullmatch(r",?\.?[ \t]{1,2}\(?", self.row.gap(index)) or not self.is_free(last):
            return
        word, strength = self.words[last], self.strength(last)
        is_name = (
            strength is Strength.NAME
            or (strength is Strength.UNKNOWN and len(word.key) > 3)
            or (strength is Strength.BOTH and word.case is Case.TITLE)
        )
        if word.case is Case.LOWER and self.words[index].case is not Case.LOWER:
            is_name = False
        if not is_name or self._is_credential(last):
            return
        first = self.run_back(last)
        if strength is Strength.BOTH and first == last and self.row.gap(index).strip() != ",":
            return
        self.mark(first, index)
        if (
            first > 0
            and _COMMA.fullmatch(self.row.gap(first))
            and self.goes_on(first - 1, first - 1)
            and self.words[first - 1].case is Case.UPPER
        ):
            self.mark(self.run_back(first - 1), first)

    def _is_credential(self, index: int) -> bool:
        """Say whether a degree or grade begins at a word: "MD", "M.D.", "PA-C"."""
        word = self.words[index]
        key = word.key.replace("-", "")
        if word.case is Case.LOWER:
            return key in _ANY_CASE_CREDENTIALS
        if word.is_initial:
            joined, place = word.key, index + 1
            while place < len(self.words) and self.row.gap(place) == "." and place - index < 5:
                joined += self.words[place].key
                place += 1
            return place > index + 1 and joined in self.finder._credentials
        return key in self.finder._credentials

    def _field_values(self) -> None:
        for match in re.finditer(":", self.row.text):
            place = self.row.first_from(match.start())
            field = next(
                (
                    keys
                    for size in (4, 3, 2, 1)
                    if (keys := tuple(self.row.keys[max(0, place - size) : place])) in self.finder._fields
                ),
                None,
            )
            if field is not None and place < len(self.words) and _FIELD_GAP.fullmatch(self.row.gap(place)):
                self._field_value(
                    place, is_name=field in self.finder._name_fields, is_person=field[-1] in self.finder._relatives
                )

    def _field_value(self, place: int, *, is_name: bool, is_person: bool) -> None:
        for _ in range(8):
            place = self.skip_titles(place)
            if not self.is_free(place) or not self._fills_field(place, is_name=is_name, is_person=is_person):
                return
            behind = self.run_from(place)
            if (
                self.is_free(behind)
                and behind - place <= 2
                and _COMMA.fullmatch(self.row.gap(behind))
                and not self._is_credential(behind)
                and self.goes_on(behind, behind)
            ):
                behind = self.run_from(behind)
            self.mark(place, behind)
            while self.is_free(behind) and self._is_credential(behind):
                behind += 1
            if behind >= len(self.words) or not _LIST_GAP.fullmatch(self.row.gap(behind)):
                return
            place, is_name = behind, False

    def _fills_field(self, place: int, *, is_name: bool, is_person: bool) -> bool:
        word, strength = self.words[place], self.strength(place)
        if word.case is Case.LOWER:
            return strength is Strength.NAME or (
                strength is Strength.UNKNOWN and len(word.key) > 2 and (is_name or not is_person)
            )
        if word.is_initial or word.key in PARTICLES:
            return (
                place + 1 < len(self.words)
                and self.goes_on(place + 1, place)
                and self.strength(place + 1) is not Strength.OTHER
            )
        if strength is Strength.UNKNOWN:
            return is_name or not (word.case is Case.UPPER and len(word.key) <= 4)
        if strength is Strength.BOTH:
            gap = self.row.gap(place + 1)
            return is_name or bool(re.match(r"[ \t]*[,;(\r\n]|[ \t]{3}", gap)) or self.goes_on(place + 1, place)
        return strength is Strength.NAME or (is_name and word.case is Case.TITLE)

    def _behind_cues(self) -> None:
        for hit in self.finder._before.find(self.row.keys):
            if not self.is_free(hit.behind) or not _CUE_GAP.fullmatch(self.row.gap(hit.behind)):
                continue
            place = self.skip_titles(hit.behind)
            if place >= len(self.words) or self.blocked[place] or self.kinds[place]:
                continue
            word, strength = self.words[place], self.strength(place)
            is_strong = self.words[hit.behind - 1].key in _STRONG_BEFORE
            if word.case is Case.LOWER or word.shouted:
                fits = strength is Strength.NAME or (strength is Strength.UNKNOWN and is_strong and len(word.key) > 3)
                fits = fits and (is_strong or word.key in self.finder._frequent)
            elif word.is_initial:
                fits = self.row.gap(place + 1).startswith(".") and self.goes_on(place + 1, place)
            else:
                fits = strength is Strength.NAME or (strength is Strength.UNKNOWN and not self.is_acronym(place))
                fits |= (
                    strength is Strength.BOTH
                    and word.case is Case.TITLE
                    and not self.finder.vocabulary.is_medical(word.key)
                )
            if fits and not self._is_eponym(place, place + 1):
                behind = self.run_from(place)
                self.mark(place, behind)
                self._more_behind(behind, is_sure=False)

    def _before_cues(self) -> None:
        for hit in self.finder._after.find(self.row.keys):
            last = hit.first - 1
            if (
                last < 0
                or not self.is_free(last)
                or self.kinds[last]
                or self.row.gap(hit.first) not in (" ", "  ", ", ")
            ):
                continue
            word, strength = self.words[last], self.strength(last)
            if word.shouted or word.case is Case.LOWER:
                says_age = re.match(
                    r"\W{0,2}(?:\w+ ){0,1}\d",
                    self.row.text[self.words[hit.behind - 1].end : self.words[hit.behind - 1].end + 14],
                )
                fits = strength is Strength.NAME and (word.key in self.finder._frequent or bool(says_age))
                fits |= strength is Strength.UNKNOWN and bool(says_age) and len(word.key) > 3
            else:
                fits = strength is Strength.NAME or (
                    strength is Strength.UNKNOWN and not self.is_acronym(last) and len(word.key) > 2
                )
            if fits:
                self.mark(self.run_back(last), last + 1)

    # Places

    def _places(self) -> None:
        for hit in self.finder._cities.find(self.row.keys):
            if all(
                self.is_capital(index) and self.is_free(index) for index in range(hit.first, hit.behind)
            ) and not any(self.kinds[hit.first : hit.behind]):
                self.mark(hit.first, hit.behind, Kind.PLACE)
        for hit in self.finder._place_before.find(self.row.keys):
            self._place_behind(hit.behind)
        for index, word in enumerate(self.words):
            if self._is_state(index) and index and re.fullmatch(r"[ \t]*,?\s{1,3}", self.row.gap(index)):
                self._place_before(index, has_comma="," in self.row.gap(index))
            elif (
                self.kinds[index] is None
                and self.is_free(index)
                and word.case is not Case.LOWER
                and self.finder.vocabulary.is_city(word.key)
            ):
                if (
                    self.strength(index) is Strength.UNKNOWN
                    and not (word.shouted and len(word.key) < 5)
                    and not self._is_eponym(index, index + 1)
                ):
                    self.mark(index, index + 1, Kind.PLACE)

    def _place_behind(self, place: int) -> None:
        if self.is_free(place) and self.words[place].key == "the":
            place += 1
        if not self.is_free(place) or self.kinds[place] or self.row.gap(place) not in (" ", "  ", "\n", "\r\n"):
            return
        vocabulary, word = self.finder.vocabulary, self.words[place]
        if word.case is Case.LOWER:
            if (
                vocabulary.is_city(word.key)
                and self.strength(place) is not Strength.OTHER
                and not vocabulary.is_ordinary(word.key)
            ):
                self.mark(place, place + 1, Kind.PLACE)
            return
        strength = self.strength(place)
        is_place = vocabulary.is_city(word.key) and not vocabulary.is_medical(word.key) and not word.shouted
        if (
            is_place
            or strength in (Strength.UNKNOWN, Strength.NAME)
            or (strength is Strength.BOTH and not word.shouted and not vocabulary.is_medical(word.key))
        ):
            if vocabulary.is_allowed_place(word.key) or self._is_eponym(place, place + 1) or self.is_acronym(place):
                return
            self.mark(place, self.run_from(place), Kind.PLACE)

    def _is_state(self, index: int) -> bool:
        word = self.words[index]
        if word.case is Case.UPPER and word.key.upper() in self.finder._codes:
            return True
        return (
            word.case is not Case.LOWER
            and self.finder.vocabulary.is_allowed_place(word.key)
            and self.strength(index) is Strength.OTHER
        )

    def _place_before(self, index: int, *, has_comma: bool) -> None:
        """Mark the city before a state: behind a comma any words with capitals, else what no list knows."""
        is_code = self.words[index].case is Case.UPPER
        first = index
        while first > 0 and index - first < 4 and self.is_free(first - 1) and self.kinds[first - 1] is None:
            word, gap = self.words[first - 1], self.row.gap(first)
            if word.case is Case.LOWER or (first < index and gap not in (" ", ". ")) or word.owns:
                break
            strength = self.strength(first - 1)
            if strength is Strength.OTHER and not (has_comma and self.finder.vocabulary.is_city(word.key)):
                break
            if word.shouted and not self.finder.vocabulary.is_city(word.key) and strength is not Strength.UNKNOWN:
                break
            if not has_comma and (not is_code or strength is Strength.BOTH):
                break
            first -= 1
        if first < index:
            self.mark(first, index, Kind.PLACE)

    def _facilities(self) -> None:
        for hit in self.finder._facilities.find(self.row.keys):
            if not self.is_capital(hit.first) or self.words[hit.first].shouted:
                continue
            first = hit.first
            while first > 0 and hit.first - first < 4 and self.is_free(first - 1) and self.is_capital(first - 1):
                if self.row.gap(first) not in (" ", ". ", "'s ", "\u2019s ") and not self.words[first - 1].owns:
                    break
                first -= 1
            for index in range(first, hit.first):
                vocabulary, key = self.finder.vocabulary, self.words[index].key
                if (
                    self.strength(index) is not Strength.OTHER
                    and not vocabulary.is_medical(key)
                    and key not in PARTICLES
                    and self.kinds[index] is None
                ):
                    if not self.words[index].begins or self.strength(index) is not Strength.BOTH:
                        self.mark(index, index + 1, Kind.PLACE)

    # Without a cue

    def _alone(self) -> None:
        index = 0
        while index < len(self.words):
            if self.kinds[index] is not None or self.blocked[index]:
                index += 1
            elif self.is_capital(index):
                index = self._capitals(index)
            else:
                index = self._small(index)

    def _capitals(self, first: int) -> int:
        if self._in_reverse(first):
            return first + 1
        behind = self.run_from(first) if self.goes_on(first, first) else first + 1
        while behind > first + 1 and self.kinds[behind - 1] is not None:
            behind -= 1
        named = [
            index
            for index in range(first, behind)
            if not self.words[index].is_initial and self.words[index].key not in PARTICLES | SUFFIXES
        ]
        if not named or not self.goes_on(first, first):
            return behind
        is_name = self._is_name_of_many(first, behind, named) if behind > first + 1 else self._is_name_of_one(first)
        if is_name and not (self._is_eponym(first, behind) and not self._is_full_name(named)):
            self.mark(first, behind, self._kind_of(first, behind))
        elif behind > first + 1 and not is_name:
            return first + 1
        return behind

    def _is_full_name(self, named: Sequence[int]) -> bool:
        """Say whether a first name that is nothing else begins it: an eponym is a family name alone."""
        return (
            len(named) > 1
            and self.strength(named[0]) is Strength.NAME
            and self.words[named[0]].key in self.finder._frequent
        )

    def _is_name_of_many(self, first: int, behind: int, named: Sequence[int]) -> bool:
        strengths = [self.strength(index) for index in named]
        names, unknown = strengths.count(Strength.NAME), strengths.count(Strength.UNKNOWN)
        vocabulary, word = self.finder.vocabulary, self.words[first]
        is_given = vocabulary.is_given(self.words[named[0]].key)
        if word.shouted:
            return names >= 2 or (names == 1 and is_given and strengths[0] is Strength.NAME and len(named) > 1)
        if len(named) == 1:
            return names == 1 or (
                unknown == 1
                and len(self.words[named[0]].key) > 2
                and "." in self.row.text[word.start : self.words[behind - 1].start]
            )
        if names:
            return True
        if any(vocabulary.is_medical(self.words[index].key) for index in named):
            return False
        if unknown:
            return not word.begins or is_given or unknown == len(named)
        return is_given and not word.begins and vocabulary.is_surname(self.words[named[-1]].key)

    def _is_name_of_one(self, index: int) -> bool:
        word, strength = self.words[index], self.strength(index)
        size = word.end - word.start
        if word.shouted or size < 2:
            return False
        if word.case is Case.UPPER:
            return (strength is Strength.NAME and size >= 4) or (
                strength is Strength.UNKNOWN and size >= 6 and not word.begins
            )
        gap = self.row.gap(index + 1)
        if strength is Strength.NAME:
            return not (word.begins and gap.startswith(":"))
        if strength is Strength.UNKNOWN and size >= 3 and not word.begins:
            return not _DOSE.match(self.row.text[word.end : word.end + 4]) and not gap.startswith(
                (":", "-", "\u00ae", "\u2122", "/")
            )
        return strength is Strength.UNKNOWN and word.owns and size >= 3

    def _in_reverse(self, first: int) -> bool:
        """Mark "Smith, John A" and "SMITH, JOHN"; say whether it is one."""
        given = first + 1
        if (
            not self.goes_on(first, first)
            or not self.is_free(given)
            or not _COMMA.fullmatch(self.row.gap(given))
            or not self.is_capital(given)
        ):
            return False
        if (
            self.strength(given) is not Strength.NAME
            or not self.finder.vocabulary.is_given(self.words[given].key)
            or self.words[first].is_initial
        ):
            return False
        if self.strength(first) is Strength.BOTH and not (
            self.finder.vocabulary.is_surname(self.words[first].key) and self.words[first].case is Case.UPPER
        ):
            return False
        self.mark(first, self.run_from(given))
        return True

    def _small(self, index: int) -> int:
        """Mark "john smith", and a frequent first name alone."""
        word = self.words[index]
        if self.strength(index) is not Strength.NAME or word.key not in self.finder._frequent or len(word.key) < 4:
            return index + 1
        behind = self.run_from(index)
        self.mark(index, behind)
        return behind

    def _is_eponym(self, first: int, behind: int) -> bool:
        """Say whether a noun of medicine follows within two words ("Bell's palsy", "Ilizarov ring fixator")."""
        heads = self.finder.vocabulary.is_head
        for index in range(behind, min(behind + 2, len(self.words))):
            if not re.fullmatch(r"[ \t]{1,2}|\r?\n[ \t]*|-|/", self.row.gap(index)) and index > behind:
                return False
            if re.search(r"[.,;:()]", self.row.gap(index)):
                return False
            if heads(self.words[index].key):
                return True
            if index == behind and not self.words[behind - 1].owns and self.words[index].key in _NO_NOUN:
                return False
        return False

    def _kind_of(self, first: int, behind: int) -> Kind:
        """Return PLACE for a name behind a preposition of place, or that only the list of cities knows."""
        vocabulary = self.finder.vocabulary
        phrase = " ".join(self.row.keys[first:behind])
        if (
            vocabulary.is_city(phrase)
            and not vocabulary.is_given(self.words[first].key)
            and not vocabulary.is_surname(self.words[behind - 1].key)
        ):
            return Kind.PLACE
        if (
            first
            and self.words[first - 1].key in ("in", "at", "near", "from")
            and self.strength(first) is Strength.UNKNOWN
        ):
            return Kind.PLACE
        return Kind.NAME

    def _again(self) -> None:
        """Mark the names of the note wherever they stand again."""
        known: dict[str, Kind] = {}
        for index, kind in enumerate(self.kinds):
            key = self.words[index].key
            if kind is not None and len(key) > 2 and key not in PARTICLES | SUFFIXES:
                for part in (key, *(key.split("-") if "-" in key else ())):
                    if len(part) > 2:
                        known.setdefault(part, kind)
        for index, word in enumerate(self.words):
            kind = known.get(word.key)
            if kind is None or self.kinds[index] is not None or self.blocked[index]:
                continue
            strength = self.strength(index)
            if word.case is Case.LOWER or word.shouted:
                fits = strength in (Strength.NAME, Strength.UNKNOWN)
            else:
                fits = strength in (Strength.NAME, Strength.UNKNOWN) or (strength is Strength.BOTH and not word.begins)
            if fits and not self._is_eponym(index, index + 1):
                self.mark(index, index + 1, kind)


_NO_NOUN = frozenset(
    "is was has had in on at to of and or with for the a an he she who will as by from that this said says states denies reports returned presents".split()
)


def _keys(phrase: str) -> tuple[str, ...]:
    return tuple(Row(phrase).keys)
