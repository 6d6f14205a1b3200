"""Values of facts and three-valued comparison: true, false, or unknown (None).

A lab says ``>60`` where its assay ends, and a score with a missing input is only known to lie between two numbers: both
are a `Range`. ``>60`` compared with 30 is certain, compared with 90 it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias

Comparison: TypeAlias = Literal["<", "<=", ">", ">=", "==", "!="]


class Kind(StrEnum):
    """What a fact or a part of an expression is."""

    NUMBER = "a number"
    TRUTH = "true or false"
    TEXT = "a word"


@dataclass(frozen=True, slots=True)
class Range:
    """A number known only to lie between two limits; an open limit is not itself possible. None is no limit."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def of(cls, value: Decimal, comparator: str | None) -> Decimal | Range:
        """Return ``value`` itself, or the range that ``comparator`` (``<``, ``<=``, ``>``, ``>=``) makes of it."""
        if comparator in {">", ">="}:
            return cls(low=value, low_open=comparator == ">")
        if comparator in {"<", "<="}:
            return cls(high=value, high_open=comparator == "<")
        return value

    @classmethod
    def spanning(cls, values: Iterable[Decimal | Range]) -> Range:
        """Return the smallest range that holds all of one or more numbers and ranges."""
        parts = [_as_range(value) for value in values]
        lows = [(part.low, part.low_open) for part in parts if part.low is not None]
        highs = [(part.high, not part.high_open) for part in parts if part.high is not None]
        low, low_open = min(lows) if len(lows) == len(parts) else (None, False)
        high, high_closed = max(highs) if len(highs) == len(parts) else (None, True)
        return cls(low, high, low_open, not high_closed)


Number: TypeAlias = Decimal | Range
Value: TypeAlias = bool | Decimal | Range | str | None


def all_of(values: Iterable[bool | None]) -> bool | None:
    """Return the Kleene conjunction: false beats unknown, unknown beats true; true if there are none."""
    seen = list(values)
    return False if False in seen else None if None in seen else True


def any_of(values: Iterable[bool | None]) -> bool | None:
    """Return the Kleene disjunction: true beats unknown, unknown beats false; false if there are none."""
    seen = list(values)
    return True if True in seen else None if None in seen else False


def negate(value: bool | None) -> bool | None:
    """Return the Kleene negation; unknown stays unknown."""
    return None if value is None else not value


def compare(operator: Comparison, left: Number | None, right: Number | None) -> bool | None:
    """Compare two numbers of which each may be unknown or a range; None where it cannot be said."""
    if left is None or right is None:
        return None
    a, b = _as_range(left), _as_range(right)
    if operator in {"==", "!="}:
        equal = _equal(a, b)
        return equal if operator == "==" else negate(equal)
    if operator == "<":
        return _less(a, b)
    if operator == ">":
        return _less(b, a)
    return negate(_less(b, a)) if operator == "<=" else negate(_less(a, b))


def _as_range(value: Number) -> Range:
    return value if isinstance(value, Range) else Range(low=value, high=value)


def _less(a: Range, b: Range) -> bool | None:
    """Say whether a number in ``a`` is less than one in ``b``: certainly, certainly not, or unknown."""
    if (
        a.high is not None
        and b.low is not None
        and (a.high < b.low or (a.high == b.low and (a.high_open or b.low_open)))
    ):
        return True
    if a.low is not None and b.high is not None and a.low >= b.high:
        return False
    return None


def _equal(a: Range, b: Range) -> bool | None:
    if _less(a, b) or _less(b, a):
        return False
    exact = a.low is not None and a.low == a.high == b.low == b.high
    return True if exact else None
