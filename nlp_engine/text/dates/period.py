"""The days that a date may mean: an exact one has one day, a doubtful one spans all its readings."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_MOST_DAYS = 300_000


@dataclass(frozen=True, slots=True)
class Period:
    """All days from ``first`` to ``last``."""

    first: date
    last: date

    @classmethod
    def day(cls, year: int, month: int, day: int) -> Period | None:
        """Return one day, None if there is no such day."""
        if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
            return None
        only = date(year, month, day)
        return cls(only, only)

    @classmethod
    def month(cls, year: int, month: int) -> Period | None:
        """Return a whole month, None if there is no such month."""
        if not (1 <= year <= 9999 and 1 <= month <= 12):
            return None
        return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))

    @classmethod
    def year(cls, year: int) -> Period | None:
        """Return a whole year, None if there is no such year."""
        return cls(date(year, 1, 1), date(year, 12, 31)) if 1 <= year <= 9999 else None

    @property
    def is_day(self) -> bool:
        """Say whether it is one day."""
        return self.first == self.last

    def joined(self, other: Period | None) -> Period | None:
        """Return the days from the first of both to the last of both; None if the other is not known."""
        return None if other is None else Period(min(self.first, other.first), max(self.last, other.last))

    def widened(self, days: int) -> Period | None:
        """Return the period with some days more on either side."""
        first, last = shifted(self.first, -days), shifted(self.last, days)
        return None if first is None or last is None else Period(first, last)

    def partial(self) -> str | None:
        """Return the day, month or year that holds the whole period, None if not even a year does."""
        if self.first.year != self.last.year:
            return None
        if self.first.month != self.last.month:
            return f"{self.first.year:04}"
        return self.first.isoformat() if self.is_day else f"{self.first.year:04}-{self.first.month:02}"


def joined(readings: list[Period | None]) -> Period | None:
    """Return what holds all readings that are possible, None if none is."""
    possible = [reading for reading in readings if reading is not None]
    if not possible:
        return None
    return Period(min(one.first for one in possible), max(one.last for one in possible))


def shifted(day: date, days: int) -> date | None:
    """Return a day some days away, None beyond the calendar."""
    if abs(days) > _MOST_DAYS or not 1 <= day.toordinal() + days <= date.max.toordinal():
        return None
    return day + timedelta(days=days)


def months_away(day: date, months: int) -> Period | None:
    """Return the month that lies some months away."""
    count = day.year * 12 + day.month - 1 + months
    return Period.month(count // 12, count % 12 + 1)
