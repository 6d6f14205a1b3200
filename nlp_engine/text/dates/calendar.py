"""What a note says of its own dates: its day, the order of day and month, the years that can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from nlp_engine.text.dates.period import Period, joined
from nlp_engine.text.dates.rules import DateRules, Event, Order, Tense
from nlp_engine.text.tokens import Tokens

Style = Literal["day", "month"]
"""What the second number of "9/22" is in this note: a day, or a year behind a month."""

FULL = re.compile(r"(?<![\d/.\-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|[.-]\d)")
_AHEAD = 2
_NEAR, _NEAR_FUTURE, _FAR, _TOLD = 30, 60, 183, 300
_SHIFTED = 2100


@dataclass(frozen=True, slots=True)
class Calendar:
    """How the dates of one note are to be read.

    Parameters
    ----------
    today
        The note's day; relative dates count from it. None if it is not known.
    order
        Order of day and month, None if the note's dates disagree.
    is_told
        Whether the note itself tells the order (else it is the setting).
    style
        What "9/22" is, as far as the note's other dates tell.
    has_clocks
        Whether four digits are a time of day in this note ("0800").
    """

    rules: DateRules
    today: date | None = None
    order: Order | None = None
    is_told: bool = False
    style: Style | None = None
    has_clocks: bool = False
    events: Mapping[Event, date] = field(default_factory=dict)

    def is_possible(self, year: int) -> bool:
        """Say whether a date of the note can lie in a year."""
        file = self.rules.file
        if self.today is None:
            return file.oldest_year <= year <= file.newest_year
        return self.today.year - file.years_before_note <= year <= self.today.year + file.years_after_note

    def full_year(self, digits: str) -> int | None:
        """Return the year that two or four digits mean: of two digits the latest that a note can speak of."""
        year = int(digits)
        if len(digits) == 2:
            newest = self.today.year + _AHEAD if self.today else self.rules.file.newest_year
            year += newest // 100 * 100
            year -= 100 if year > newest else 0
        return year if self.is_possible(year) else None

    def from_numbers(self, first: int, second: int, year: int | None, *, dotted: bool = False) -> Period | None:
        """Return the day of two numbers and a year; both readings where the order cannot be told."""
        if year is None:
            return None
        us, british = Period.day(year, first, second), Period.day(year, second, first)
        if us is None or british is None:
            return us or british
        order = self.order if self.is_told or not dotted else None
        return joined([us, british]) if order is None else {"mdy": us, "dmy": british}[order]

    def nearest_day(self, month: int, day: int, tense: Tense | None) -> Period | None:
        """Return the day of a month in the year that a note without the year means, None if it cannot be told."""
        if self.today is None:
            return None
        years = range(self.today.year - 1, self.today.year + 2)
        days = [one.first for one in (Period.day(year, month, day) for year in years) if one is not None]
        return self._nearest(days, tense)

    def nearest_month(self, month: int, tense: Tense | None) -> Period | None:
        """Return the month in the year that a note without the year means, None if it cannot be told."""
        if self.today is None:
            return None
        if month == self.today.month:
            return Period.month(self.today.year, month)
        years = range(max(1, self.today.year - 1), min(9999, self.today.year + 1) + 1)
        middle = self._nearest([date(year, month, 15) for year in years], tense, near_future=0)
        return Period.month(middle.first.year, month) if middle else None

    def _nearest(self, days: list[date], tense: Tense | None, near_future: int = _NEAR_FUTURE) -> Period | None:
        """Return the one day that is so near, or lies on the side that the tense tells."""
        if self.today is None:
            return None
        past, future = {"past": (_TOLD, 0), "future": (0, _FAR), None: (_FAR, near_future)}[tense]
        distances = {(day - self.today).days: day for day in days}
        near = [
            distance for distance in distances if -max(past, _NEAR) <= distance <= max(future, min(_NEAR, near_future))
        ]
        if not near:
            return None
        nearest = distances[min(near, key=abs)]
        return Period(nearest, nearest)


def order_of(
    text: str, tokens: Tokens, shorts: Iterable[tuple[int, int]], rules: DateRules
) -> tuple[Order | None, bool]:
    """Return the order of day and month, and whether the note tells it: by its dates, else by its spelling.

    Parameters
    ----------
    shorts
        Both numbers of the note's dates without a year.
    """
    full = [(int(match[1]), int(match[3])) for match in FULL.finditer(text)]
    us = any(first <= 12 < second <= 31 for first, second in full)
    british = any(second <= 12 < first <= 31 for first, second in [*full, *shorts])
    if us or british:
        return (None if us and british else "mdy" if us else "dmy"), True
    spelt = {hit.payload for hit in rules.spellings.find(tokens.keys)}
    return (spelt.pop(), True) if len(spelt) == 1 else (rules.file.default_order, False)


def is_shifted(year: int) -> bool:
    """Say whether a year is one of de-identification, which moves dates into the next centuries."""
    return year >= _SHIFTED
