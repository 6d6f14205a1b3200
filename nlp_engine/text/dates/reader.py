"""Dates of mentions: finds the ones that the network missed, and says which day, month or year each means.

No library does it as it has to be done here: dateutil and dateparser fill what is missing with the clock of the
computer and take one of two readings without saying so. Here a date that can be read in two ways gives what both have
in common ("3/4": the year), or nothing.

Quality (`python benchmarks/dates.py`): of 133 dates in snippets that were written and marked before the reader had run,
91.0 % right, 0.8 % less exact, 6.8 % unknown, 1.5 % wrong. All are own texts, none of a real hospital.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from nlp_engine.assessment import Attribute, AttributeLabel, Experiencer, Mention
from nlp_engine.text.dates.absolute import Wording, read_absolute
from nlp_engine.text.dates.calendar import Calendar
from nlp_engine.text.dates.headings import calendar_of
from nlp_engine.text.dates.missing import completed
from nlp_engine.text.dates.period import Period
from nlp_engine.text.dates.relative import read_relative
from nlp_engine.text.dates.rules import DateRules, Tense
from nlp_engine.text.dates.wording import plain, without_clock
from nlp_engine.text.note import ReadNote, Span

_BEFORE, _BEHIND, _SIGHT, _LONGEST = 3, 4, 30, 20
_PAST_SECTIONS = frozenset(
    {"past_medical_history", "past_surgical_history", "obstetric_history", "social_history", "immunizations"}
)
_TOLD_EARLIER = frozenset({"history_of_present_illness", "chief_complaint"})
_GOES_ON = frozenset(
    {"ago", "prior", "before", "after", "following", "post", "pta", "from", "old", "of", "later", "earlier", "s"}
)
_BLOCKERS = frozenset({"before", "after", "than", "x", "pre", "post"})
_GLUED = frozenset("0123456789/-'\u2019.")
_ED = re.compile(r"(?!.*(?:need|bed|med|red|shed|speed|feed|bleed)$)\w{2,}ed")


class DateReader:
    """Reads the dates of a note's mentions."""

    def __init__(self, rules: DateRules | None = None) -> None:
        self.rules = rules or DateRules.load()

    def completed(self, note: ReadNote, mentions: Sequence[Span], attributes: Sequence[Span]) -> list[Span]:
        """Return the attributes with the dates that the network missed, without those that are none ("in" alone)."""
        return completed(note, mentions, attributes, self.rules)

    def dated(self, note: ReadNote, time: datetime | None, mentions: Sequence[Mention]) -> list[Mention]:
        """Return the mentions, their dates with the day, month or year that they mean, where it can be told.

        Parameters
        ----------
        time
            When the note was written; None if it is not known, then a date in its heading counts.
        """
        spans = {(own.start, own.end): own for mention in mentions for own in _dates(mention)}
        if not spans:
            return list(mentions)
        calendar = calendar_of(note, time, list(spans), self.rules)
        return [self._with_dates(note, calendar, mention) for mention in mentions]

    def _with_dates(self, note: ReadNote, calendar: Calendar, mention: Mention) -> Mention:
        if not any(True for _ in _dates(mention)):
            return mention
        own = calendar
        if mention.experiencer is not Experiencer.PATIENT:
            own = _without(calendar, "birth")
        attributes = tuple(
            attribute.model_copy(update={"date": self.read(note, own, attribute.start, attribute.end)})
            if attribute.label is AttributeLabel.DATE
            else attribute
            for attribute in mention.attributes
        )
        return mention.model_copy(update={"attributes": attributes})

    def read(self, note: ReadNote, calendar: Calendar, start: int, end: int) -> str | None:
        """Return the day, month or year that a span means, None if it cannot be told."""
        start, end = _whole(note.text, start, end)
        heading = note.sections.at(start)
        section = heading.kind.id if heading is not None and heading.kind is not None else ""
        wording = Wording(
            tense=self._tense(note, start),
            is_dated=section in _PAST_SECTIONS or note.text[max(0, start - 1) : start] == "(",
            is_bracketed="[**" in note.text[max(0, start - 3) : end],
        )
        if section in _TOLD_EARLIER and _is_earlier(calendar):
            calendar = _without(calendar, "today")
        period = self._period(note, calendar, start, end, wording)
        if period is None or _is_before_birth(period, calendar):
            return None
        return period.partial()

    def _period(self, note: ReadNote, calendar: Calendar, start: int, end: int, wording: Wording) -> Period | None:
        for phrase in self._phrases(note, start, end):
            is_date, period = self._absolute(phrase, calendar, wording)
            if not is_date:
                period = read_relative(without_clock(phrase), calendar, wording)
            if is_date or period is not None:
                return period
        return None

    def _absolute(self, phrase: str, calendar: Calendar, wording: Wording) -> tuple[bool, Period | None]:
        rest = without_clock(phrase)
        lead = self.rules.leading.match(rest)
        words = lead.group().split() if lead else []
        rest = rest[lead.end() :] if lead else rest
        wording = Wording(words[-1] if words else "", wording.tense, wording.is_dated, wording.is_bracketed)
        is_date, period = read_absolute(rest, calendar, wording)
        if period is not None and any(word in self.rules.file.about_words for word in words):
            period = period.widened(3 if period.is_day else 0 if _is_year(period) else 15)
        return is_date, period

    def _phrases(self, note: ReadNote, start: int, end: int) -> Iterator[str]:
        """Yield the words of a span with those around it that may belong to it, the most first."""
        tokens, sentence = note.tokens, note.sentences.at(start)
        first, behind = tokens.range_of(start, end)
        low, _ = tokens.range_of(sentence.start, sentence.start)
        _, high = tokens.range_of(sentence.start, max(sentence.end, end))
        before = max(low, first - 1)
        if first > low and tokens.keys[before] in _BLOCKERS and tokens.keys[first] not in _BLOCKERS:
            return
        lows = [first]
        while len(lows) <= _BEFORE and lows[-1] > low and self.rules.may_lead(tokens.keys[lows[-1] - 1]):
            lows.append(lows[-1] - 1)
        goes_on = behind < high and tokens.keys[behind] in _GOES_ON
        highs = range(min(high, behind + _BEHIND) if goes_on else behind, behind - 1, -1)
        for low in reversed(lows):
            for high in highs:
                stop = end if high == behind else tokens.ends[high - 1]
                yield plain(note.text[start if low == first else tokens.starts[low] : stop])

    def _tense(self, note: ReadNote, place: int) -> Tense | None:
        """Return what the words of a sentence near a date speak of: what was, or what is to come; None if of both."""
        sentence, tokens = note.sentences.at(place), note.tokens
        first, behind = tokens.range_of(sentence.start, sentence.end)
        middle, _ = tokens.range_of(place, place)
        first, behind = max(first, middle - _SIGHT), min(behind, middle + _SIGHT)
        found: set[Tense] = {hit.payload for hit in self.rules.tenses.find(tokens.keys, first, behind)}
        if any(len(key) <= _LONGEST and _ED.fullmatch(key) for key in tokens.keys[first:behind]):
            found.add("past")
        return found.pop() if len(found) == 1 else None


def _dates(mention: Mention) -> Iterator[Attribute]:
    return (own for own in mention.attributes if own.label is AttributeLabel.DATE)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span grown to the whole number that it is a part of ("3/2" in "3/2/2024")."""
    if text[start].isdigit():
        while start > 0 and text[start - 1] in _GLUED and end - start < 24:
            start -= 1
    if text[end - 1].isdigit():
        while end < len(text) and text[end] in _GLUED and end - start < 24:
            end += 1
    while end > start + 1 and not text[end - 1].isalnum():
        end -= 1
    while start < end - 1 and text[start] in "-/.":
        start += 1
    return start, end


def _without(calendar: Calendar, what: str) -> Calendar:
    if what == "today":
        return replace(calendar, today=None)
    return replace(calendar, events={event: day for event, day in calendar.events.items() if event != what})


def _is_earlier(calendar: Calendar) -> bool:
    """Say whether the story of the illness may have been written at admission, days before the note."""
    admission = calendar.events.get("admission")
    return admission is not None and calendar.today is not None and (calendar.today - admission).days > 1


def _is_before_birth(period: Period, calendar: Calendar) -> bool:
    birth: date | None = calendar.events.get("birth")
    return birth is not None and period.last < birth


def _is_year(period: Period) -> bool:
    return period.first.month == 1 and period.last.month == 12
