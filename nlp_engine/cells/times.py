"""Dates and times as hospital tables write them.

Read are ISO 8601 (with or without a zone), ``YYYY-MM-DD HH:MM``, ``YYYY/MM/DD``, ``DD.MM.YYYY``, ``01-May-2024``, the
digits of HL7 v2 (``20240501`` to ``20240501083000``), and ``D/M/YYYY`` or ``M/D/YYYY`` where the rest of the column
tells which of the two it is. A two-digit year is not read: its century would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Literal

Order = Literal["day", "month"]

_YEARS = range(1850, 2400)
"""De-identified records are shifted as far as the year 2208 (MIMIC-III)."""

_CLOCK = r"""
    (?: (?: [T\s]\s* | ,\s+ ) (?P<hour>\d{1,2}) (?: [:.h]? (?P<minute>\d{2}) (?: :? (?P<second>\d{2})
        (?: [.,] (?P<fraction>\d{1,9}) )? )? )? (?: \s* (?P<half>[ap]) \.? m \.? )? )?
    \s* (?P<zone> Z | UTC | GMT | [+-]\d{2}:?(?:\d{2})? )?
"""
_DATES = (
    r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})",
    r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
    r"(?P<day>\d{1,2})[-\s/.]+(?P<name>[A-Za-z]{3,9})\.?[-\s/,]+(?P<year>\d{4})",
    r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
)
_PATTERNS = tuple(re.compile(date + _CLOCK, re.VERBOSE | re.IGNORECASE) for date in _DATES)
_EITHER = re.compile(r"(?P<first>\d{1,2})(?P<sep>[-/])(?P<other>\d{1,2})(?P=sep)(?P<year>\d{4})" + _CLOCK, re.X | re.I)
_DIGITS = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:\.(?P<fraction>\d+))?)?"
    r"(?P<half>\b\B)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class TimeDoubt(Enum):
    """Why a cell gave no time; the value completes a sentence that begins with the column's name."""

    UNKNOWN = "is not a date that can be read; it was left out, use ISO 8601 (2024-05-01T08:30)"
    AMBIGUOUS = "could be day/month or month/day; it was left out, use ISO 8601 (2024-05-01T08:30)"


@dataclass(slots=True)
class DateOrder:
    """Learns from a whole column whether ``03/04/2024`` means the third of April or March the fourth."""

    day_first: bool = False
    month_first: bool = False

    @classmethod
    def of(cls, cells: Iterable[str]) -> DateOrder:
        """Return the order of a column."""
        order = cls()
        for cell in cells:
            order.see(cell)
        return order

    def see(self, cell: str) -> None:
        """Take one cell of the column into account."""
        match = _EITHER.fullmatch(cell.strip())
        if match is None:
            return
        first, other = int(match["first"]), int(match["other"])
        self.day_first |= first > 12 >= other
        self.month_first |= other > 12 >= first

    @property
    def order(self) -> Order | None:
        """The order that every cell seen so far agrees on; None if none tells, or if they contradict each other."""
        if self.day_first == self.month_first:
            return None
        return "day" if self.day_first else "month"


def parse_time(cell: str, *, order: Order | None = None) -> datetime | TimeDoubt:
    """Read a date, or a date with a time.

    Parameters
    ----------
    cell
        The text as it came.
    order
        What comes first in ``03/04/2024`` (`DateOrder.order`); None if that is not known.

    Returns
    -------
    The time, naive when the text names no zone, or the reason why there is none.
    """
    text = cell.strip()
    match = _EITHER.fullmatch(text)
    if match is not None:
        return _either(match, order)
    for pattern in (*_PATTERNS, _DIGITS):
        match = pattern.fullmatch(text)
        if match is not None:
            return _time(match, year=match["year"], month=_month(match), day=match["day"])
    return TimeDoubt.UNKNOWN


def _either(match: re.Match[str], order: Order | None) -> datetime | TimeDoubt:
    """Read a date whose first number is the day or the month."""
    first, other = int(match["first"]), int(match["other"])
    if first == other or other > 12 >= first:
        order = "month"
    elif first > 12 >= other:
        order = "day"
    if order is None:
        return TimeDoubt.AMBIGUOUS
    day, month = (first, other) if order == "day" else (other, first)
    return _time(match, year=match["year"], month=month, day=day)


def _month(match: re.Match[str]) -> int:
    """Return the month's number, 0 (no month) when its name is not English."""
    groups = match.groupdict()
    if groups.get("name"):
        name = groups["name"].lower()[:3]
        return _MONTHS.index(name) + 1 if name in _MONTHS else 0
    return int(groups["month"])


def _time(match: re.Match[str], *, year: str, month: int, day: int | str) -> datetime | TimeDoubt:
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return TimeDoubt.UNKNOWN
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    if int(year) not in _YEARS:
        return TimeDoubt.UNKNOWN
    try:
        return datetime(
            int(year), month, int(day), hour, int(match["minute"] or 0), int(match["second"] or 0), microsecond,
            _zone(match["zone"]),
        )  # fmt: skip
    except ValueError:  # no such day, hour or zone: 2024-02-30, 25:00
        return TimeDoubt.UNKNOWN


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
