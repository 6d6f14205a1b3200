"""The interval that a site's own flags imply: the two ends at which it disagrees with the fewest of them.

A flag may be plain ("abnormal"): whether it means low or high follows from the ends. The search is exact: among all
pairs of ends it finds the best in one pass over the sorted numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from itertools import accumulate

from nlp_engine.assessment import HIGH_FLAGS, LOW_FLAGS, Flag
from nlp_engine.labs.flags import Bounds, interval_flag


@dataclass(frozen=True, slots=True)
class Flagged:
    """A number with the flag that the site gave it; ``NORMAL`` where it gave none."""

    number: Decimal
    flag: Flag


@dataclass(frozen=True, slots=True)
class Learnt:
    """An interval learnt from flags.

    Parameters
    ----------
    agreeing
        On how many of the results it and the flags agree.
    notes
        What is not learnt about an end.
    """

    low: Decimal | None
    high: Decimal | None
    results: int
    flagged: int
    agreeing: int
    notes: tuple[str, ...] = ()

    @property
    def agreement(self) -> float:
        """The share of results on which it and the flags agree."""
        return self.agreeing / self.results if self.results else 0.0


def learn_interval(results: Sequence[Flagged], textbook: Bounds | None = None) -> Learnt:
    """Return the interval that disagrees with the fewest flags.

    Parameters
    ----------
    results
        At least one of them not flagged.
    textbook
        Decides where the flags leave an end open: inside a gap between the last normal and the first flagged number,
        and where nothing beyond an end was seen.
    """
    numbers = sorted({one.number for one in results})
    counts = _Counts.of(results, numbers)
    first, last = counts.best_pair()
    book = textbook or Bounds(None, None, "")
    low, low_note = _low_end(numbers, first, counts, book.low)
    high, high_note = _high_end(numbers, last, counts, book.high)
    bounds = Bounds(low, high, "")
    return Learnt(
        low,
        high,
        results=len(results),
        flagged=sum(one.flag is not Flag.NORMAL for one in results),
        agreeing=sum(agrees(interval_flag(one.number, None, bounds), one.flag) for one in results),
        notes=tuple(note for note in (low_note, high_note) if note),
    )


def agrees(ours: Flag | None, theirs: Flag) -> bool:
    """Say whether a flag of ours says what the site's says: normal, low, high, or just not normal."""
    if theirs is Flag.ABNORMAL:
        return ours not in (None, Flag.NORMAL)
    return any({ours, theirs} <= side for side in (LOW_FLAGS, HIGH_FLAGS, {Flag.NORMAL}))


@dataclass(frozen=True, slots=True)
class _Counts:
    """For each distinct number how many results disagree if it lies inside, below, or above the interval."""

    inside: tuple[int, ...]
    below: tuple[int, ...]
    above: tuple[int, ...]
    flagged: tuple[int, ...]

    @classmethod
    def of(cls, results: Iterable[Flagged], numbers: Sequence[Decimal]) -> _Counts:
        counted = Counter((one.number, one.flag) for one in results)

        def count(number: Decimal, flags: Iterable[Flag]) -> int:
            return sum(counted[number, flag] for flag in flags)

        rows = [
            (count(n, (Flag.NORMAL,)), count(n, (Flag.ABNORMAL,)), count(n, LOW_FLAGS), count(n, HIGH_FLAGS))
            for n in numbers
        ]
        return cls(
            inside=tuple(plain + low + high for _, plain, low, high in rows),
            below=tuple(normal + high for normal, _, _, high in rows),
            above=tuple(normal + low for normal, _, low, _ in rows),
            flagged=tuple(plain + low + high for _, plain, low, high in rows),
        )

    def best_pair(self) -> tuple[int, int]:
        """Return the positions of the lowest and the highest number inside; of equal ones the widest interval."""
        inside = [0, *accumulate(self.inside)]
        below = [0, *accumulate(self.below)]
        above = [*accumulate(reversed(self.above))][::-1] + [0]
        best: tuple[int, int, int] | None = None
        start, start_cost = 0, 0
        for last in range(len(self.inside)):
            # The cost of everything up to here if the interval begins at `last`, without what it has inside.
            cost = below[last] - inside[last]
            if cost < start_cost:
                start, start_cost = last, cost
            total = start_cost + inside[last + 1] + above[last + 1]
            if best is None or total <= best[0]:
                best = (total, start, last)
        return (best[1], best[2]) if best else (0, 0)


def _low_end(
    numbers: Sequence[Decimal], first: int, counts: _Counts, book: Decimal | None
) -> tuple[Decimal | None, str | None]:
    if not sum(counts.flagged[:first]):
        return _open_end(book, numbers[first], "low", min)
    outside, inside = numbers[first - 1], numbers[first]
    end = None if book is None else _rounded(book, numbers, ROUND_HALF_EVEN)
    if end is not None and outside < end <= inside:
        return end, None
    return min(inside, _rounded((outside + inside) / 2, numbers, ROUND_CEILING)), None


def _high_end(
    numbers: Sequence[Decimal], last: int, counts: _Counts, book: Decimal | None
) -> tuple[Decimal | None, str | None]:
    if not sum(counts.flagged[last + 1 :]):
        return _open_end(book, numbers[last], "high", max)
    inside, outside = numbers[last], numbers[last + 1]
    end = None if book is None else _rounded(book, numbers, ROUND_HALF_EVEN)
    if end is not None and inside <= end < outside:
        return end, None
    return max(inside, _rounded((outside + inside) / 2, numbers, ROUND_FLOOR)), None


def _open_end(
    book: Decimal | None, seen: Decimal, side: str, outer: Callable[[Decimal, Decimal], Decimal]
) -> tuple[Decimal | None, str | None]:
    """Return an end beyond which nothing is flagged: the wider of the textbook's and the outermost number seen."""
    if book is None:
        return None, None
    end = outer(book, seen)
    whose = "from the textbook" if end == book else "the outermost result"
    return end, f"{side} end {whose}: nothing beyond it is flagged"


def _rounded(end: Decimal, numbers: Sequence[Decimal], rounding: str) -> Decimal:
    """Return an end in the places that the results have."""
    places = max(max(-int(number.as_tuple().exponent), 0) for number in numbers)
    return end.quantize(Decimal(1).scaleb(-places), rounding)
