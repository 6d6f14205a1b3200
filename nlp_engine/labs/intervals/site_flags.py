"""A site's flagged results -> its file of intervals: by analyte, adults and children apart, sexes apart if they differ.

Measured by ``benchmarks/labs.py`` on patients whose flags were not learnt from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nlp_engine.assessment import Flag
from nlp_engine.labs.catalogue import Analyte
from nlp_engine.labs.intervals.ages import CHILD, days_of_years
from nlp_engine.labs.intervals.book import IntervalBook
from nlp_engine.labs.intervals.learning import Flagged, Learnt, learn_interval
from nlp_engine.labs.intervals.person import Person
from nlp_engine.labs.intervals.site import SiteFile, SiteRow
from nlp_engine.record import Sex

LEAST_RESULTS, LEAST_FLAGGED, LEAST_PATIENTS = 30, 3, 5
LEAST_AGREEMENT = 0.95
"""Below it the flags follow something else than one interval (another specimen, another age, a trend)."""
LEAST_SAVED, LEAST_SAVED_SHARE = 3, 0.005
"""The sexes get an interval each only if that spares so many disagreements, and so large a share of the results."""
_ADULTS, _CHILDREN = "18y-", "0d-18y"
_TYPICAL_AGE = {_ADULTS: days_of_years(Decimal(50)), _CHILDREN: days_of_years(Decimal(8))}
"""Whose textbook interval decides what the flags of a band leave open."""
_ABOUT = (
    "Intervals learnt from a site's own flags: for each, the two ends at which it disagrees with the fewest of them. "
    "Check them with the laboratory before use; every row can be changed or removed."
)


@dataclass(frozen=True, slots=True)
class SeenResult:
    """A result in the analyte's own unit, with the site's flag; ``NORMAL`` where the site gave none."""

    analyte: Analyte
    patient_id: str
    person: Person
    number: Decimal
    flag: Flag


def learn_site_intervals(results: Iterable[SeenResult], book: IntervalBook, *, site: str = "") -> SiteFile:
    """Return the intervals that a site's flags imply, and why some analytes have none.

    Parameters
    ----------
    book
        The textbook decides what the flags leave open.
    site
        The name that reports show.
    """
    groups: dict[tuple[str, str], list[SeenResult]] = {}
    for result in results:
        ages = result.person.ages
        is_child = ages is not None and ages[0] < CHILD.end
        groups.setdefault((result.analyte.id, _CHILDREN if is_child else _ADULTS), []).append(result)
    rows = [row for (_, band), seen in sorted(groups.items()) for row in _rows(seen, band, book)]
    return SiteFile(
        about=_ABOUT,
        site=site,
        intervals=tuple(row for row in rows if row.low is not None or row.high is not None),
        not_learnt=tuple(row for row in rows if row.low is None and row.high is None),
    )


def _rows(seen: Sequence[SeenResult], band: str, book: IntervalBook) -> list[SiteRow]:
    """Return one row for both sexes, or one each."""
    if reason := _too_few(seen):
        return [_row(seen, band, None, reason)]
    parts = {sex: [one for one in seen if one.person.sex is sex] for sex in (Sex.FEMALE, Sex.MALE)}
    if not any(map(_too_few, parts.values())):
        apart = {sex: _learnt(some, band, book) for sex, some in parts.items()}
        known = [one for some in parts.values() for one in some]
        together = _learnt(known, band, book)
        saved = sum(learnt.agreeing for learnt in apart.values()) - together.agreeing
        if saved >= max(LEAST_SAVED, LEAST_SAVED_SHARE * len(known)):
            return [_row(parts[sex], band, learnt, sex=sex) for sex, learnt in apart.items()]
    return [_row(seen, band, _learnt(seen, band, book))]


def _too_few(seen: Sequence[SeenResult]) -> str | None:
    """Return why nothing can be learnt from some results."""
    flagged = sum(one.flag is not Flag.NORMAL for one in seen)
    patients = len({one.patient_id for one in seen})
    if len(seen) < LEAST_RESULTS or patients < LEAST_PATIENTS:
        return f"too few: {len(seen)} results of {patients} patients"
    if flagged == 0:
        return "no result is flagged: the site flags none, or all are normal"
    if flagged < LEAST_FLAGGED:
        return f"only {flagged} results are flagged"
    if flagged == len(seen):
        return "every result is flagged: the normal ones may not be in the table"
    return None


def _learnt(seen: Sequence[SeenResult], band: str, book: IntervalBook) -> Learnt:
    """Return the interval of some results; the textbook's for the same people decides what flags leave open."""
    sexes = {one.person.sex for one in seen}
    typical = Person(sexes.pop() if len(sexes) == 1 else Sex.UNKNOWN, age_days=_TYPICAL_AGE[band])
    textbook, _ = book.bounds(seen[0].analyte, typical)
    return learn_interval([Flagged(one.number, one.flag) for one in seen], textbook)


def _row(
    seen: Sequence[SeenResult], band: str, learnt: Learnt | None, reason: str | None = None, *, sex: Sex | None = None
) -> SiteRow:
    analyte = seen[0].analyte
    low = high = agreement = None
    notes = [reason] if reason else []
    if learnt is not None:
        agreement = Decimal(f"{learnt.agreement:.4f}")
        if learnt.agreement < LEAST_AGREEMENT:
            notes.append(
                f"no interval fits: the best, {_end(learnt.low)} to {_end(learnt.high)}, agrees with {agreement:.1%}"
            )
        else:
            low, high = learnt.low, learnt.high
            notes += learnt.notes
    return SiteRow(
        analyte=analyte.id,
        code=analyte.code,
        unit=analyte.unit,
        sex=sex,
        age=band,
        low=low,
        high=high,
        results=len(seen),
        flagged=sum(one.flag is not Flag.NORMAL for one in seen),
        patients=len({one.patient_id for one in seen}),
        agreement=agreement,
        note="; ".join(notes) or None,
    )


def _end(end: Decimal | None) -> str:
    return "open" if end is None else f"{end:f}"
