"""Postal addresses: a street with its number, a box or apartment, and the parts of the address around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp_engine.deidentify.numbers import Found
from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.row import Case, Row
from nlp_engine.deidentify.rules import DeidRules, alternatives
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.text.tokens import fold

_UNIT = re.compile(
    r"(?<!\w)(?:(?:apt|apartment|suite|ste|flat|trlr|trailer|postbox|p\.? ?o\.? ?box)\b\.?[ \t]*#?[ \t]*\d{1,6}[A-Za-z]?"
    r"|(?:psc|unit|cmr)[ \t]+\d{1,5},?[ \t]+box[ \t]+\d{1,5})(?!\w)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*\.?")
_NUMBER = re.compile(r"\d{1,6}[A-Za-z]?(?:-\d{1,5})?\.?")
_RIGHT_GAP = re.compile(r"[ \t,]*(?:\r?\n[ \t>?,]*)?")
_LEFT_GAP = re.compile(r"[ \t,]*(?:\r?\n[ \t>?,]{0,12})?")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_SURE_STREETS = frozenset("street avenue ave road rd lane boulevard blvd strasse straße".split())
_LINKING = frozenset(
    "a an the of and or in on at to for with per is was has had mg ml mm cm by from days weeks months years hours minutes tablets units beats times".split()
)
_SMALL = frozenset("de la do da del van der den los las of nad am an and di du le".split())
_LONGEST, _FURTHEST = 14, 160


class AddressFinder:
    """Finds addresses and postal codes."""

    def __init__(self, rules: DeidRules, vocabulary: Vocabulary) -> None:
        cues, places = rules.cues, rules.places
        self._vocabulary = vocabulary
        self._streets = frozenset(cues.street_words)
        self._units = frozenset(word for unit in cues.unit_words for word in re.findall(r"\w+", unit))
        self._codes = frozenset(places.state_codes)
        self._cue = re.compile(
            rf"(?<!\w)(?:{alternatives(cues.address_before)})(?: is| it is| was| to)?[ \t]*:?[ \t]*(?:\r?\n[ \t]*)?(?=\S)",
            re.IGNORECASE,
        )
        self._state_zip = re.compile(
            rf"(?<!\w)(?:{'|'.join(map(re.escape, places.state_codes))}|{alternatives(places.states)})\.?[ \t,]{{1,3}}(?:\r?\n[ \t]*)?(?P<id>\d{{5}}(?:-\d{{4}})?)(?![\w.-])"
        )

    def find(self, row: Row) -> Iterator[Found]:
        """Yield addresses, each from its first number or word to its last."""
        for start, end in self._anchors(row):
            yield Found(self._left(row.text, start), self._right(row.text, end), Kind.PLACE)
        for match in self._state_zip.finditer(row.text):
            yield Found(*match.span("id"), Kind.PLACE)
        for match in self._cue.finditer(row.text):
            end = self._right(row.text, match.end(), first=True)
            if re.search(r"\d", row.text[match.end() : end]):
                yield Found(match.end(), end, Kind.PLACE)

    def _anchors(self, row: Row) -> Iterator[tuple[int, int]]:
        for match in _UNIT.finditer(row.text):
            yield match.span()
        for index, word in enumerate(row.words):
            if word.key in self._streets:
                start = self._street_number(row, index)
                if start is not None:
                    yield start, word.end

    def _street_number(self, row: Row, street: int) -> int | None:
        """Return where the house number in front of a street's name begins."""
        is_sure = row.words[street].key in _SURE_STREETS
        for index in range(street, max(-1, street - 5), -1):
            word, gap = row.words[index], row.gap(index)
            if index < street and word.key not in _ORDINALS:
                is_known = self._vocabulary.strength(word.key) in (Strength.OTHER, Strength.BOTH) and not is_sure
                if (word.case is Case.LOWER and (is_known or word.key in _LINKING)) or word.owns:
                    return None
            if re.search(r"\d", gap):
                is_named = index < street or word.key in _ORDINALS
                return self._number_start(row.text, word.start) if is_named else None
            if not re.fullmatch(r"[ \t]{1,2}|\.[ \t]|-", gap):
                return None
        return None

    @staticmethod
    def _number_start(text: str, end: int) -> int | None:
        """Return where the numbers right before a place begin; numbers of a dose or date are none."""
        match = re.search(
            r"(?<![\w./%:-])\d{1,6}[A-Za-z]?(?:-\d{1,4})?(?:[ \t]+\d{1,4})?[ \t]*(?:[NSEW]\.?[ \t]+)?$",
            text[max(0, end - 24) : end],
        )
        return max(0, end - 24) + match.start() if match else None

    def _right(self, text: str, place: int, *, first: bool = False) -> int:
        """Return where the address ends that goes on at a place."""
        end = place
        for number in range(_LONGEST):
            gap = _RIGHT_GAP.match(text, end)
            token = _TOKEN.match(text, gap.end() if gap else end)
            if (
                gap is None
                or token is None
                or token.end() - place > _FURTHEST
                or (text[end - 1 : end] == "." and gap.group()[:1] == " " and not self._is_short(text, end))
            ):
                return end
            if text[token.end() : token.end() + 1] in (":", "@", "/"):
                return end
            has_feed, written = "\n" in gap.group(), token.group()
            if written.endswith(".") and not self._is_short(text, token.end()):
                written = written[:-1]
            is_anywhere = first and number == 0
            if not (
                self._is_number(written, has_feed or "," in gap.group() or is_anywhere)
                or self._is_part(written)
                or (fold(written) in _SMALL and self._goes_on(text, token.end()))
            ):
                return end
            end = token.start() + len(written)
        return end

    def _goes_on(self, text: str, end: int) -> bool:
        token = _TOKEN.match(text, end + 1)
        return (
            token is not None
            and text[end : end + 1] == " "
            and token.group()[0].isupper()
            and self._is_part(token.group())
        )

    def _left(self, text: str, start: int) -> int:
        """Return where the address begins that goes on before a place: at a number, the furthest that words of places reach."""
        furthest, place, feeds = start, start, 0
        for match in reversed(list(_TOKEN.finditer(text, max(0, start - 80), start))):
            gap = text[match.end() : place]
            feeds += gap.count("\n")
            if not _LEFT_GAP.fullmatch(gap) or feeds > 1:
                break
            written = match.group()
            if _NUMBER.fullmatch(written):
                furthest = match.start()
            elif not self._is_part(written) and fold(written) not in _SMALL:
                break
            place = match.start()
        return furthest

    def _is_number(self, written: str, is_apart: bool) -> bool:
        return bool(_NUMBER.fullmatch(written)) and (is_apart or len(written.rstrip(".")) >= 2)

    def _is_part(self, written: str) -> bool:
        """Say whether a word may be part of an address: a name, a word of addresses, a state or country."""
        key = fold(written.rstrip("."))
        if not written[0].isupper():
            return key == "nan" or (key in self._streets and self._vocabulary.strength(key) is not Strength.OTHER)
        if written in self._codes or key in self._streets or key in self._units or self._vocabulary.is_city(key):
            return True
        return (
            self._vocabulary.is_allowed_place(key)
            or self._vocabulary.strength(key) is not Strength.OTHER
            or (len(key) <= 2 and written.isupper())
        )

    def _is_short(self, text: str, end: int) -> bool:
        """Say whether a full stop belongs to a short form ("St.", "Apt.")."""
        match = re.search(r"(\w+)\.$", text[max(0, end - 12) : end])
        return (
            match is not None
            and len(match[1]) <= 4
            and (fold(match[1]) in self._streets or fold(match[1]) in self._units)
        )
