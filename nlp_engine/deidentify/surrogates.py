"""What stands in the place of an identifier: of the same kind, and the same for the same key and patient."""

from __future__ import annotations

import hmac
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nlp_engine.deidentify.marks import PARTICLES, SUFFIXES, Run
from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.row import Case, Row, Word
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.text.tokens import fold

_FEWEST_WEEKS, _WEEKS = 4, 100
_PIECE = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d+")
_TRIES = 8


@dataclass(frozen=True, slots=True)
class NameLists:
    """The frequent names that surrogates are taken from."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    either: tuple[str, ...]
    surnames: tuple[str, ...]
    cities: tuple[str, ...]

    @classmethod
    def of(cls, rules: DeidRules, vocabulary: Vocabulary) -> NameLists:
        """Take from the lists of names the frequent ones that are no other word."""

        def clean(words: Sequence[str], count: int) -> tuple[str, ...]:
            return tuple(word for word in words[: 3 * count] if vocabulary.strength(word) is Strength.NAME)[:count]

        cities = (city for city in rules.places.us_cities[200:2500] if city.isalpha() and len(city) > 5)
        return cls(
            female=clean(rules.given.female, 400),
            male=clean(rules.given.male, 400),
            either=clean(rules.given.either, 60),
            surnames=clean(rules.surnames.surnames, 1500),
            cities=tuple(city for city in cities if vocabulary.strength(fold(city)) is not Strength.OTHER),
        )


class Surrogates:
    """The surrogates of one patient under one secret key."""

    def __init__(self, lists: NameLists, vocabulary: Vocabulary, rules: DeidRules, key: bytes, patient: str) -> None:
        self._lists, self._vocabulary = lists, vocabulary
        self._key = hmac.digest(key, b"patient\0" + patient.encode("utf-8", "surrogatepass"), "sha256")
        self._stays = frozenset(
            (*rules.cues.street_words, *(part for unit in rules.cues.unit_words for part in re.findall(r"\w+", unit)))
        )
        self._codes = frozenset(rules.places.state_codes)

    @property
    def days(self) -> int:
        """The number of days that dates move, below zero: whole weeks, so that weekdays stay what they were."""
        return -7 * (_FEWEST_WEEKS + self._number("days", "") % _WEEKS)

    @property
    def patient_id(self) -> str:
        """An id that tells nothing, safe as the name of a folder."""
        return f"p-{self._digest('id', '').hex()[:12]}"

    def given_name(self, key: str, *, sex: str = "unknown") -> str:
        """Return another first name of the same sex, in small letters."""
        is_female, is_male = key in self._vocabulary.female, key in self._vocabulary.male
        if is_female != is_male:
            sex = "female" if is_female else "male"
        names = {"female": self._lists.female, "male": self._lists.male}.get(sex, self._lists.either)
        return self._choice("given", key, names)

    def surname(self, key: str) -> str:
        """Return another family name, in small letters."""
        return self._choice("surname", key, self._lists.surnames)

    def city(self, key: str) -> str:
        """Return another city."""
        return self._choice("city", key, self._lists.cities)

    def letter(self, key: str) -> str:
        """Return another initial, in small letters."""
        return self._choice("letter", key, "abcdefghjklmnprstw")

    def of(self, kind: Kind, written: str) -> str:
        """Return the surrogate of a number or an address of the net or the post."""
        special = {
            Kind.EMAIL: self._email,
            Kind.URL: self._url,
            Kind.IP: self._ip,
            Kind.PHONE: self._phone,
            Kind.FAX: self._phone,
            Kind.SSN: self._ssn,
            Kind.PLACE: self.address,
        }
        return special.get(kind, self.scrambled)(written)

    def scrambled(self, written: str) -> str:
        """Return other digits and letters in the same form; case, signs and length stay."""
        # A single digit may come out as itself; what has neither digits nor letters stays.
        tries = (self._scrambled(written, turn) for turn in range(_TRIES))
        return next((new for new in tries if new != written), written)

    def _scrambled(self, written: str, turn: int) -> str:
        signs, stream = [], self._stream("scramble", f"{fold(written)}{turn or ''}")
        for sign in written:
            number = stream()
            if sign.isdecimal():
                signs.append(str(1 + number % 9 if sign != "0" else number % 10))
            elif sign.isalpha():
                letter = chr(ord("a") + number % 26)
                signs.append(letter.upper() if sign.isupper() else letter)
            else:
                signs.append(sign)
        return "".join(signs)

    def address(self, written: str) -> str:
        """Return an address of the same form: words like "Street" and states stay, names and numbers change."""
        return _PIECE.sub(lambda match: self._address_piece(match.group()), written)

    def place(self, written: str) -> str:
        """Return the name of another city, in the same case."""
        return like(written, self.city(fold(written)))

    def _address_piece(self, piece: str) -> str:
        key = fold(piece)
        if piece.isdigit():
            return self.scrambled(piece)
        if piece in self._codes or key in self._stays or self._vocabulary.is_allowed_place(key) or len(key) < 2:
            return piece
        return like(piece, self.surname(key))

    def _email(self, written: str) -> str:
        key = fold(written)
        name = self._choice("given", key, self._lists.either)
        return f"{name}.{self.surname(key)}@example.org"

    def _url(self, written: str) -> str:
        scheme = re.match(r"\w+://", written)
        return f"{scheme.group() if scheme else ''}www.example.org/{self._number('url', fold(written)) % 10**6:06d}"

    def _ip(self, written: str) -> str:
        """Return an address of the ranges for documentation (RFC 5737, RFC 3849)."""
        number = self._number("ip", fold(written))
        return f"2001:db8::{number % 0xFFFF:x}" if ":" in written else f"192.0.2.{1 + number % 254}"

    def _phone(self, written: str) -> str:
        """Return other digits; a full American number becomes one of 555-0100 to 555-0199, which are nobody's."""
        new = "".join(
            old if old.isalpha() else sign for old, sign in zip(written, self.scrambled(written), strict=True)
        )
        match = re.fullmatch(r"(\D*(?:1\D+)?\d{3}\D{1,3})\d{3}(\D)\d{2}(\d{2})(\D*.*)", new, re.DOTALL)
        return f"{match[1]}555{match[2]}01{match[3]}{match[4]}" if match else new

    def _ssn(self, written: str) -> str:
        """Return a number that begins with 9: none is given out."""
        return re.sub(r"\d", "9", self.scrambled(written), count=1)

    def _number(self, purpose: str, key: str) -> int:
        return int.from_bytes(self._digest(purpose, key)[:8], "big")

    def _digest(self, purpose: str, key: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}\0{key}".encode("utf-8", "surrogatepass"), "sha256")

    def _choice(self, purpose: str, key: str, names: Sequence[str]) -> str:
        place = self._number(purpose, key) % len(names)
        return names[place] if fold(names[place]) != key else names[(place + 1) % len(names)]

    def _stream(self, purpose: str, key: str) -> Callable[[], int]:
        """Return what gives one number after the other, as many as wanted."""
        state = {"block": self._digest(purpose, key), "place": 0}

        def following() -> int:
            block, place = state["block"], state["place"]
            assert isinstance(block, bytes)
            assert isinstance(place, int)
            if place == len(block):
                block, place = self._digest(purpose, block.hex()), 0
            state.update(block=block, place=place + 1)
            return block[place]

        return following


class People:
    """The names of one note: which word is a first name, which a family name, and what stands for each."""

    def __init__(
        self,
        row: Row,
        runs: Sequence[Run],
        surrogates: Surrogates,
        titles: dict[str, str],
        is_given: Callable[[str], bool],
    ) -> None:
        self._row, self._surrogates, self._titles, self._is_given = row, surrogates, titles, is_given
        self._given: set[str] = set()
        self._surnames: set[str] = set()
        self._sexes: dict[str, str] = {}
        self._first_names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for run in runs:
            self._learn(run)

    def surrogate(self, run: Run) -> str:
        """Return the name that stands for a run, in its form: order, initials, signs and case stay, particles go."""
        surnames = self._surname_words(run)
        family = self._row.words[surnames[-1]].key if surnames else ""
        pieces = []
        for index in range(run.first, run.behind):
            word = self._row.words[index]
            if word.key in PARTICLES and run.behind - run.first > 1:
                continue
            pieces.append(self._of_word(word, index in surnames, family))
            if index + 1 < run.behind:
                pieces.append(self._row.gap(index + 1) if not self._row.words[index].owns else " ")
        return "".join(pieces)

    def _of_word(self, word: Word, is_surname: bool, family: str) -> str:
        if word.key in SUFFIXES:
            return self._row.text[word.start : word.end]
        if word.is_initial or len(word.key) == 1:
            full = self._first_names[family].get(word.key[0])
            new = self._given_name(full)[0] if full else self._surrogates.letter(word.key)
            return new.upper() if word.case is Case.UPPER else new
        new = self._surrogates.surname(word.key) if is_surname else self._given_name(word.key)
        return like(self._row.text[word.start : word.end], new)

    def _given_name(self, key: str) -> str:
        return self._surrogates.given_name(key, sex=self._sexes.get(key, "unknown"))

    def _learn(self, run: Run) -> None:
        named = self._named(run)
        if len(named) > 1:
            surnames = self._surname_words(run)
            given = [self._row.words[index].key for index in named if index not in surnames]
            self._surnames |= {self._row.words[index].key for index in surnames}
            self._given |= set(given)
            sex = self._title_sex(run.first)
            for key in given:
                self._sexes.setdefault(key, sex)
            if given and surnames:
                self._first_names[self._row.words[surnames[-1]].key].setdefault(given[0][0], given[0])

    def _named(self, run: Run) -> list[int]:
        words = self._row.words
        return [
            i
            for i in range(run.first, run.behind)
            if len(words[i].key) > 1 and words[i].key not in PARTICLES | SUFFIXES
        ]

    def _surname_words(self, run: Run) -> list[int]:
        """Return the words of the family name: before a comma, else the last; a single word by what the note tells."""
        named = self._named(run)
        comma = next((i for i in range(run.first + 1, run.behind) if "," in self._row.gap(i)), None)
        if comma is not None:
            return [index for index in named if index < comma]
        if len(named) != 1:
            return named[-1:]
        key = self._row.words[named[0]].key
        begins_with_initial = named[0] > run.first
        if begins_with_initial or key in self._surnames or self._row.keys[max(0, run.first - 1)] in self._titles:
            return named
        return [] if key in self._given or self._is_given(key) else named

    def _title_sex(self, first: int) -> str:
        return self._titles.get(self._row.keys[first - 1], "unknown") if first else "unknown"


def like(sample: str, new: str) -> str:
    """Return a name in the case of another one."""
    if sample.isupper() and len(sample) > 1:
        return new.upper()
    return new.lower() if sample.islower() else new.title()
