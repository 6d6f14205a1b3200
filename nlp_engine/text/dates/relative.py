"""Dates that count from the note's day or from an event: "3 days ago", "last week", "POD 2", "since Monday"."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from nlp_engine.text.dates.absolute import Reader, Wording
from nlp_engine.text.dates.calendar import Calendar
from nlp_engine.text.dates.period import Period, joined, months_away, shifted
from nlp_engine.text.dates.rules import DateRules, Holiday, any_of

_WEEK, _FRIDAY = 7, 4
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "fall": (9, 11), "autumn": (9, 11)}
_OLDEST_PERSON = 120


def read_relative(phrase: str, calendar: Calendar, wording: Wording) -> Period | None:
    """Return what a phrase (lower case, with the words before it) means; None if it cannot be told."""
    for pattern, read in _forms(calendar.rules):
        match = pattern.fullmatch(phrase)
        if match is not None:
            return read(match, calendar, wording)
    return None


@lru_cache(maxsize=4)
def _forms(rules: DateRules) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    number = rf"(?:(?P<about>{rules.about})\s?)?(?P<low>{rules.number})(?:\s?(?:-|to|or)\s?(?P<high>{rules.number}))?"
    span = rf"{number}(?:\s|-)?(?:of )?(?P<unit>{rules.unit})"
    event = rf"(?:(?:his|her|their|the|this) )?(?P<event>{any_of(rules.events)})"
    counted = any_of(rules.counted)
    before = r"(?:(?:on|by|since|over|in|during|until|for|from|at|back|around) )*"
    while_ = r"(?:(?:at|since|by|from|when|he|she|was|the|until) )*"
    part = "(?: (?:morning|night|evening|afternoon|am|pm))?"
    which = r"(?P<which>this past|this coming|last|past|this|next|coming)"
    season, holiday = any_of(_SEASONS), any_of(rules.holidays)
    away = r"(?P<side>prior to|before|pta|p/t|after|following|post|s/p)"
    forms: tuple[tuple[str, Reader], ...] = (
        (rf"(?:{rules.lead} )?(?P<day>{any_of(rules.days)})", _named),
        (rf"{before}{span}(?: or so)? (?:ago|back)", _ago),
        (rf"{before}(?P<count>\d{{1,2}})/(?P<part>7|52|12) ago", _british),
        (rf"in {span}(?:'s? time| time| from now)?", _ahead),
        (rf"{span} from (?:now|today)", _ahead),
        (rf"{before}{span} {away}(?: {event})?", _from_event),
        (rf"{before}the (?P<side>day before|day after|day prior to) {event}", _from_event),
        (rf"{before}(?:upon |(?:the )?(?:day|evening|morning|night|time) of |the )?{event}", _of_event),
        (rf"{before}(?P<word>{counted})\s?#?\s?(?P<count>\d{{1,3}})", _counted),
        (rf"{before}(?:the )?{which} (?P<unit>week|wk|month|mo|year|yr|weekend)", _which),
        (rf"{before}(?:the )?{which} (?P<season>{season})", _season),
        (rf"{before}{which} (?P<month>{rules.month})", _month),
        (rf"{before}(?P<month>{rules.month}) (?:of )?{which} (?:year|yr)", _month_of_year),
        (rf"(?P<lead>by|since|until|on)? ?(?:{which} )?(?P<weekday>{rules.weekday}){part}", _weekday),
        (rf"(?P<lead>on|since|around|at|by|until|before|after)? ?(?P<holiday>{holiday})", _holiday),
        (r"(?:over )?the weekend", _weekend),
        (rf"{while_}(?:age|aged|age of) (?P<age>\d{{1,3}})(?: ?(?:y|yo|years|yrs))?", _age),
        (rf"{while_}(?P<age>\d{{1,3}})[ -]?(?:yo|y/o|(?:years?|yrs?)(?: |-)(?:old|of age))", _age),
    )
    return tuple((re.compile(pattern), read) for pattern, read in forms)


def _named(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    day = _shifted(calendar.today, calendar.rules.days[match["day"]])
    return Period(day, day) if day else None


def _ago(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    return _away(match, calendar, calendar.today, -1)


def _british(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Read "3/7", "2/52" and "4/12": days, weeks and months as British notes write them."""
    unit = {"7": "day", "52": "week", "12": "month"}[match["part"]]
    return _at_distance(calendar.today, -int(match["count"]), unit) if calendar.today else None


def _ahead(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    return _away(match, calendar, calendar.today, 1)


def _from_event(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    groups = match.groupdict()
    name = groups.get("event") or ("admission" if groups["side"] == "pta" else None)
    day = calendar.events.get(calendar.rules.events.get(name, "admission")) if name else None
    sign = -1 if groups["side"] in {"prior to", "before", "pta", "p/t", "day before", "day prior to"} else 1
    if "unit" not in groups:
        one = _shifted(day, sign)
        return Period(one, one) if one else None
    return _away(match, calendar, day, sign)


def _away(match: re.Match[str], calendar: Calendar, day: date | None, sign: int) -> Period | None:
    """Return the period some days, weeks, months or years away, as exact as the words are."""
    if day is None:
        return None
    rules, unit = calendar.rules, calendar.rules.units[match["unit"]]
    low, high = rules.count(match["low"]), rules.count(match["high"] or match["low"])
    counts = (low[0], high[1])
    if counts[0] > counts[1] or (unit == "year" and counts[1] > _OLDEST_PERSON):
        return None
    found = joined([_at_distance(day, sign * count, unit) for count in counts])
    slack = {"day": 1, "week": 3, "month": 15, "year": 0}[unit]
    is_about = match["about"] is not None
    return found.widened(slack) if found and is_about and slack else found


def _at_distance(day: date, count: int, unit: str) -> Period | None:
    if unit == "year":
        return Period.year(day.year + count)
    if unit == "month":
        return months_away(day, count)
    only = shifted(day, count * (_WEEK if unit == "week" else 1))
    return Period(only, only) if only else None


def _of_event(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    day = calendar.events.get(calendar.rules.events[match["event"]])
    return Period(day, day) if day else None


def _counted(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    event = calendar.rules.counted[match["word"]]
    first = calendar.rules.file.counted_days[event].first
    day = _shifted(calendar.events.get(event), int(match["count"]) - first)
    return Period(day, day) if day and int(match["count"]) >= first else None


def _which(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    step, today = _step(match["which"]), calendar.today
    if today is None or (match["which"] == "past" and match["unit"] != "weekend"):
        return None
    if match["unit"] in {"year", "yr"}:
        return Period.year(today.year + step)
    if match["unit"] in {"month", "mo"}:
        return months_away(today, step)
    monday = step * _WEEK - today.weekday()
    if match["unit"] == "weekend":
        return _days(today, monday + 4, monday + 6) if step <= 0 else None
    return _days(today, monday, monday + 6)


def _weekend(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    if calendar.today is None or wording.tense == "future":
        return None
    behind = calendar.today.weekday()
    return _days(calendar.today, -3 - behind, -1 - behind) if behind <= _FRIDAY else None


def _season(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Return a season of this year or, while it is not over, of last year; "last summer" in autumn tells no year."""
    if calendar.today is None:
        return None
    first, last = _SEASONS[match["season"]]
    step = _step(match["which"])
    if step > 0 or (step < 0 and calendar.today.month > last):
        return None
    start, end = (Period.month(calendar.today.year + step, month) for month in (first, last))
    return joined([start, end])


def _month(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    month, today, step = calendar.rules.months[match["month"]], calendar.today, _step(match["which"])
    if today is None or month == today.month:
        return None
    if match["which"] == "this":
        return Period.month(today.year, month)
    is_other_year = month > today.month if step <= 0 else month < today.month
    back = step if step else -1
    return Period.month(today.year + (back if is_other_year else 0), month)


def _month_of_year(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    step = _step(match["which"])
    return Period.month(calendar.today.year + step, calendar.rules.months[match["month"]]) if calendar.today else None


def _weekday(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Return the nearest such day behind or ahead; "last" and "next" may mean the one after it, too."""
    if calendar.today is None:
        return None
    which, lead = match["which"], match["lead"]
    is_past = which in {"last", "past", "this past"} or lead == "since"
    is_ahead = which in {"next", "coming", "this coming"} or lead in {"by", "until"}
    if not (is_past or is_ahead):
        is_past, is_ahead = wording.tense == "past", wording.tense == "future"
    behind = (calendar.today.weekday() - calendar.rules.weekdays[match["weekday"]]) % _WEEK
    if behind == 0 or which == "this" or is_past == is_ahead:
        return None
    distance = -behind if is_past else _WEEK - behind
    day = _shifted(calendar.today, distance)
    further = _shifted(day, -_WEEK if is_past else _WEEK) if which in {"last", "next"} else day
    return joined([Period(one, one) for one in (day, further) if one])


def _holiday(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Return the latest such day behind the note, the month only if it was around or near it."""
    if calendar.today is None or wording.tense == "future":
        return None
    holiday = calendar.rules.holidays[match["holiday"]]
    days = [day for year in (calendar.today.year, calendar.today.year - 1) if (day := _day_of(holiday, year))]
    day = next((day for day in days if day <= calendar.today), None)
    if day is None:
        return None
    is_exact = match["lead"] not in {"around", "before", "after", "by"}
    return Period(day, day) if is_exact else Period(day, day).widened(_WEEK)


def _day_of(holiday: Holiday, year: int) -> date | None:
    if holiday.day is not None:
        day = Period.day(year, holiday.month, holiday.day)
        return day.first if day else None
    month = Period.month(year, holiday.month)
    ahead = (holiday.number or 1) * _WEEK - _WEEK
    ahead += ((holiday.weekday or 0) - month.first.weekday()) % _WEEK if month else 0
    return shifted(month.first, ahead) if month else None


def _age(match: re.Match[str], calendar: Calendar, wording: Wording) -> Period | None:
    """Return the year in which the patient reached an age."""
    birth, age = calendar.events.get("birth"), int(match["age"])
    if birth is None or age > _OLDEST_PERSON:
        return None
    year = birth.year + age
    return Period.year(year) if calendar.today is None or year <= calendar.today.year else None


def _step(which: str) -> int:
    return {"last": -1, "past": -1, "this past": -1, "next": 1, "coming": 1, "this coming": 1}.get(which, 0)


def _days(today: date, low: int, high: int) -> Period | None:
    first, last = shifted(today, low), shifted(today, high)
    return Period(first, last) if first and last else None


def _shifted(day: date | None, days: int) -> date | None:
    return shifted(day, days) if day else None
