"""Dates that say a day, month or year by themselves: "03/02/2024", "2 March", "Mar '24", "in 2010"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from nlp_engine.text.dates.calendar import Calendar
from nlp_engine.text.dates.period import Period, joined
from nlp_engine.text.dates.rules import DateRules, Tense

_YEAR = r"(?P<year>(?:1[89]|2\d)\d\d|['\u2019`]\d\d)"
_SHORT = r"(?P<a>\d{1,2})\s?(?P<sign>[/-])\s?(?P<b>\d{1,2})"
_NEAR_DAYS, _STYLE_DAYS = 45, 120
_REMEMBERED = 60
_BRITISH_PARTS = frozenset({"7", "52", "12"})
"""Behind a stroke these make days, weeks and months of the number before it ("2/52")."""
_CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")


@dataclass(frozen=True, slots=True)
class Wording:
    """How a date is put: the word before it, the tense of its sentence, whether it may be a time of day."""

    lead: str = ""
    tense: Tense | None = None
    is_dated: bool = False
    is_bracketed: bool = False


Reader = Callable[[re.Match[str], Calendar, Wording], Period | None]


def read_absolute(phrase: str, calendar: Calendar, wording: Wording) -> tuple[bool, Period | None]:
    """Return whether a phrase (lower case, without the word before it) is such a date, and what it means."""
    is_date, period = _one(phrase, calendar, wording)
    return (True, period) if is_date else _range(phrase, calendar, wording)


def _range(phrase: str, calendar: Calendar, wording: Wording) -> tuple[bool, Period | None]:
    """Read "3/4 - 3/8/24" and "Apr to June": both ends by themselves."""
    for cut in _TO.finditer(phrase):
        sides = [phrase[: cut.start()], phrase[cut.end() :]]
        found = [_one(side, calendar, wording) for side in sides]
        if all(is_date for is_date, _ in found):
            first, second = found[0][1], found[1][1]
            is_ordered = first is not None and second is not None and first.first <= second.last
            return True, first.joined(second) if first is not None and is_ordered else None
    return False, None


_TO = re.compile(r"\s?-\s?| to | through | thru ")


def _one(phrase: str, calendar: Calendar, wording: Wording) -> tuple[bool, Period | None]:
    for pattern, read in _forms(calendar.rules):
        match = pattern.fullmatch(phrase)
        if match is not None:
            return True, read(match, calendar, wording)
    return False, None


@lru_cache(maxsize=4)
def _forms(rules: DateRules) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    month, nth = rf"(?P<month>{rules.month})", r"(?:st|nd|rd|th)?"
    day = rf"(?P<day>\d{{1,2}}){nth}"
    part = r"(?:(?:the )?(?:early|mid|late|end of|beginning of|middle of|start of)[ -])?"
    weekday = rf"(?:{rules.weekday},? )?(?:the )?"
    any_year = r"(?P<year>(?:1[89]|2\d)\d\d|['\u2019`]?\d\d)"
    forms: tuple[tuple[str, Reader], ...] = (
        (rf"{weekday}(?P<year>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})", _iso),
        (
            rf"{weekday}(?P<a>\d{{1,2}})\s?(?P<sign>[/.-])\s?(?P<b>\d{{1,2}})\s?(?P=sign)\s?(?P<year>\d{{4}}|\d{{2}})",
            _full,
        ),
        (rf"{weekday}{month}[ .-]{{0,2}}{day}(?:, ?| of |-| ){_YEAR}", _named_day),
        (rf"{weekday}{month}-(?P<day>\d{{1,2}})-{any_year}", _named_day),
        (rf"{weekday}{day}[ -](?:of )?{month}(?:, ?| |-){any_year}", _named_day),
        (rf"{weekday}(?P<nth>{rules.ordinal})(?: day)? of {month}(?:, ?| )?{_YEAR}?", _named_day),
        (rf"{weekday}{day}[ -]?(?:of )?{month}", _named_day),
        (rf"{part}{month}(?: of |,? ?|-){_YEAR}", _named_month),
        (rf"{weekday}{month} (?P<day>\d{{1,2}})(?:st|nd|rd|th)", _named_day),
        (rf"{weekday}{month}[ -](?P<day>\d{{1,2}})", _month_and_number),
        (rf"{part}{month}", _named_month),
        (rf"{part}(?P<m>\d{{1,2}})\s?[/-]\s?(?P<year>\d{{4}})", _month_of_year),
        (r"(?P<year>\d{4})-(?P<m>\d{2})", _year_and_number),
        (rf"{weekday}{_SHORT}", _short),
        (rf"{part}(?:the )?(?:year )?{_YEAR}", _year),
    )
    return tuple((re.compile(pattern), read) for pattern, read in forms)


def _iso(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    year = int(match["year"])
    if not (calendar.is_possible(year) or wording.is_bracketed):
        return None
    return Period.day(year, int(match["m"]), int(match["d"]))


def _full(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    year = int(match["year"]) if wording.is_bracketed and len(match["year"]) == 4 else calendar.full_year(match["year"])
    return calendar.from_numbers(int(match["a"]), int(match["b"]), year, dotted=match["sign"] == ".")


def _named_day(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    groups = match.groupdict()
    month = calendar.rules.months[match["month"]]
    day = calendar.rules.ordinals[groups["nth"]] if groups.get("nth") else int(groups.get("day") or 0)
    if groups.get("year") is None:
        return calendar.nearest_day(month, day, wording.tense)
    year = calendar.full_year(groups["year"].lstrip("'\u2019`"))
    return None if year is None else Period.day(year, month, day)


def _named_month(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    month = calendar.rules.months[match["month"]]
    if match.groupdict().get("year") is None:
        return calendar.nearest_month(month, wording.tense)
    year = calendar.full_year(match["year"].lstrip("'\u2019`"))
    return None if year is None else Period.month(year, month)


def _month_and_number(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Read "Mar 24": a day, or a year."""
    month, number = calendar.rules.months[match["month"]], match["day"]
    day = calendar.nearest_day(month, int(number), wording.tense)
    year = calendar.full_year(number) if len(number) == 2 else None
    return _day_or_month(
        day, Period.month(year, month) if year else None, calendar, wording, can_be_day=int(number) <= 31
    )


def _month_of_year(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    year = calendar.full_year(match["year"])
    return None if year is None else Period.month(year, int(match["m"]))


def _year_and_number(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Read "2024-03" (a month) and "2010-12" (a month, or two years)."""
    year, number = int(match["year"]), int(match["m"])
    is_range = number > min(12, year % 100)
    return Period.month(year, number) if calendar.is_possible(year) and not is_range else None


def _short(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Read "3/2", "22/5", "9/22" and "5/79"."""
    a, b = int(match["a"]), int(match["b"])
    if match["sign"] == "-" and not (wording.is_bracketed or wording.lead == "on"):
        return None
    if match["b"] in _BRITISH_PARTS and (a <= 12 or a == 24) and calendar.order != "mdy" and wording.lead != "on":
        return None
    day = _day_of(a, b, calendar, wording.tense)
    can_be_day = max(a, b) <= 31 and min(a, b) >= 1
    year = calendar.full_year(match["b"]) if len(match["b"]) == 2 and match["sign"] == "/" else None
    month = Period.month(year, a) if year is not None and match["b"] != "52" else None
    if year is not None and calendar.today is not None and not 0 <= calendar.today.year - year <= _REMEMBERED:
        month = month if not can_be_day and year <= calendar.today.year else None
    return _day_or_month(day, month, calendar, wording, can_be_day=can_be_day)


def _day_of(a: int, b: int, calendar: Calendar, tense: Tense | None) -> Period | None:
    if calendar.order is None and a != b and max(a, b) <= 12:
        return joined([calendar.nearest_day(a, b, tense), calendar.nearest_day(b, a, tense)])
    month, day = (b, a) if a > 12 or (b <= 12 and calendar.order == "dmy") else (a, b)
    return calendar.nearest_day(month, day, tense)


def _day_or_month(
    day: Period | None, month: Period | None, calendar: Calendar, wording: Wording, *, can_be_day: bool
) -> Period | None:
    """Return the reading that the word before it, the note's style or the nearness tells, else what both share."""
    if month is None:
        return day if wording.lead != "in" else None
    if wording.lead == "in" or not can_be_day or (calendar.style == "month" and wording.lead != "on"):
        return month
    if calendar.today is None or day is None or wording.lead == "on":
        return day
    if month.first <= day.first and day.last <= month.last:
        return month
    distances = [(end - calendar.today).days for end in (day.first, day.last)]
    is_told = max(distances) <= 0 or wording.tense == "future"
    near = _STYLE_DAYS if calendar.style == "day" else _NEAR_DAYS
    return day if is_told and max(map(abs, distances)) <= near else joined([day, month])


def _year(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    digits = match["year"]
    if digits.isdigit():
        is_clock = _CLOCK.fullmatch(digits) is not None and calendar.has_clocks
        if wording.lead in {"at", "@"} or (is_clock and not (wording.is_dated or wording.lead in {"in", "since"})):
            return None
        year = int(digits)
        is_past = calendar.today is None or year <= calendar.today.year + 1
        return Period.year(year) if (calendar.is_possible(year) and is_past) or wording.is_bracketed else None
    known = calendar.full_year(digits.lstrip("'\u2019`"))
    return None if known is None else Period.year(known)
