"""Bands of age as the files write them: "1w-26w", "2y-6y", "18y-"; the end is not in the band.

All ages are days on one scale: n years are n * 365.25 days, rounded, and the days since the last birthday are added. So
a band that begins at a birthday begins on that very day, whatever leap years lie between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_DAYS = {"d": Decimal(1), "w": Decimal(7), "m": Decimal("30.4375"), "y": Decimal("365.25")}
_AGE = r"(\d+)([dwmy])"
_BAND = re.compile(rf"{_AGE}-(?:{_AGE})?")
OLDEST = 150 * 366
"""Days beyond every age."""


@dataclass(frozen=True, slots=True, order=True)
class AgeBand:
    """Ages from ``first`` to the day before ``end``, in days."""

    first: int
    end: int

    @classmethod
    def parse(cls, text: str) -> AgeBand:
        """Read a band.

        Raises
        ------
        ValueError
            If the text is no band, or ends before it begins.
        """
        found = _BAND.fullmatch("".join(text.split()))
        if found is None:
            raise ValueError(f'"{text}" is no band of age; write 0d-1w, 26w-2y, 3m-18y or 18y-')
        first = _days(found[1], found[2])
        end = _days(found[3], found[4]) if found[3] else OLDEST
        if end <= first:
            raise ValueError(f'the band "{text}" ends before it begins')
        return cls(first, end)

    def meets(self, ages: tuple[int, int]) -> bool:
        """Say whether some age between a first and a last day lies in the band."""
        return self.first <= ages[1] and ages[0] < self.end

    def overlaps(self, other: AgeBand) -> bool:
        """Say whether two bands share a day."""
        return self.first < other.end and other.first < self.end


def days_of_years(years: Decimal) -> int:
    """Return an age in years as days."""
    return round(years * _DAYS["y"])


def _days(number: str, unit: str) -> int:
    return round(Decimal(number) * _DAYS[unit])


ADULT_YEARS = 18
ADULT = AgeBand(days_of_years(Decimal(ADULT_YEARS)), OLDEST)
CHILD = AgeBand(0, ADULT.first)
