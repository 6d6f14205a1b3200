"""What a series is made of: samples, a change between two of them, windows, rounding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, getcontext
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a series; ``position`` is its place in the list that it came from."""

    time: float
    value: Decimal
    position: int = 0

    def mirrored(self) -> Sample:
        """Return the sample with the other sign, so that a fall becomes a rise."""
        return Sample(self.time, -self.value, self.position)


@dataclass(frozen=True, slots=True)
class Change:
    """A derived number with the two samples that make it."""

    amount: Decimal
    first: Sample
    last: Sample

    def mirrored(self) -> Change:
        """Return the same change of the mirrored samples."""
        return Change(self.amount, self.first.mirrored(), self.last.mirrored())


def in_order(samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples in order of time; those of one moment keep their order."""
    return sorted(samples, key=attrgetter("time"))


def within(samples: Iterable[Sample], *, end: float, length: float) -> list[Sample]:
    """Return the samples of ``[end - length, end]`` in seconds, both ends included, in order of time."""
    return in_order(s for s in samples if end - length <= s.time <= end)


def newest(samples: Iterable[Sample]) -> Sample | None:
    """Return the newest sample, of several at one moment the one with the highest value; None of none."""
    return max(samples, key=attrgetter("time", "value"), default=None)


def rounded(value: Decimal, places: int) -> Decimal:
    """Round half up to ``places`` decimals; a number too large for any decimals (a typing error) stays as it is."""
    if value.adjusted() + places >= getcontext().prec:
        return value
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
