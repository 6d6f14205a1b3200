"""The dates that a note gives itself: "Date of service: 03/02/2024", "DOB 4/1/1950", "POD 2 s/p CABG"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from nlp_engine.text.dates.absolute import Wording, read_absolute
from nlp_engine.text.dates.calendar import FULL, Calendar, Style, is_shifted, order_of
from nlp_engine.text.dates.rules import DateRules, Event
from nlp_engine.text.dates.wording import plain
from nlp_engine.text.note import ReadNote
from nlp_engine.text.phrases import Hit
from nlp_engine.text.tokens import lines_of

_VALUE = re.compile(
    r"[\s:*=|.\-\u2013]{0,12}(?P<value>\[\*\*[\d-]{8,10}\*\*\]|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|\d{1,2}[ -][A-Za-z]{3,9}\.?,?[ -]\d{4}|[A-Za-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})(?![\d/])"
)
_FIRST_LINE = re.compile(r"\s*(?:date\b)?")
_SHORT = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/])")
_CLOCK = re.compile(r"(?:0\d|1[0-7])[0-5]\d")
_SINCE_SURGERY = re.compile(
    r"(?<!on )\bPOD\s?#?\s?(\d{1,2}),?\s(?:s/p|status post|from|after|following)\b", re.IGNORECASE
)
_NEEDS_COLON = frozenset({"date", "admitted", "dos", "doa"})
_ENOUGH, _RECENT = 3, 8
_LINE = 40
_ANCHORS: tuple[Event, ...] = ("service", "discharge", "admission")


def calendar_of(note: ReadNote, time: datetime | None, spans: Sequence[tuple[int, int]], rules: DateRules) -> Calendar:
    """Return how the dates of a note are to be read.

    Parameters
    ----------
    time
        When the note was written; where it is not known, a date in its heading counts.
    spans
        What is known to be a date.
    """
    shorts = [pair for start, end in spans for pair in _shorts(note.text[start:end])]
    order, is_told = order_of(note.text, note.tokens, shorts, rules)
    bare = Calendar(rules, today=time.date() if time else None, order=order, is_told=is_told)
    events = _heading_dates(note, bare)
    today = bare.today or next((events[kind] for kind in _ANCHORS if kind in events), None)
    calendar = replace(bare, today=today, events=events)
    if today is not None and "surgery" not in events:
        events.update(_surgery(note.text, today))
    has_clocks = any(_CLOCK.search(note.text[start:end]) for start, end in spans)
    return replace(calendar, events=events, style=_style(note.text, spans, calendar), has_clocks=has_clocks)


def _heading_dates(note: ReadNote, calendar: Calendar) -> dict[Event, date]:
    """Return the days that labels name; a label with two different days names none."""
    found: dict[Event, set[date]] = {}
    for event, day, _ in labelled(note, calendar):
        found.setdefault(event, set()).add(day)
    return {event: days.pop() for event, days in found.items() if len(days) == 1}


def labelled(note: ReadNote, calendar: Calendar) -> Iterator[tuple[Event, date, tuple[int, int]]]:
    """Yield the days that labels name, each with its event and its span."""
    tokens = note.tokens
    first = _FIRST_LINE.match(note.text)
    found = _day_at(note.text, first.end() if first else 0, calendar)
    if found is not None:
        yield "service", *found
    for hit in _label_hits(note, calendar.rules):
        start, end = tokens.starts[hit.first], tokens.ends[hit.behind - 1]
        needs_colon = note.text[start:end].lower() in _NEEDS_COLON
        begins = not note.text[max(0, start - _LINE, note.text.rfind("\n", 0, start) + 1) : start].strip(" \t*-#|[]")
        if needs_colon and not (begins and note.text[end : end + 2].strip().startswith(":")):
            continue
        found = _day_at(note.text, end, calendar)
        if found is not None:
            yield hit.payload, *found


def _label_hits(note: ReadNote, rules: DateRules) -> Iterator[Hit[Event]]:
    """Yield the labels of each line: "PROGRESS NOTE" above "Date of service" is no "note date"."""
    for start, end in lines_of(note.text):
        yield from rules.labels.find(note.tokens.keys, *note.tokens.range_of(start, end))


def _day_at(text: str, place: int, calendar: Calendar) -> tuple[date, tuple[int, int]] | None:
    """Return the one day that is written out at a place, with its year, and its span."""
    match = _VALUE.match(text, place)
    if match is None:
        return None
    wording = Wording(is_bracketed="[**" in match["value"])
    _, period = read_absolute(plain(match["value"]), calendar, wording)
    is_far = period is not None and is_shifted(period.first.year) and not wording.is_bracketed
    if period is None or not period.is_day or (is_far and calendar.today is None):
        return None
    return period.first, match.span("value")


def _surgery(text: str, today: date) -> dict[Event, date]:
    """Return the day of surgery that "POD 2 s/p" tells, if all such words tell the same."""
    counts = {int(match[1]) for match in _SINCE_SURGERY.finditer(text)}
    return {"surgery": today - timedelta(days=counts.pop())} if len(counts) == 1 else {}


def _shorts(text: str) -> Iterator[tuple[int, int]]:
    if FULL.search(text) is None:
        for match in _SHORT.finditer(text):
            yield int(match[1]), int(match[2])


def _style(text: str, spans: Sequence[tuple[int, int]], calendar: Calendar) -> Style | None:
    """Return what the second number of "9/22" is in this note, as its plain cases tell."""
    votes: set[Style] = set()
    seconds: list[str] = []
    for start, end in spans:
        for match in _SHORT.finditer(text, start, end):
            votes |= _votes(text[max(0, start - 3) : match.start()].strip().lower(), match, calendar)
            seconds.append(match[2])
    if not votes and calendar.today is not None and len(seconds) >= _ENOUGH and len(set(seconds)) > 1:
        # "02/22, 09/22, 04/23": numbers that are all the latest years are years.
        ages = [calendar.today.year % 100 - int(second) for second in seconds]
        return "month" if all(0 <= age <= _RECENT for age in ages) else None
    return votes.pop() if len(votes) == 1 else None


def _votes(before: str, match: re.Match[str], calendar: Calendar) -> set[Style]:
    month, number = int(match[1]), match[2]
    if not 1 <= month <= 12 or len(number) == 1 or before == "on":
        return {"day"}
    if before == "in" or not 1 <= int(number) <= 31:
        return {"month"}
    year = calendar.full_year(number)
    is_future = calendar.today is not None and year is not None and year > calendar.today.year + 1
    return {"day"} if is_future or year is None else set()
