"""The days that a note says beside its results: "on 3/2", "Labs 4/22:", "yesterday", columns of a table."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp_engine.text.dates import DateReader
from nlp_engine.text.dates.headings import calendar_of
from nlp_engine.text.dates.rules import DateRules
from nlp_engine.text.note import ReadNote
from nlp_engine.text.tokens import lines_of

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|few)"
_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}|(?<![\d/.\-+])\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})(?![\d\-])|(?<![\d/.\-+])\d{1,2}\.\d{1,2}\.\d{4}(?!\d)"
    r"|(?<![\d/.\-+])\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?![\d/])"
    r"|(?<![\d/.\-+])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])(?![\d/%]|\.\d|\s?-\s?\d)"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?[ -]?(?:of )?{_MONTH}(?![a-z])(?:,? ?(?:19|20)\d\d|[ -]\d\d\b)?"
    rf"|\b{_MONTH} ?\d{{1,2}}(?:st|nd|rd|th)?\b(?!/)(?:,? ?(?:19|20)\d\d)?"
    rf"|\bin {_MONTH}(?![a-z])(?: (?:of )?(?:19|20)\d\d)?|\({_MONTH}\)|\b{_MONTH} (?:19|20)\d\d"
    r"|\b(?:in|since) (?:19|20)\d\d\b"
    r"|\b(?:yesterday|today|tonight|now|currently|this (?:morning|afternoon|evening|am|a\.m\.))\b"
    r"|\blast (?:night|week|month|year|spring|summer|fall|autumn|winter|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday)\b|\bthe day before\b|\ba\.?m\.? labs\b"
    rf"|\b{_COUNT} (?:day|week|month|year|wk|mo|yr)s? (?:ago|earlier|prior|before|back)\b"
    r"|\bon (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:POD|HD) ?#?\d{1,2}\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"\d{1,2}/\d{1,2}")
_LEAD = re.compile(
    r"(?:\b(?:on|from|since|of|dated|labs?|done|drawn|as of)|[(\[:;,|]|^|\n|[ \t]{2}|\t)[ \t]*$", re.IGNORECASE
)
_TODAY = frozenset(
    {"today", "tonight", "now", "currently", "this morning", "this afternoon", "this evening", "this am", "am labs"}
)
_LOOK_BACK = 12


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date in a text; ``day`` is ``2026-03-02``, None if no one day can be told; ``is_now``: the note's own."""

    start: int
    end: int
    day: str | None
    is_now: bool = False


class SaidDates:
    """The dates of one note, in order; what they mean is found out when they are asked for."""

    def __init__(self, note: ReadNote, time: datetime | None, reader: DateReader, rules: DateRules) -> None:
        self._note = note
        self._reader = reader
        spans = [match.span() for match in _DAY.finditer(note.text) if _is_date(note.text, *match.span())]
        self._spans = spans
        self._starts = [start for start, _ in spans]
        self._calendar = calendar_of(note, time, spans, rules) if spans else None
        self._heads = _dated_heads(note.text, spans)
        self._head_starts = [start for start, _, _ in self._heads]

    def within(self, start: int, end: int) -> list[SaidDate]:
        """Return the dates that begin in a span."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [self._read(*span) for span in self._spans[low:high]]

    def head_of(self, place: int) -> SaidDate | None:
        """Return the date of the line that heads the lines around a place ("LABS 4/22:"), None if none does."""
        at = bisect_right(self._head_starts, place) - 1
        if at < 0 or self._heads[at][1] <= place:
            return None
        return self._read(*self._heads[at][2])

    def _read(self, start: int, end: int) -> SaidDate:
        words = self._note.text[start:end].casefold().replace(".", "")
        if words in _TODAY:
            return SaidDate(start, end, None, is_now=True)
        said = self._reader.read(self._note, self._calendar, start, end) if self._calendar is not None else None
        return SaidDate(start, end, said if said is not None and len(said) == 10 else None)


def _is_date(text: str, start: int, end: int) -> bool:
    """Say whether two numbers are a date: "8/10" is a score unless a word or sign before it tells."""
    if not _BARE.fullmatch(text, start, end):
        return True
    return _LEAD.search(text, max(0, start - _LOOK_BACK), start) is not None or text[end : end + 1] == ":"


def _dated_heads(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, tuple[int, int]]]:
    """Return the spans of lines that a line with a date and a colon heads, each with that date."""
    starts = [start for start, _ in spans]
    found: list[tuple[int, int, tuple[int, int]]] = []
    behind, head = 0, None
    for start, end in lines_of(text):
        if text[behind:start].count("\n") > 1:
            head = None
        behind = end
        own = spans[bisect_left(starts, start) : bisect_left(starts, end)] if end - start <= _LONGEST_LINE else []
        colon = text.find(":", start, end)
        if (
            own
            and colon >= 0
            and own[0][0] < colon
            and colon - start < _LONGEST_HEAD
            and not text[colon + 1 : colon + 2].isdigit()
        ):
            # The rest of the line, and the lines below if nothing stands behind the colon.
            head = own[0] if not text[colon + 1 : end].strip() else None
            found.append((colon, end, own[0]))
        elif colon >= 0 and not text[colon + 1 : end].strip():
            head = None
        elif head is not None:
            found.append((start, end, head))
    return found


_LONGEST_HEAD, _LONGEST_LINE = 60, 400
