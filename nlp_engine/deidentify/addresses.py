"""Postal addresses: a street with its number, a box or apartment, and the parts of the address around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nlp_engine.deidentify.numbers import Found
from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.row import Case, Row
from nlp_engine.deidentify.rules import DeidRules, alternatives
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.text.tokens import fold

_UNIT = re.compile(
    r"(?<!\w)(?:(?:apt|apartment|suite|ste|flat|trlr|trailer|postbox|p\.? ?o\.? ?box)\b\.?"
    r"[ \t]*#?[ \t]*\d{1,6}[A-Za-z]?"
    r"|(?:psc|unit|cmr)[ \t]+\d{1,5},?[ \t]+box[ \t]+\d{1,5})(?!\w)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*\.?")
_NUMBER = re.compile(r"\d{1,6}[A-Za-z]?(?:-\d{1,5})?\.?")
_GAP = re.compile(r"[ \t,]*(?:\r?\n[ \t>?,]{0,12})?(?:and[ \t]+(?=[^\W\d_a-z]))?")
_HOUSE = re.compile(
    r"(?<![\w./%:#-])(?!0[ \t])\d{1,6}[A-Za-z]?(?:[-/]\d{1,4})?(?:[ \t]+\d{1,4})?[ \t]*(?:[NSEW]\.?[ \t]+)?$"
)
_POSTCODE = r"\d{4,6}|\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}"
_CODE_BEHIND = re.compile(rf",?[ \t]{{1,3}}({_POSTCODE})(?![\w%/-]|[.:]\d| ?(?:mg|ml|mcg|units|am|pm|hours)\b)")
_CODE_BEFORE = re.compile(r"(?<![\w./-])(\d{5}|\d{3} \d{2}|\d{2}-\d{3}),?[ \t]{1,2}$")
_FOREIGN = re.compile(
    r"(?<![\w./%:#-])\d{3,5}[ \t]+"
    r"(?P<name>[^\W\d_][^\W\d_.'-]+(?:[ \t][^\W\d_][^\W\d_.'-]+){0,2})[ \t]+\d{1,4}(?=[ \t]*[,\n])"
)
"""A street whose number stands behind it, behind a postal code or a second number ("641 Dašická 688,")."""

_ON_STREET = re.compile(
    r"(?<!\w)(?:on|at|near|off|along|of) (?P<street>(?:(?=[^\W\d_a-z])[\w'.-]+ ){1,3}"
    r"(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Lane|Ln|Highway|Hwy|Drive|Parkway|Pkwy)\b)"
)
"""A street without a number ("on Main St")."""

_OPERATING = re.compile(
    r"(?:operative|operating|endoscopy|surgical|surgery|procedure|imaging|cath|birthing)\s+suite\b", re.IGNORECASE
)
_NAME_AND_NUMBER = re.compile(
    r"(?:(?<= at )|(?<= to )|(?<= in )|(?<= from ))"
    r"(?=(?P<place>(?P<name>(?=[^\W\d_a-z])[\w'.-]+(?: [^\W\d_][\w'.-]*){0,3}) [1-9]\d{0,3}[A-Za-z]?)"
    r"(?:[ \t]*(?:[,\n?!;]|\.?[ \t]*(?:$|\n)|\. [A-Z]| (?:is|was|before|in|and|far|,)\b)))"
)
"""A street or village with its number behind a preposition; elsewhere it may be a result ("Trop 14")."""

_POST = frozenset(("dpo", "apo", "fpo"))
_YEAR = re.compile(r"(?:19|20)\d\d")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_SURE_STREETS = frozenset("street avenue ave road rd lane boulevard blvd strasse straße".split())
_SMALL = frozenset("de la do da del van der den los las of nad am an di du le des les na u upon".split())
_SHORTEST_STREET = 5
_LONGEST, _FURTHEST, _WINDOW = 16, 160, 90


class AddressFinder:
    """Finds addresses and postal codes."""

    def __init__(self, rules: DeidRules, vocabulary: Vocabulary) -> None:
        cues, places = rules.cues, rules.places
        self._vocabulary, self._never = vocabulary, rules.cues.never
        self._streets = frozenset(cues.street_words)
        self._units = frozenset(word for unit in cues.unit_words for word in re.findall(r"\w+", unit))
        self._codes = frozenset(places.state_codes)
        self._cue = re.compile(
            rf"(?<!\w)(?:{alternatives(cues.address_before)})(?: is| it is| was| to)?"
            r"[ \t]*[:?]?[ \t]*(?:it is )?(?:\r?\n[ \t]*)?(?:the corner of )?(?=\S)",
            re.IGNORECASE,
        )
        number = r"[1-9]\d{0,4}[A-Za-z]?\.?(?![\w%/:-]|[.,]\d| ?(?:mg|ml|mcg|mm|cm)\b)"
        name, before = r"(?=[^\W\d_a-z])[\w.'-]{1,40}", r"(?<![\w/])\d{1,5},? (?:\d{1,4} )?"
        # "via" and the like are other words too: with a small letter only what no list of words knows.
        small = [
            word for word in cues.street_prefixes if vocabulary.strength(word) in (Strength.UNKNOWN, Strength.NAME)
        ]
        prefix = alternatives((*small, *(word.capitalize() for word in cues.street_prefixes)))
        ends = alternatives(cues.street_ends)
        forms = (
            rf"(?<!\w)(?:{prefix})\.? (?:[\w.'-]+ ){{1,5}}?{number}",
            rf"{before}(?:{prefix})\.? (?:[a-z]{{1,3}} ){{0,2}}{name}",
            rf"(?<!\w)(?:{name} ){{0,2}}(?=[^\W\d_a-z])[^\W\d_]{{2,30}}(?:{ends}) {number}",
            rf"(?<!\w)(?:{name} ){{1,3}}(?:{alternatives(cues.street_behind)})\.? {number}",
        )
        self._foreign = [re.compile(form) for form in forms]
        states = f"{'|'.join(map(re.escape, places.state_codes))}|{alternatives(places.states)}"
        countries = alternatives(places.countries)
        self._allowed = re.compile(rf"(?:{alternatives((*places.states, *places.countries))})(?!\w)", re.IGNORECASE)
        self._zip = re.compile(
            rf"(?<!\w)(?:(?:{states})\.?[ \t,]{{1,3}}(?:\r?\n[ \t]*)?(?P<zip>\d{{5}}(?:-\d{{4}})?)"
            rf"|(?:{countries})[ \t,]{{1,3}}(?P<code>\d{{4,6}}))(?![\w.-])"
        )
        self._city_line = re.compile(
            rf"(?=[^\W\d_a-z])[^\n\d:;.!?]{{2,40}}(?=\r?\n[ \t>?,]*(?:{states}|{countries}|,)(?!\w))"
        )

    def find(self, row: Row) -> list[Found]:
        """Return addresses, each from its first number or word to its last, without overlap."""
        spans = [self._around(row.text, start, end, is_unit=is_unit) for start, end, is_unit in self._anchors(row)]
        spans += [match.span(match.lastgroup or 0) for match in self._zip.finditer(row.text)]
        spans += [match.span("street") for match in _ON_STREET.finditer(row.text)]
        for match in self._cue.finditer(row.text):
            end = self._right(row.text, match.end(), is_cued=True)
            if re.search(r"\d", row.text[match.end() : end]) and re.search(r"[^\W\d_]{2}", row.text[match.end() : end]):
                spans.append((match.end(), end))
        return [Found(start, end, Kind.PLACE) for start, end in _joined(spans)]

    def codes_beside(self, text: str, places: Iterable[Found]) -> Iterator[Found]:
        """Yield the postal codes right behind or before the names of places."""
        for place in places:
            behind = _CODE_BEHIND.match(text, place.end)
            if behind and not (_YEAR.fullmatch(behind[1]) and "," in behind.group()):
                yield Found(*behind.span(1), Kind.PLACE)
            start = max(0, place.start - 12)
            before = _CODE_BEFORE.search(text[start : place.start])
            if before:
                yield Found(start + before.start(1), start + before.end(1), Kind.PLACE)

    def _anchors(self, row: Row) -> Iterator[tuple[int, int, bool]]:
        for match in _UNIT.finditer(row.text):
            if not _OPERATING.search(row.text[max(0, match.start() - 20) : match.end()]):
                yield (*match.span(), True)
        for form in self._foreign:
            for match in form.finditer(row.text):
                yield (*match.span(), False)
        for match in _NAME_AND_NUMBER.finditer(row.text):
            if all(self._is_foreign(name) for name in match["name"].split()):
                yield (*match.span("place"), False)
        for match in _FOREIGN.finditer(row.text):
            if all(self._is_foreign(name) for name in match["name"].split()):
                yield (*match.span(), False)
        for index, word in enumerate(row.words):
            if word.key in self._streets and not row.gap(index)[-1:].isdigit():
                start = self._house_number(row, index)
                if start is not None:
                    yield start, word.end, False

    def _is_foreign(self, name: str) -> bool:
        is_name = self._vocabulary.strength(fold(name)) in (Strength.UNKNOWN, Strength.NAME)
        return fold(name) in _SMALL or (name[0].isupper() and is_name and len(name) >= _SHORTEST_STREET)

    def _house_number(self, row: Row, street: int) -> int | None:
        """Return where the house number in front of a street's name begins."""
        is_sure = row.words[street].key in _SURE_STREETS
        for index in range(street, max(-1, street - 5), -1):
            word, gap = row.words[index], row.gap(index)
            if index < street and word.key not in _ORDINALS and word.case is not Case.TITLE:
                is_known = self._vocabulary.strength(word.key) in (Strength.OTHER, Strength.BOTH)
                if word.key in self._never or (word.case is Case.LOWER and is_known and not is_sure):
                    return None
            if re.search(r"\d", gap):
                if index == street and word.key not in _ORDINALS:
                    return None
                start = max(0, word.start - 24)
                match = _HOUSE.search(row.text[start : word.start])
                return start + match.start() if match else None
            is_short = index > 0 and len(row.words[index - 1].key) <= 2
            if not re.fullmatch(r"[ \t]{1,2}|-", gap) and not (is_short and re.fullmatch(r"\.[ \t]", gap)):
                return None
        return None

    def _around(self, text: str, start: int, end: int, *, is_unit: bool) -> tuple[int, int]:
        return self._left(text, start, feeds=1 if is_unit else 0), self._right(text, end)

    def _right(self, text: str, place: int, *, is_cued: bool = False) -> int:
        """Return where the address ends that goes on at a place."""
        end, before = place, "1"
        for number in range(_LONGEST):
            gap = _GAP.match(text, end)
            token = _TOKEN.match(text, gap.end() if gap else end)
            if (
                gap is None
                or token is None
                or token.end() - place > _FURTHEST
                or self._is_closed(text, end, gap.group())
            ):
                return end
            if text[token.end() : token.end() + 1] in (":", "@", "/"):
                return end
            whole = self._allowed.match(text, token.start()) or (
                "\n" in gap.group() and self._city_line.match(text, token.start())
            )
            if whole:
                end, before = whole.end(), "1"
                continue
            written = token.group() if self._is_short(token.group()) else token.group().rstrip(".")
            is_apart = is_cued or bool(gap.group().strip(" \t")) or number == 0
            is_part = (
                self._is_part(written)
                or self._vocabulary.is_city(fold(f"{before} {written}"))
                or self._links(text, token.end(), written, before, is_cued=is_cued)
                or (is_cued and written[0].isupper() and "\n" not in gap.group() and fold(written) not in self._never)
            )
            if not is_part and not (_NUMBER.fullmatch(written) and (is_apart or len(written) >= 2)):
                return end
            end, before = token.start() + len(written), written
        return end

    def _is_closed(self, text: str, end: int, gap: str) -> bool:
        """Say whether a sentence ended before the gap."""
        closed = text[end : end + 1] == "." or (text[end - 1 : end] == "." and gap[:1] == " ")
        return closed and not self._is_short(text[max(0, end - 10) : end].rpartition(" ")[2])

    def _left(self, text: str, start: int, *, feeds: int) -> int:
        """Return where the address begins: at the furthest number that only words of places part from its anchor."""
        furthest, place = start, start
        behind = "1"
        for match in reversed(list(_TOKEN.finditer(text, max(0, start - _WINDOW), start))):
            gap = text[match.end() : place]
            feeds -= gap.count("\n")
            if not _GAP.fullmatch(gap) or feeds < 0:
                break
            written = match.group()
            if _NUMBER.fullmatch(written):
                furthest = match.start()
            elif not self._is_part(written) and not (
                written[0].islower()
                and self._may_link(written)
                and (behind[0].isdigit() or behind[0].isupper() or fold(behind) in _SMALL)
            ):
                break
            place, behind = match.start(), written
        return furthest

    def _links(self, text: str, end: int, written: str, before: str, *, is_cued: bool) -> bool:
        """Say whether a small word stands inside an address: before a number or a name, behind one of them."""
        if not written[0].islower():
            return False
        following = _TOKEN.match(text, end + 1) if text[end : end + 1] == " " else None
        if following is None:
            return is_cued and self._vocabulary.strength(fold(written)) in (Strength.UNKNOWN, Strength.NAME)
        is_followed = following.group()[0].isdigit() or (
            following.group()[0].isupper() and self._is_part(following.group())
        )
        is_name = is_cued and self._vocabulary.strength(fold(written)) in (Strength.UNKNOWN, Strength.NAME)
        is_name |= fold(before) in _POST and len(written) == 2
        return is_name or (is_followed and not before[0].islower() and self._may_link(written))

    def _may_link(self, written: str) -> bool:
        key = fold(written.rstrip("."))
        is_other = self._vocabulary.strength(key) is Strength.OTHER
        return key in _SMALL or key in self._streets or (not is_other and len(key) <= 12)

    def _is_part(self, written: str) -> bool:
        """Say whether a word may be part of an address: a name, a word of addresses, a state or country."""
        key = fold(written.rstrip("."))
        single = key[:-1] if key.endswith("s") else key
        if written[0].islower():
            return key == "nan" or key in ("apt", "suite", "box", "dpo", "apo", "fpo") or key in _SURE_STREETS
        if written in self._codes or {key, single} & (self._streets | self._units) or self._vocabulary.is_city(key):
            return True
        if len(key) <= 2 and written.isupper():
            return True
        if key in self._never:
            return key in _SMALL
        is_known = key in _SMALL or self._vocabulary.is_allowed_place(key)
        return is_known or self._vocabulary.strength(key) is not Strength.OTHER

    def _is_short(self, written: str) -> bool:
        """Say whether a full stop belongs to a short form ("St.", "Apt.", "u.")."""
        key = fold(written.rstrip("."))
        return written.endswith(".") and len(key) <= 4 and (key in self._streets or key in self._units or key in _SMALL)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
