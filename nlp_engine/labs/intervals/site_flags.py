"""A site's flagged results -> its file of intervals: by analyte, adults and children apart, sexes apart if they differ.

Measured by ``benchmarks/labs.py`` on patients whose flags were not learnt from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp_engine.assessment import Flag
from nlp_engine.labs.catalogue import Analyte
from nlp_engine.labs.flags import Bounds, interval_flag
from nlp_engine.labs.intervals.ages import CHILD, days_of_years
from nlp_engine.labs.intervals.book import IntervalBook
from nlp_engine.labs.intervals.learning import Flagged, Learnt, learn_interval
from nlp_engine.labs.intervals.person import Person
from nlp_engine.labs.intervals.site import SiteFile, SiteRow
from nlp_engine.record import Sex

LEAST_RESULTS, LEAST_FLAGGED, LEAST_PATIENTS = 30, 3, 5
LEAST_AGREEMENT = 0.95
"""Below it the flags follow something else than one interval (another specimen, another age, a trend)."""
ENOUGH_BEYOND = 20
"""So many results outside the textbook's interval, none of all flagged: the site does not flag this test."""
LEAST_SAVED, LEAST_SAVED_SHARE = 3, 0.005
"""Sexes, and tests of one analyte, get an interval each only if that spares so many disagreements, and such a share."""
_ADULTS, _CHILDREN = "18y-", "0d-18y"
_TYPICAL_AGE = {_ADULTS: days_of_years(Decimal(50)), _CHILDREN: days_of_years(Decimal(8))}
"""Whose textbook interval decides what the flags of a band leave open."""
_ABOUT = (
    "Intervals learnt from a site's own flags: for each, the two ends at which it disagrees with the fewest of them. "
    "Check them with the laboratory before use; every row can be changed or removed."
)


@dataclass(frozen=True, slots=True)
class SeenResult:
    """A result in the analyte's own unit, with the site's flag; ``NORMAL`` where the site gave none.

    ``test`` is what the site calls it.
    """

    analyte: Analyte
    test: str
    patient_id: str
    person: Person
    number: Decimal
    flag: Flag


def learn_site_intervals(results: Iterable[SeenResult], book: IntervalBook) -> SiteFile:
    """Return the intervals that a site's flags imply, and why some analytes have none.

    Parameters
    ----------
    book
        The textbook decides what the flags leave open.
    """
    groups: dict[tuple[str, str], list[SeenResult]] = {}
    for result in results:
        ages = result.person.ages
        is_child = ages is not None and ages[0] < CHILD.end
        groups.setdefault((result.analyte.id, _CHILDREN if is_child else _ADULTS), []).append(result)
    parts = [part for (_, band), seen in sorted(groups.items()) for part in _by_test(_Part(seen, band), book)]
    return SiteFile(
        about=_ABOUT,
        intervals=tuple(_row(part) for part in parts if part.is_usable),
        not_flagged=tuple(_row(part) for part in parts if part.is_silent),
        not_learnt=tuple(_row(part) for part in parts if not part.is_usable and not part.is_silent),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Results of one analyte and one band of age, with what was learnt from them."""

    seen: Sequence[SeenResult]
    band: str
    test: str | None = None
    sex: Sex | None = None
    learnt: Learnt | None = None
    reason: str | None = None
    is_silent: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether an interval was learnt that agrees well enough."""
        learnt = self.learnt
        has_end = learnt is not None and (learnt.low is not None or learnt.high is not None)
        return has_end and learnt is not None and learnt.agreement >= LEAST_AGREEMENT

    @property
    def disagreeing(self) -> int:
        """On how many results it and the flags disagree."""
        return 0 if self.learnt is None else self.learnt.results - self.learnt.agreeing


def _by_test(whole: _Part, book: IntervalBook) -> list[_Part]:
    """Learn from all tests of an analyte together, or from each by itself where that fits clearly better."""
    together = _by_sex(whole, book)
    tests = sorted({one.test for one in whole.seen})
    if len(tests) == 1:
        return together
    apart = [
        part
        for test in tests
        for part in _by_sex(replace(whole, seen=[one for one in whole.seen if one.test == test], test=test), book)
    ]
    return apart if _is_better(apart, together) else together


def _by_sex(whole: _Part, book: IntervalBook) -> list[_Part]:
    """Learn from both sexes together, or from each by itself where that fits clearly better."""
    together = [_fitted(whole, book)]
    sexes = (Sex.FEMALE, Sex.MALE)
    apart = [
        _fitted(replace(whole, seen=[one for one in whole.seen if one.person.sex is sex], sex=sex), book)
        for sex in sexes
    ]
    return apart if _is_better(apart, together) else together


def _is_better(apart: Sequence[_Part], together: Sequence[_Part]) -> bool:
    """Say whether parts spare enough disagreements; each must be learnt by itself."""
    if not all(part.is_usable or part.is_silent for part in apart):
        return False
    if not all(part.is_usable or part.is_silent for part in together):
        return True
    saved = sum(part.disagreeing for part in together) - sum(part.disagreeing for part in apart)
    return saved >= max(LEAST_SAVED, LEAST_SAVED_SHARE * sum(len(part.seen) for part in together))


def _fitted(part: _Part, book: IntervalBook) -> _Part:
    """Return a part with what its flags imply."""
    flagged = sum(one.flag is not Flag.NORMAL for one in part.seen)
    patients = len({one.patient_id for one in part.seen})
    if len(part.seen) < LEAST_RESULTS or patients < LEAST_PATIENTS:
        return replace(part, reason=f"too few: {len(part.seen)} results of {patients} patients")
    if flagged == 0:
        return _silent(part, book)
    if flagged < LEAST_FLAGGED:
        return replace(part, reason=f"too few: {flagged} flagged results")
    if flagged == len(part.seen):
        return replace(part, reason="every result is flagged: the normal ones may not be in the table")
    learnt = _learnt(part, book)
    if learnt.agreement >= LEAST_AGREEMENT:
        return replace(part, learnt=learnt, reason="; ".join(learnt.notes) or None)
    ends = " to ".join("open" if end is None else f"{end:f}" for end in (learnt.low, learnt.high))
    return replace(
        part, learnt=learnt, reason=f"no interval fits: the best, {ends}, agrees with {learnt.agreement:.1%}"
    )


def _silent(part: _Part, book: IntervalBook) -> _Part:
    """Say of results without a flag whether the site flags this test at all."""
    textbook = _textbook(part, book)
    beyond = 0
    if textbook is not None:
        beyond = sum(interval_flag(one.number, None, textbook) is not Flag.NORMAL for one in part.seen)
    if beyond < ENOUGH_BEYOND:
        return replace(part, reason="no result is flagged: the site flags none, or all are normal")
    return replace(part, is_silent=True, reason=f"none is flagged, though {beyond} lie outside the textbook's interval")


def _textbook(part: _Part, book: IntervalBook) -> Bounds | None:
    """Return the textbook's interval for the people of a part."""
    person = Person(part.sex or Sex.UNKNOWN, age_days=_TYPICAL_AGE[part.band])
    return book.bounds(part.seen[0].analyte, person)[0]


def _learnt(part: _Part, book: IntervalBook) -> Learnt:
    return learn_interval([Flagged(one.number, one.flag) for one in part.seen], _textbook(part, book))


def _row(part: _Part) -> SiteRow:
    analyte = part.seen[0].analyte
    learnt = part.learnt
    return SiteRow(
        analyte=analyte.id,
        code=analyte.code,
        test=part.test,
        unit=analyte.unit,
        sex=part.sex,
        age=part.band,
        low=learnt.low if learnt and part.is_usable else None,
        high=learnt.high if learnt and part.is_usable else None,
        results=len(part.seen),
        flagged=sum(one.flag is not Flag.NORMAL for one in part.seen),
        patients=len({one.patient_id for one in part.seen}),
        agreement=Decimal(f"{learnt.agreement:.4f}") if learnt else None,
        note=part.reason,
    )
