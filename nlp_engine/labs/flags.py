"""The flag of a number by an interval and by critical limits, joined with the flag that the table itself has.

The interval that came with a result counts first, then the site's, then the textbook's (`nlp_engine.labs.intervals`):
``benchmarks/labs.py`` measures how often each agrees with a real site's own flags.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from nlp_engine.assessment import CRITICAL_FLAGS, HIGH_FLAGS, LOW_FLAGS, Flag, severity_of
from nlp_engine.labs.values import Comparator

OWN = "came with the result"
_SOURCE_FLAGS = {
    "n": Flag.NORMAL, "normal": Flag.NORMAL, "l": Flag.LOW, "low": Flag.LOW, "h": Flag.HIGH, "high": Flag.HIGH,
    "ll": Flag.CRITICAL_LOW, "hh": Flag.CRITICAL_HIGH, "critical low": Flag.CRITICAL_LOW, "c": Flag.ABNORMAL,
    "critical high": Flag.CRITICAL_HIGH, "a": Flag.ABNORMAL, "abnormal": Flag.ABNORMAL, "aa": Flag.ABNORMAL,
    "*": Flag.ABNORMAL, "**": Flag.ABNORMAL, "+": Flag.HIGH, "critical": Flag.ABNORMAL,
    "h*": Flag.HIGH, "l*": Flag.LOW, "high critical": Flag.CRITICAL_HIGH, "low critical": Flag.CRITICAL_LOW,
    "hh*": Flag.CRITICAL_HIGH, "ll*": Flag.CRITICAL_LOW, "within range": Flag.NORMAL,
    "lo": Flag.LOW, "hi": Flag.HIGH, "panic": Flag.ABNORMAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """Low and high end of an interval, both normal, and whose interval it is."""

    low: Decimal | None
    high: Decimal | None
    source: str


def source_flag(cell: str | None) -> Flag | None:
    """Return the flag that a table's own flag cell means; None if empty or unknown."""
    return _SOURCE_FLAGS.get(cell.strip().casefold()) if cell else None


def own_bounds(low: Decimal | None, high: Decimal | None) -> tuple[Bounds | None, str | None]:
    """Return the interval that came with a result, or None, with the reason when it is of no use."""
    if low is None and high is None:
        return None, None
    if low is not None and high is not None and low > high:
        return None, "the interval that came with the result is upside down; it was not used"
    return Bounds(low, high, OWN), None


def interval_flag(number: Decimal, comparator: Comparator | None, bounds: Bounds) -> Flag | None:
    """Return N, L or H; None when a comparator leaves it open ("<10" with an interval of 5 to 12)."""
    low, high = bounds.low, bounds.high
    if comparator in (">", ">="):
        beyond = high is not None and (number > high or (number == high and comparator == ">"))
        return Flag.HIGH if beyond else _open_end(high is None, low is None or number >= low)
    if comparator in ("<", "<="):
        below = low is not None and (number < low or (number == low and comparator == "<"))
        return Flag.LOW if below else _open_end(low is None or low <= 0, high is None or number <= high)
    if low is not None and number < low:
        return Flag.LOW
    if high is not None and number > high:
        return Flag.HIGH
    return Flag.NORMAL


def critical_flag(number: Decimal, comparator: Comparator | None, limits: Bounds) -> Flag | None:
    """Return LL or HH when a number is at or beyond a critical limit."""
    if limits.high is not None and number >= limits.high and comparator not in ("<", "<="):
        return Flag.CRITICAL_HIGH
    if limits.low is not None and number <= limits.low and comparator not in (">", ">="):
        return Flag.CRITICAL_LOW
    return None


def _open_end(has_no_limit: bool, is_inside: bool) -> Flag | None:
    return Flag.NORMAL if has_no_limit and is_inside else None


def worst_flag(flags: Iterable[Flag | None]) -> Flag | None:
    """Return the gravest of some flags; None counts least."""
    return max(flags, key=severity_of, default=None)


def joined_flag(ours: Flag | None, theirs: Flag | None, *, own_interval: bool) -> tuple[Flag | None, str | None]:
    """Join our flag with the one in the table; the second part says where they disagree.

    The table's flag knows the laboratory's interval: it beats a textbook's and one learnt from such flags, not an
    interval that came with the result (``own_interval``). A critical result stays critical whoever said so.
    """
    if theirs is None or ours is None or ours is theirs:
        return ours or theirs, None
    if any({ours, theirs} <= side for side in (LOW_FLAGS, HIGH_FLAGS)) or (
        theirs is Flag.ABNORMAL and ours is not Flag.NORMAL
    ):
        return max(ours, theirs, key=severity_of), None
    if ours not in CRITICAL_FLAGS and theirs in CRITICAL_FLAGS:
        return theirs, f"the flag is the table's own; the interval used here would say {ours.value}"
    if own_interval or ours in CRITICAL_FLAGS:
        return ours, f"the table's own flag says {theirs.value}"
    return theirs, f"the flag is the table's own; the interval used here would say {ours.value}"
