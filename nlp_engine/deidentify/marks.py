"""Which words of a note are names so far, and how far a name goes on from a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.row import Case, Row
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.text.phrases import PhraseTable

PARTICLES = frozenset(
    "de la le las los van von der den del della di da dos das du ter ten bin ibn al el abu mac mc san santa st ste y e "
    "zu zur af".split()
)
SUFFIXES = frozenset(("jr", "sr", "ii", "iii"))
_SHORT = SUFFIXES | {"st", "mt", "ft"}
_INSIDE = re.compile(r"\.?[ \t]{0,2}")
_LONGEST = 5
_ACRONYM = 4
_ANY_CASE_CREDENTIALS = frozenset(("md", "rn", "np", "phd"))
_NO_NOUN = frozenset(
    "is was has had in on at to of and or with for the a an he she who will as by from that this said says states "
    "denies reports returned presented".split()
)
_FINDINGS = frozenset(("negative", "positive", "bilateral"))


@dataclass(frozen=True, slots=True)
class Run:
    """Words ``first`` to ``behind`` (not included) that together name somebody or some place."""

    first: int
    behind: int
    kind: Kind


class Marks:
    """The words of one note, marked with what was found.

    Parameters
    ----------
    cued
        The words that a cue marked.
    blocked
        For each word, whether it belongs to something else: a number, a date, a phrase of medicine.
    unlikely
        The words that the tagger takes for no name.
    """

    def __init__(
        self, lists: NameWords, row: Row, taken: Sequence[tuple[int, int]], unlikely: Sequence[int] = ()
    ) -> None:
        self.lists, self.vocabulary, self.row, self.words = lists, lists.vocabulary, row, row.words
        self.kinds: list[Kind | None] = [None] * len(row.words)
        self._joined: set[int] = set()
        self.cued: set[str] = set()
        self.unlikely = {row.first_from(start) for start in unlikely}
        self.blocked = bytearray(len(row.words))
        for start, end in taken:
            for index in range(row.first_from(start), row.first_from(end)):
                self.blocked[index] = 1
        for hit in lists.medical.find(row.keys):
            if any(self.words[index].case is not Case.LOWER for index in range(hit.first, hit.behind)):
                self.blocked[hit.first : hit.behind] = b"\1" * (hit.behind - hit.first)

    def runs(self) -> Iterator[Run]:
        """Yield what was marked together."""
        first = 0
        for index in range(1, len(self.words) + 1):
            if index < len(self.words) and self.kinds[index] is self.kinds[first] and index in self._joined:
                continue
            kind = self.kinds[first] if self.words else None
            if kind is not None:
                yield Run(first, index, kind)
            first = index

    def mark(self, first: int, behind: int, kind: Kind = Kind.NAME) -> None:
        """Mark some words together; a place becomes a name, not the other way round."""
        for index in range(first, behind):
            if not self.blocked[index] and (self.kinds[index] is None or kind is Kind.NAME):
                self.kinds[index] = kind
                if index > first:
                    self._joined.add(index)

    def strength(self, index: int) -> Strength:
        """Return how much a word looks like a name."""
        return self.vocabulary.strength(self.words[index].key)

    def is_namelike(self, index: int) -> bool:
        """Say whether a word is on a list of names alone, or on no list."""
        return self.strength(index) in (Strength.NAME, Strength.UNKNOWN)

    def is_free(self, index: int) -> bool:
        """Say whether there is such a word, and it belongs to nothing else."""
        return 0 <= index < len(self.words) and not self.blocked[index]

    def is_open(self, index: int) -> bool:
        """Say whether a word is free and not marked yet."""
        return self.is_free(index) and self.kinds[index] is None

    def is_capital(self, index: int) -> bool:
        """Say whether a word begins with a capital."""
        return self.words[index].case is not Case.LOWER

    def is_acronym(self, index: int) -> bool:
        """Say whether a word is short and in capitals, or an acronym with a small s, in a line that is not."""
        word = self.words[index]
        written = self.row.text[word.start : word.end]
        if word.case is Case.TITLE and len(written) > 2 and written[-1] == "s" and written[:-1].isupper():
            return True
        return word.case is Case.UPPER and not word.shouted and len(written) <= _ACRONYM

    def goes_on(self, index: int, first: int) -> bool:
        """Say whether a word goes on with the name that begins at ``first``."""
        if not self.is_free(index):
            return False
        word = self.words[index]
        if index > first and (self.words[index - 1].owns or not self.is_joined(index)):
            return False
        if len(word.key) == 1:
            return self._is_initial(index, first)
        if word.key in PARTICLES and self._leads_on(index, first):
            return True
        if index > first and word.key in SUFFIXES:
            return True
        if word.case is Case.LOWER:
            return index > first and not self.is_capital(first) and self.is_namelike(index) and len(word.key) > 2
        if index > first and (
            (word.case is Case.UPPER and self.is_credential(index))
            or (self.is_acronym(index) and not self._may_be_shouted(index, first))
        ):
            return False
        return self.strength(index) is not Strength.OTHER

    def _may_be_shouted(self, index: int, first: int) -> bool:
        """Say whether a short word in capitals is a name behind another one in capitals ("CHEN LI")."""
        word = self.words[index]
        is_long = word.end - word.start == _ACRONYM or self.words[first].case is Case.UPPER
        return word.case is Case.UPPER and self.strength(index) is Strength.NAME and is_long

    def is_joined(self, index: int) -> bool:
        """Say whether only blanks, or the full stop of an initial, stand before a word in its line."""
        gap = self.row.gap(index)
        if not _INSIDE.fullmatch(gap):
            return False
        before = self.words[index - 1]
        return not gap.startswith(".") or len(before.key) == 1 or before.key in _SHORT

    def _leads_on(self, index: int, first: int) -> bool:
        """Say whether a name follows a particle ("van", "de la")."""
        for following in range(index + 1, min(index + 3, len(self.words))):
            if self.row.gap(following) not in (" ", ". "):
                return False
            if self.words[following].key not in PARTICLES:
                return self.is_namelike(following) and self.is_capital(following) == self.is_capital(first)
        return False

    def _is_initial(self, index: int, first: int) -> bool:
        """Say whether a letter is an initial: small with a full stop only, "A" and "I" with one or before a name."""
        word = self.words[index]
        if self.row.gap(index + 1).startswith("."):
            return word.is_initial or not self.is_capital(first)
        if not word.is_initial or word.key not in ("i", "a"):
            return word.is_initial
        if word.begins and index == first:
            return False
        following = index + 1
        is_followed = following < len(self.words) and self.row.gap(following) == " " and self.is_capital(following)
        return is_followed and self.is_namelike(following)

    def run_from(self, first: int) -> int:
        """Return the word behind a name that begins here, whatever its first word is."""
        behind = first + 1
        while behind < len(self.words) and behind - first < _LONGEST and self.goes_on(behind, first):
            behind += 1
        if not self.is_capital(first) and self._is_small_surname(behind):
            behind += 1
        while behind > first + 1 and self.words[behind - 1].key in PARTICLES and not self.is_capital(behind - 1):
            behind -= 1
        return behind

    def _is_small_surname(self, index: int) -> bool:
        """Say whether a frequent family name in small letters ends a name ("ximena young (wife)")."""
        if (
            not self.is_free(index)
            or self.row.gap(index) != " "
            or self.words[index].key not in self.lists.frequent_surnames
        ):
            return False
        return bool(re.match(r"[ \t]*[,;(\r\n]|[ \t]{2}|$", self.row.gap(index + 1)))

    def run_back(self, last: int) -> int:
        """Return the first word of a name that ends here."""
        first = last
        while (
            first > 0 and last - first < _LONGEST - 1 and self.goes_on(first - 1, first - 1) and self._precedes(first)
        ):
            first -= 1
        return first

    def _precedes(self, index: int) -> bool:
        before = self.words[index - 1]
        if before.owns or not self.is_joined(index) or before.key in self.lists.titles:
            return False
        return self.is_capital(index - 1) == self.is_capital(index) or before.key in PARTICLES

    def is_credential(self, index: int) -> bool:
        """Say whether a degree or grade begins at a word: "MD", "M.D.", "PA-C"."""
        word = self.words[index]
        key = word.key.replace("-", "")
        if word.case is Case.LOWER:
            return key in _ANY_CASE_CREDENTIALS
        if not word.is_initial:
            return key in self.lists.credentials
        joined, place = word.key, index + 1
        while place < len(self.words) and self.row.gap(place) == "." and place - index < _LONGEST:
            joined += self.words[place].key
            place += 1
        return place > index + 1 and joined in self.lists.credentials

    def is_eponym(self, first: int, behind: int) -> bool:
        """Say whether a noun of medicine follows within two words ("Bell's palsy", "Ilizarov ring fixator")."""
        if first and self.row.gap(first) == " ":
            before, far = self.words[first - 1].key, self.words[max(0, first - 2)].key
            if before in _FINDINGS or (before == "of" and self.vocabulary.is_head(far)):
                return True
        for index in range(behind, min(behind + 2, len(self.words))):
            if not re.fullmatch(r"['\u2019]?[ \t]{1,2}|[ \t]?\r?\n[ \t]*|-|/", self.row.gap(index)):
                return False
            if self.vocabulary.is_head(self.words[index].key):
                return True
            if index == behind and not self.words[behind - 1].owns and self.words[index].key in _NO_NOUN:
                return False
        return False


class NameWords:
    """The words of ``cues.yaml`` and the lists as the search for names needs them."""

    def __init__(self, rules: DeidRules, vocabulary: Vocabulary) -> None:
        cues = rules.cues
        self.vocabulary = vocabulary
        self.titles = frozenset(cues.titles)
        self.relatives = frozenset(cues.relatives)
        self.credentials = frozenset(word.replace("-", "") for word in cues.credentials)
        self.drug_before = cues.drug_before
        self.never = cues.never
        self.codes = frozenset(rules.places.state_codes)
        self.frequent = frozenset((*rules.given.female[:1000], *rules.given.male[:600]))
        self.frequent_surnames = frozenset(rules.surnames.surnames[:2000])
        self.known_surnames = frozenset(rules.surnames.surnames[:20000])
        self.person_verbs = cues.person_verbs
        self.fields = frozenset(keys_of_phrase(field) for field in cues.fields)
        self.before = table(cues.before)
        self.after = table(cues.after)
        self.place_before = table(cues.place_before)
        self.facilities = table(cues.facilities)
        self.medical = table(rules.medical.medical_phrases)
        cities = (
            name for name in vocabulary.cities_of_many_words() if self.facilities.get(keys_of_phrase(name)) is None
        )
        self.cities = table(cities)


def table(phrases: Sequence[str] | Iterator[str]) -> PhraseTable[bool]:
    """Return a table of phrases as rows of words."""
    return PhraseTable((keys_of_phrase(phrase), True) for phrase in phrases)


def keys_of_phrase(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as a row has them."""
    return tuple(Row(phrase).keys)
