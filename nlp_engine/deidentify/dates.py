"""Dates of a note, and the same dates some days away: format, order and intervals stay; a bare year stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nlp_engine.deidentify.rules import Cues, alternatives

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?P<mon>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ORDINAL = r"(?P<ord>st|nd|rd|th)?"
_FORMS = {
    "iso": re.compile(r"(?<![\d.-])(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"),
    "numeric": re.compile(
        r"(?<![\d./-])(?P<a>\d{1,2})(?P<sep> ?[-/.] ?)(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})(?![\d/-]|\.\d)"
    ),
    "month_year": re.compile(r"(?<![\d./-])(?P<m>0?[1-9]|1[0-2])[/-](?P<y>(?:19|20)\d\d)(?![\d/-]|\.\d)"),
    "compact": re.compile(r"(?<![\d.-])(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\d.])"),
    "day_month": re.compile(r"(?<![\w./-])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/]|\.\d)"),
    "day_name": re.compile(
        rf"(?<![\w.])(?P<d>\d{{1,2}}){_ORDINAL}(?:[ -]|[ ]?of[ ]|)(?:day of )?"
        rf"{_MONTH}\b\.?(?:[ ,/-]{{0,2}}(?P<y>\d{{4}}|(?<=[-/' ])'?\d{{2}}(?![\d:.])))?(?!\d)",
        re.IGNORECASE,
    ),
    "name_day": re.compile(
        rf"(?<!\w){_MONTH}\b\.?[ -](?:the )?(?P<d>\d{{1,2}}){_ORDINAL}"
        r"(?:[ ]?[-\u2013][ ]?(?P<d2>\d{1,2})(?:st|nd|rd|th)?)?(?![\d:/%]|\.\d| ?(?:mg|ml|mcg|units|tabs?|puffs?)\b)"
        r"(?:[ ,-]{1,3}(?P<y>\d{4})(?!\d))?",
        re.IGNORECASE,
    ),
    "name_year": re.compile(rf"(?<!\w){_MONTH}\b\.?(?:,? |-|/| of )(?P<y>\d{{4}})(?!\d)", re.IGNORECASE),
    "glued": re.compile(rf"(?<![^\W_])(?P<d>\d{{1,2}}){_MONTH}(?P<y>\d{{4}}|\d{{2}})(?!\w)", re.IGNORECASE),
    "name": re.compile(rf"(?<!\w){_MONTH}\b\.?(?![\w'-])", re.IGNORECASE),
}
_MONTHS_OF_YEAR = 12
_NO_SCALE = frozenset((11, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 28, 29, 31))
_OLDEST, _NEWEST = 1850, 2149
_NEARBY = 34
_JOINED = re.compile(r"^\s?(?:[-\u2013,&]|to|through|thru|and|until|till)\s?$", re.IGNORECASE)
_BEFORE_ANY_MONTH = re.compile(r"(?<!\w)(?:in|since|last|until)[ \t]+$", re.IGNORECASE)
"""Of "in may" and "IN MAY", where small letters or capitals tell nothing."""

_WEAK_MONTHS = ("may", "march", "mar", "jun", "sept", "sep", "dec", "jan")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in the text.

    Parameters
    ----------
    day
        What it means; where it tells no year that of the note, where it tells no day the fifteenth.
    fields
        Spans in the text of what changes: ``d``, ``d2`` (the end of "March 3-5"), ``m``, ``mon``, ``y``, ``ord``.
    is_padded
        A number of it is filled up with a zero.
    """

    start: int
    end: int
    day: date
    fields: dict[str, tuple[int, int]]
    is_padded: bool = False

    @property
    def has_year(self) -> bool:
        """Whether it tells its year."""
        return "y" in self.fields

    def shifted(self, text: str, days: int) -> str:
        """Return the date as it is written, some days later or, below zero, earlier."""
        new = self.day + timedelta(days=days)
        pieces: list[str] = []
        place = self.start
        for name, (start, end) in sorted(self.fields.items(), key=lambda item: item[1]):
            pieces += (text[place:start], self._field(name, text[start:end], new))
            place = end
        return "".join(pieces) + text[place : self.end]

    def _field(self, name: str, sample: str, new: date) -> str:
        if name == "d2":
            later = _day(self.day.year, self.day.month, int(sample), has_year=True) or self.day
            end = later + (new - self.day)
            return str(end.day) if end.month == new.month else f"{MONTHS[end.month - 1].capitalize()} {end.day}"
        if name == "mon":
            return _month_like(sample, new.month)
        if name == "y":
            short = len(sample.lstrip("'")) == 2
            return ("'" if sample[0] == "'" else "") + (f"{new.year % 100:02d}" if short else f"{new.year:04d}")
        if name == "ord":
            return _ordinal(new.day) if sample.islower() else _ordinal(new.day).upper()
        number = new.month if name == "m" else new.day
        return f"{number:02d}" if sample.startswith("0") or self._is_padded(name) else str(number)

    def _is_padded(self, name: str) -> bool:
        """Say whether a number is of a padded form, where its two digits do not tell ("2021-10-12" is)."""
        start, end = self.fields[name]
        return end - start == 2 and (self.is_padded or ("y" in self.fields and self.fields["y"][0] == self.start))


class DateFinder:
    """Finds dates; day and month alone ("3/2", "in March") only beside a cue of ``cues.yaml``."""

    def __init__(self, cues: Cues) -> None:
        self._before_day = re.compile(rf"(?<!\w)(?:{alternatives(cues.day_before)})[ \t:,(.]{{1,3}}$", re.IGNORECASE)
        self._before_month = re.compile(rf"(?<!\w)(?:{alternatives(cues.month_before)})[ \t]+$", re.IGNORECASE)
        self._not_near = re.compile(rf"(?<!\w)(?:{alternatives(cues.no_day_near)})(?!\w)", re.IGNORECASE)

    def find(self, text: str, *, reference: date | None = None) -> list[FoundDate]:
        """Return the dates in order, without overlap.

        Parameters
        ----------
        reference
            The note's own date: its year is that of dates without one; else the latest year of the note is.
        """
        taken: list[tuple[int, int]] = []
        matches: list[tuple[str, re.Match[str]]] = []
        for form in ("iso", "numeric", "glued", "compact", "day_name", "name_day", "name_year", "month_year"):
            matches += [(form, match) for match in _FORMS[form].finditer(text) if _is_plausible(form, match)]
        day_first = _is_day_first([match for form, match in matches if form == "numeric"])
        year = reference.year if reference else max(_years(matches), default=2001)
        found = _kept([_read(form, match, year, day_first=day_first) for form, match in matches])
        taken = [(item.start, item.end) for item in found]
        found += self._days(text, taken, year, day_first=day_first)
        found += self._months(text, year)
        return _kept(found)

    def _days(self, text: str, taken: Sequence[tuple[int, int]], year: int, *, day_first: bool) -> list[FoundDate]:
        """Return the days without a year that a cue makes dates, or another date beside them."""
        ends, starts = {end for _, end in taken}, {start for start, _ in taken}
        last, found = -1, []
        for match in _FORMS["day_month"].finditer(text):
            item = _read("day_month", match, year, day_first=day_first)
            if item is None:
                continue
            joins = last >= 0 and match.start() - last <= 9 and _JOINED.match(text[last : match.start()])
            if joins or self._is_day(text, match) or _touches(text, match, ends, starts):
                found.append(item)
                last = match.end()
        return found

    def _is_day(self, text: str, match: re.Match[str]) -> bool:
        before, behind = text[max(0, match.start() - _NEARBY) : match.start()], text[match.end() : match.end() + 24]
        line = before.rpartition("\n")[2]
        if self._not_near.search(behind.partition("\n")[0]):
            return False
        if self._before_day.search(line):
            return True
        if self._not_near.search(line[-18:]):
            return False
        if _is_no_score(int(match["a"]), int(match["b"])):
            return True
        return not line.strip(" \t-*") and len(line) < _NEARBY and bool(re.match(r" ?[:\u2013-]|\) ", behind))

    def _months(self, text: str, year: int) -> list[FoundDate]:
        found = []
        for match in _FORMS["name"].finditer(text):
            before, word = text[max(0, match.start() - _NEARBY) : match.start()], match["mon"]
            is_sure = word[0].isupper() and not (word.isupper() and word.lower() in _WEAK_MONTHS)
            if (self._before_month if is_sure else _BEFORE_ANY_MONTH).search(before):
                found.append(_read("name", match, year, day_first=False))
        return [item for item in found if item]


def _is_no_score(first: int, second: int) -> bool:
    """Say whether two numbers are no part of a whole ("11/10"): the first is larger, or the second an odd scale."""
    return 0 < first <= _MONTHS_OF_YEAR and (second < first or second in _NO_SCALE)


def _is_plausible(form: str, match: re.Match[str]) -> bool:
    groups = match.groupdict()
    if form == "numeric" and "." in match["sep"] and len(match["y"]) == 2:
        is_padded = len(match["a"]) == len(match["b"]) == 2
        return is_padded or match.string[match.start() - 1 : match.start()] in (" ", "(")
    if form in ("name_day", "day_name") and groups["mon"].lower() in ("may", "march", "mar", "dec", "sep", "jan"):
        return bool(groups["y"] or groups["ord"]) or not groups["mon"].islower()
    return True


def _is_day_first(matches: Sequence[re.Match[str]]) -> bool:
    """Say whether the note writes the day first: a first number above 12 tells so, a second one the opposite."""
    british = sum(int(match["a"]) > 12 >= int(match["b"]) for match in matches)
    american = sum(int(match["b"]) > 12 >= int(match["a"]) for match in matches)
    return british > american


def _years(matches: Sequence[tuple[str, re.Match[str]]]) -> Iterator[int]:
    for form, match in matches:
        written = match.groupdict().get("y")
        if written and len(written) == 4 and form != "compact" and _OLDEST <= int(written) <= _NEWEST:
            yield int(written)


def _read(form: str, match: re.Match[str], year: int, *, day_first: bool) -> FoundDate | None:
    """Return what a match means, None if there is no such day."""
    groups = {name: value for name, value in match.groupdict().items() if value and name != "sep"}
    fields = {name: match.span(name) for name in groups}
    if "a" in groups:
        first, second = int(groups["a"]), int(groups["b"])
        # Full stops between the numbers are the German and Russian way, which puts the day first.
        swap = (day_first or first > 12 or match.groupdict().get("sep") == ".") and second <= 12
        fields["d" if swap else "m"], fields["m" if swap else "d"] = fields.pop("a"), fields.pop("b")
        month, number = (second, first) if swap else (first, second)
    else:
        month = int(groups["m"]) if "m" in groups else _month_number(groups["mon"])
        number = int(groups.get("d", 15))
    written = groups.get("y", "").lstrip("'")
    full = year if not written else int(written) if len(written) == 4 else _century(int(written), year)
    day = _day(full, month, number, has_year=bool(written))
    is_padded = any(groups.get(name, "").startswith("0") for name in ("a", "b", "m", "d"))
    return FoundDate(match.start(), match.end(), day, fields, is_padded) if day else None


def _century(short: int, year: int) -> int:
    return short + (2000 if short <= (year % 100 if year >= 2000 else 30) + 1 else 1900)


def _day(year: int, month: int, number: int, *, has_year: bool) -> date | None:
    if not (_OLDEST <= year <= _NEWEST and 1 <= month <= 12 and 1 <= number <= 31):
        return None
    for candidate in (number, 28):  # 30 February is a slip of the pen, and still a date
        try:
            return date(year if has_year or (month, number) != (2, 29) else 2000, month, candidate)
        except ValueError:
            continue
    return None


def _touches(text: str, match: re.Match[str], ends: set[int], starts: set[int]) -> bool:
    """Say whether a range joins it to a full date ("3/2 - 3/5/2021")."""
    return any(
        match.end() + gap in starts and _JOINED.match(text[match.end() : match.end() + gap]) for gap in range(1, 10)
    ) or any(
        match.start() - gap in ends and _JOINED.match(text[match.start() - gap : match.start()]) for gap in range(1, 10)
    )


def _kept(found: Sequence[FoundDate | None]) -> list[FoundDate]:
    """Return the finds in order; of two that overlap the longer one stays."""
    kept: list[FoundDate] = []
    for item in sorted((item for item in found if item), key=lambda item: (item.start, -item.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
        elif item.end - item.start > kept[-1].end - kept[-1].start:
            kept[-1] = item
    return kept


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3]))


def _month_like(sample: str, month: int) -> str:
    name = MONTHS[month - 1]
    written = name if len(sample) > 4 or sample.lower() in MONTHS else name[:3]
    return written.upper() if sample.isupper() else written.capitalize() if sample[0].isupper() else written


def _ordinal(number: int) -> str:
    return "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
