"""Ages over 89, and dates of birth that tell one: Safe Harbor allows only that somebody is 90 or older."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp_engine.deidentify.dates import FoundDate
from nlp_engine.deidentify.numbers import Found
from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.rules import Cues, alternatives

OLDEST_TOLD = 89
_SURELY_LATER = 1950
"""Somebody who is called 90 in a note that is typed was born before."""

SHOWN = "90 or older"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_NUMBER = (
    rf"(?P<age>9\d|1[0-2]\d|ninety(?:[- ](?:{_UNITS}|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))?"
    rf"|(?:one|a) hundred(?: and| & |-|)(?: ?(?:{_UNITS}|ten))?)"
)
_ENDS = r"(?![\w%/]|\.\d| ?(?:degrees|°|percent|mg|mm|cm|minutes|days|weeks|months))"
_YEARS = r"(?:years?|yrs?\.?|y\.?)"
_FORMS = [
    re.compile(rf"(?<![\w.]){_NUMBER}[- ]{{0,2}}{_YEARS}[-/ ]{{0,2}}(?:old|o\.?(?!\w)|of[- ]age)", re.IGNORECASE),
    re.compile(rf"(?<!\w)(?:aged?|age is|age of|age:|turned|turning|turns)[ :]{{0,3}}{_NUMBER}{_ENDS}", re.IGNORECASE),
    re.compile(
        rf"(?<!\w)(?:died|deceased|passed away|passed|death|living|alive)(?: at)?(?: the)?(?: age)?(?: of)? "
        rf"{_NUMBER}{_ENDS}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\w)(?:lived to be|lived to|reached) {_NUMBER}{_ENDS}", re.IGNORECASE),
    re.compile(r"(?<![\w.])(?P<age>9\d|1[0-2]\d)(?=(?:yo|y/o|yof|yom|y\.o\.)\b)", re.IGNORECASE),
    re.compile(r"(?<![\w.])(?P<age>9\d|1[0-2]\d)(?= ?[MF]\b[, ]+(?:with|w/|who|h/o|presents|admitted|s/p|c/o|pmh))"),
    re.compile(r"(?<![\w.])(?P<age>9\d|1[0-2]\d)(?:st|nd|rd|th)(?= birthday)", re.IGNORECASE),
]


def find_ages(text: str) -> Iterator[Found]:
    """Yield the words of ages over 89: "91-year-old" as a whole, of "aged 91" the number."""
    for number, form in enumerate(_FORMS):
        for match in form.finditer(text):
            start, end = match.span() if number == 0 else match.span("age")
            yield Found(start, end, Kind.AGE)


class BirthDates:
    """Dates of birth that tell an age over 89 on the day of the note."""

    def __init__(self, cues: Cues) -> None:
        self._before = re.compile(
            rf"(?<!\w)(?:{alternatives(cues.birth)})[ \t:.#(-]{{0,4}}(?:on |in |is |was )?$", re.IGNORECASE
        )

    def of_the_old(self, text: str, dates: Sequence[FoundDate], latest_year: int | None, *, is_old: bool) -> set[int]:
        """Return the starts of such dates; without a later date in the note there is none, unless it tells the age."""
        years = [item.day.year for item in dates if item.has_year]
        now = latest_year or max(years, default=0)
        return {
            item.start
            for item in dates
            if item.has_year
            and (now - item.day.year > OLDEST_TOLD or (is_old and item.day.year < _SURELY_LATER))
            and self._before.search(text[max(0, item.start - 30) : item.start])
        }
