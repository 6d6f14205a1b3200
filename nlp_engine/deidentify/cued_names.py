"""Names that stand beside a cue: a title, a field, "seen by", a relative, a degree, "is a 45-year-old"."""

from __future__ import annotations

import re

from nlp_engine.deidentify.marks import PARTICLES, Marks
from nlp_engine.deidentify.row import Case
from nlp_engine.deidentify.vocabulary import Strength

_HARD_TITLES = frozenset(("dr", "drs", "mr", "mrs", "ms", "miss", "mx", "prof", "professor"))
_STRONG_BEFORE = frozenset(("by", "with", "to", "named", "is", "was", "as", "w"))
_NAMING = frozenset(("named", "is", "called", "whose", "name", "was"))
_TITLE_GAP = re.compile(r"\.?[ \t]{0,2}(?:\r?\n[ \t]{0,8})?")
_CUE_GAP = re.compile(r"[:,]?[ \t]{1,3}[(\"']?|:?[ \t]?\r?\n[ \t]{0,8}|/[ \t]?")
_RELATIVE_GAP = re.compile(r",?[ \t]{1,2}[(\"']?")
_FIELD_GAP = re.compile(r"[ \t)]{0,3}[:?][ \t]{0,40}[\"'*_]{0,2}(?:\r?\n[ \t>?]{0,12})?")
_LIST_GAP = re.compile(r"[ \t]{0,2}(?:[;,/&]|and|,? ?and)[ \t]{1,2}")
_COMMA = re.compile(r",[ \t]{0,2}")
_SAYING = frozenset(
    "states stated denies denied says said complains complained agrees agreed understands verbalized told had lives "
    "resides".split()
)
_SAYS_AGE = re.compile(r"\W{0,2}(?:\w+ )?\d")
_ENDS = re.compile(r"[ \t]*[.,;:)(\r\n]|[ \t]{3}")
_BEHIND_A_NAME = frozenset(
    "on at in for and about regarding who this from today yesterday by via re again over".split()
)


class CuedNames:
    """Marks the names of one note that stand beside a cue."""

    def __init__(self, marks: Marks) -> None:
        self._marks, self._lists, self._row, self._words = marks, marks.lists, marks.row, marks.words

    def mark(self) -> None:
        """Mark them, the surest first."""
        for index in range(len(self._words)):
            self._title(index)
            self._relative(index)
            self._credential(index)
        self._fields()
        self._behind_cues()
        self._before_cues()
        marks = self._marks
        marks.cued = {word.key for word, kind in zip(self._words, marks.kinds, strict=True) if kind is not None}

    def _skip_titles(self, index: int) -> int:
        while index + 1 < len(self._words) and self._words[index].key in self._lists.titles:
            if not _TITLE_GAP.fullmatch(self._row.gap(index + 1)):
                break
            index += 1
        return index

    def _title(self, index: int) -> None:
        word, place, marks = self._words[index], index + 1, self._marks
        if (
            word.key not in self._lists.titles
            or not marks.is_free(place)
            or not _TITLE_GAP.fullmatch(self._row.gap(place))
        ):
            return
        following, strength, is_hard = self._words[place], marks.strength(place), word.key in _HARD_TITLES
        is_shouted_ms = (
            word.key in ("ms", "mr") and word.case is Case.UPPER and not self._row.gap(place).startswith(".")
        )
        if following.key in self._lists.titles or (is_shouted_ms and strength is not Strength.NAME):
            return
        if following.case is Case.LOWER or following.shouted:
            fits = marks.is_namelike(place) or strength is Strength.BOTH
            fits = fits and (len(following.key) > 1 or following.is_initial) and (is_hard or strength is Strength.NAME)
        elif "\n" in self._row.gap(place):
            fits = strength is not Strength.OTHER
        else:
            fits = (is_hard and following.key not in self._lists.never) or strength is not Strength.OTHER
        if fits or (following.key in PARTICLES and marks.goes_on(place, place)):
            behind = marks.run_from(place)
            marks.mark(place, behind)
            self._more_behind(behind, is_sure=word.key == "drs")

    def _more_behind(self, place: int, *, is_sure: bool) -> None:
        """Mark the names that "and" or a comma joins to one."""
        marks = self._marks
        while marks.is_free(place):
            at = place + 1 if self._words[place].key == "and" else place
            joint = r"[ \t]+" if at > place else r"[ \t]*[,&][ \t]*"
            if not marks.is_free(at) or not marks.is_capital(at) or not re.fullmatch(joint, self._row.gap(at)):
                return
            strength = marks.strength(at)
            fits = strength is Strength.NAME or (is_sure and strength is not Strength.OTHER)
            if not fits or marks.is_credential(at):
                return
            place = marks.run_from(at)
            marks.mark(at, place)

    def _relative(self, index: int) -> None:
        word, marks = self._words[index], self._marks
        if word.key not in self._lists.relatives or word.owns:
            return
        place, is_named = index + 1, False
        while place < min(index + 4, len(self._words)) and self._words[place].key in _NAMING:
            is_named |= self._words[place].key in ("named", "called", "name")
            place += 1
        if not marks.is_free(place) or (place > index + 1 and not is_named):
            return
        if not _RELATIVE_GAP.fullmatch(self._row.gap(place)):
            return
        place = self._skip_titles(place)
        if self._is_relatives_name(place, is_named=is_named) and not marks.is_eponym(place, place + 1):
            marks.mark(place, marks.run_from(place))

    def _is_relatives_name(self, place: int, *, is_named: bool) -> bool:
        word, strength, marks = self._words[place], self._marks.strength(place), self._marks
        is_given = marks.vocabulary.is_given(word.key)
        if marks.is_capital(place) and not word.shouted:
            if strength is Strength.UNKNOWN:
                return not marks.is_acronym(place) and len(word.key) > 1
            return strength is Strength.NAME or (strength is Strength.BOTH and is_given and len(word.key) > 1)
        return (strength is Strength.NAME and is_given) or (is_named and strength is Strength.UNKNOWN)

    def _credential(self, index: int) -> None:
        marks, last = self._marks, index - 1
        if not marks.is_free(last) or not marks.is_credential(index) or marks.is_credential(last):
            return
        if not re.fullmatch(r",?\.?[ \t]{1,2}\(?", self._row.gap(index)):
            return
        word, strength = self._words[last], marks.strength(last)
        is_name = strength is Strength.NAME or (strength is Strength.UNKNOWN and len(word.key) > 3)
        is_name |= strength is Strength.BOTH and word.case is Case.TITLE
        first = marks.run_back(last)
        is_small = word.case is Case.LOWER and marks.is_capital(index)
        is_doubtful = strength is Strength.BOTH and first == last and "," not in self._row.gap(index)
        if not is_name or is_small or is_doubtful:
            return
        marks.mark(first, index)
        family = first - 1
        if (
            marks.goes_on(family, family)
            and _COMMA.fullmatch(self._row.gap(first))
            and self._words[family].case is Case.UPPER
        ):
            marks.mark(marks.run_back(family), first)

    def _fields(self) -> None:
        for match in re.finditer("[:?]", self._row.text):
            place = self._row.first_from(match.start())
            ends = (tuple(self._row.keys[max(0, place - size) : place]) for size in (4, 3, 2, 1))
            field = next((keys for keys in ends if keys in self._lists.fields), None)
            if field is None or (match.group() == "?" and field[-1] != "name"):
                continue
            if place < len(self._words) and _FIELD_GAP.fullmatch(self._row.gap(place)):
                self._field(place, is_name=field[-1] == "name", is_person=field[-1] in self._lists.relatives)

    def _field(self, place: int, *, is_name: bool, is_person: bool) -> None:
        marks = self._marks
        for _ in range(8):
            place = self._skip_titles(place)
            if not marks.is_free(place) or not self._fills_field(place, is_name=is_name, is_person=is_person):
                return
            behind = marks.run_from(place)
            is_reverse = behind - place <= 3 and marks.goes_on(behind, behind) and not marks.is_credential(behind)
            is_reverse = is_reverse and not marks.is_acronym(behind)
            if is_reverse and _COMMA.fullmatch(self._row.gap(behind)):
                behind = marks.run_from(behind)
            marks.mark(place, behind)
            while marks.is_free(behind) and marks.is_credential(behind):
                behind += 1
            if behind >= len(self._words) or not _LIST_GAP.fullmatch(self._row.gap(behind)):
                return
            place, is_name = behind, False

    def _fills_field(self, place: int, *, is_name: bool, is_person: bool) -> bool:
        word, strength, marks = self._words[place], self._marks.strength(place), self._marks
        if word.is_initial or word.key in PARTICLES:
            following = place + 1
            return marks.goes_on(following, place) and marks.strength(following) is not Strength.OTHER
        if word.case is Case.LOWER:
            is_many = marks.run_from(place) > place + 1 and strength is not Strength.OTHER
            is_unknown = strength is Strength.UNKNOWN and len(word.key) > 2 and (is_name or not is_person)
            return strength is Strength.NAME or is_unknown or is_many
        if strength is Strength.UNKNOWN:
            is_short = word.case is Case.UPPER and len(word.key) <= 4
            return is_name or not is_short or marks.goes_on(place + 1, place)
        if strength is Strength.BOTH:
            ends = bool(re.match(r"[ \t]*[,;(\r\n]|[ \t]{3}|$", self._row.gap(place + 1)))
            return is_name or ends or marks.goes_on(place + 1, place)
        return strength is Strength.NAME or (is_name and word.case is Case.TITLE and word.key not in self._lists.never)

    def _behind_cues(self) -> None:
        marks = self._marks
        for hit in self._lists.before.find(self._row.keys):
            if not marks.is_free(hit.behind) or not _CUE_GAP.fullmatch(self._row.gap(hit.behind)):
                continue
            place = self._skip_titles(hit.behind)
            is_strong = self._words[hit.behind - 1].key in _STRONG_BEFORE
            if (
                marks.is_open(place)
                and self._fits_cue(place, is_strong=is_strong)
                and not marks.is_eponym(place, place + 1)
            ):
                behind = marks.run_from(place)
                marks.mark(place, behind)
                self._more_behind(behind, is_sure=False)

    def _fits_cue(self, place: int, *, is_strong: bool) -> bool:
        word, strength, marks = self._words[place], self._marks.strength(place), self._marks
        if word.case is Case.LOWER or word.shouted:
            is_frequent, is_many = word.key in self._lists.frequent, marks.goes_on(place + 1, place)
            if not is_strong and not is_frequent:
                return False
            is_unknown = strength is Strength.UNKNOWN and is_strong and (len(word.key) > 3 or is_many)
            return strength is Strength.NAME or is_unknown or (strength is Strength.BOTH and is_frequent and is_many)
        if len(word.key) == 1:
            return self._row.gap(place + 1).startswith(".") and marks.goes_on(place + 1, place)
        if strength is Strength.UNKNOWN:
            return not marks.is_acronym(place)
        if strength is Strength.BOTH and word.case is Case.TITLE and not marks.vocabulary.is_medical(word.key):
            behind = marks.run_from(place)
            is_followed = behind >= len(self._words) or self._words[behind].key in _BEHIND_A_NAME
            return behind > place + 1 or is_followed or bool(_ENDS.match(self._row.gap(behind)))
        return strength is Strength.NAME

    def _before_cues(self) -> None:
        marks = self._marks
        for hit in self._lists.after.find(self._row.keys):
            last = hit.first - 1
            if not marks.is_open(last) or self._row.gap(hit.first) not in (" ", "  ", ", "):
                continue
            word, strength = self._words[last], marks.strength(last)
            if word.shouted or word.case is Case.LOWER:
                end = self._words[hit.behind - 1].end
                says_age = bool(_SAYS_AGE.match(self._row.text[end : end + 14]))
                fits = strength is Strength.NAME and (word.key in self._lists.frequent or says_age)
                fits |= strength is Strength.UNKNOWN and says_age and len(word.key) > 3
            else:
                is_unknown = strength is Strength.UNKNOWN and not marks.is_acronym(last) and len(word.key) > 1
                fits = strength is Strength.NAME or is_unknown
                end = self._words[hit.behind - 1].end
                if (
                    word.case is Case.TITLE
                    and marks.vocabulary.is_given(word.key)
                    and _SAYS_AGE.match(self._row.text, end)
                ):
                    fits = True  # "Will is a 9-year-old"
                is_both = strength is Strength.BOTH and word.case is Case.TITLE
                fits |= is_both and (self._is_given_before(last) or self._is_subject(last, hit.first))
            if fits:
                marks.mark(marks.run_back(last), last + 1)

    def _is_subject(self, last: int, verb: int) -> bool:
        """Say whether a frequent family name begins a sentence and says something ("Young states")."""
        key = self._words[last].key
        is_frequent = key in self._lists.frequent_surnames or key in self._lists.frequent
        return (
            is_frequent
            and self._words[verb].key in _SAYING
            and (self._words[last].begins or self._row.gap(last) == ", ")
        )

    def _is_given_before(self, last: int) -> bool:
        """Say whether a first name stands right before a word ("Ximena Young was last seen")."""
        return (
            self._marks.goes_on(last - 1, last - 1)
            and self._marks.is_joined(last)
            and self._marks.is_namelike(last - 1)
        )
