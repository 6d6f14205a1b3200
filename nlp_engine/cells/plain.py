"""Cells that mean one plain thing: the end of an interval, a sex, an age, yes or no."""

from __future__ import annotations

import re
from decimal import Decimal

from nlp_engine.record import Sex

MAX_AGE = 130
"""Years; an age beyond is a typing error."""
NO_LIMIT = "is not one plain number and was left out; write 3.5"
"""Goes on after the name of a cell that is no end of an interval."""
MAX_WEEKS = 45
"""Of a pregnancy."""
_LIMIT = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)")
_THOUSANDS_OR_DECIMALS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_SEXES = {"f": Sex.FEMALE, "m": Sex.MALE, "o": Sex.OTHER, "u": Sex.UNKNOWN, **{sex.value: sex for sex in Sex}}
MISSING_WORDS = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "none", "?", ".", "-")
"""Cells of a table of features that mean that nothing is there."""
YES_WORDS, NO_WORDS = frozenset({"true", "yes", "y", "t"}), frozenset({"false", "no", "n", "f"})
"""In lower case."""
_TRUTHS = {**dict.fromkeys(YES_WORDS | {"1"}, True), **dict.fromkeys(NO_WORDS | {"0"}, False)}


def plain_limit(cell: str) -> Decimal | None:
    """Return the one number of a cell; None for anything else, and for ``1,234`` (1234 or 1.234?)."""
    if _LIMIT.fullmatch(cell) is None or _THOUSANDS_OR_DECIMALS.fullmatch(cell):
        return None
    return Decimal(cell.replace(",", "."))


def plain_sex(cell: str) -> Sex | None:
    """Return the sex that a cell names ("F", "female"), None when it names none."""
    return _SEXES.get(cell.strip().lower())


def plain_age(cell: str) -> Decimal | None:
    """Return an age in years, None for anything but a number from 0 to 130."""
    number = plain_limit(cell.strip())
    return number if number is not None and 0 <= number <= MAX_AGE else None


def plain_truth(cell: str) -> bool | None:
    """Return what a yes-or-no cell says, None when it says neither."""
    return _TRUTHS.get(cell.strip().lower())


def plain_weeks(cell: str) -> int | None:
    """Return the completed weeks of a pregnancy, None for anything but a whole number from 0 to 45."""
    number = plain_limit(cell.strip())
    if number is None or number != number.to_integral_value() or not 0 <= number <= MAX_WEEKS:
        return None
    return int(number)
