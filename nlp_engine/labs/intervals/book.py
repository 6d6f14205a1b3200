"""Which interval and which critical limits hold for a person: a site's own first, then the textbook's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import read_yaml_folder, resource
from nlp_engine.labs.catalogue import Analyte, Catalogue, Conversion
from nlp_engine.labs.flags import Bounds
from nlp_engine.labs.intervals.ages import ADULT, CHILD, AgeBand
from nlp_engine.labs.intervals.files import Band, Entry, IntervalFile, Trimester
from nlp_engine.labs.intervals.person import Person
from nlp_engine.labs.names import fold_name
from nlp_engine.labs.units import convert
from nlp_engine.record import Sex

_SECOND_TRIMESTER, _THIRD_TRIMESTER = 14, 28
_KEPT = 1 << 14
"""How many answers are remembered; a hospital has a few hundred tests and kinds of people."""
NOTHING_FOR_CHILDREN = "no reference interval for children is known here"
NOT_FLAGGED = "the site does not flag this test"
NOTHING_FOR_PREGNANCY = "no reference interval for pregnancy is known here"


@dataclass(frozen=True, slots=True)
class Limit:
    """One interval or one pair of critical limits in the analyte's own unit, for whom, and whose it is.

    Parameters
    ----------
    test
        For rows of this name only (`fold_name`): a site's chloride of a blood gas has limits of its own.
    is_flagged
        False where a site is known to flag nothing.
    """

    low: Decimal | None
    high: Decimal | None
    ages: AgeBand
    source: str
    sex: Sex | None = None
    trimester: Trimester | None = None
    test: str | None = None
    is_flagged: bool = True


@dataclass(frozen=True)
class Shelf:
    """Intervals and critical limits of one origin by the id of the analyte; ``holes`` say why ages are left out."""

    intervals: Mapping[str, Sequence[Limit]]
    critical: Mapping[str, Sequence[Limit]]
    holes: Mapping[str, tuple[AgeBand, str]]

    @classmethod
    def read(cls, folder: Path, analytes: Mapping[str, Analyte]) -> Shelf:
        """Read ``rules/labs/intervals``.

        Raises
        ------
        KnowledgeError
            If a file does not fit, names an unknown analyte, or a unit that cannot be converted.
        """
        intervals: dict[str, list[Limit]] = {}
        critical: dict[str, list[Limit]] = {}
        holes: dict[str, tuple[AgeBand, str]] = {}
        for file in read_yaml_folder(folder, IntervalFile):
            for entries, limits, is_inside in ((file.intervals, intervals, True), (file.critical, critical, False)):
                for entry in entries:
                    limits.setdefault(entry.analyte, []).extend(_limits(entry, file, analytes, is_inside=is_inside))
                    if entry.hole is not None:
                        holes[entry.analyte] = (entry.hole.ages, entry.hole.reason)
        return cls(intervals, critical, holes)


class IntervalBook:
    """The intervals and critical limits in use.

    Parameters
    ----------
    textbook
        What ``rules/labs/intervals`` says.
    site
        What the user's site says; where it knows an analyte for a person, the textbook is not asked.
    """

    def __init__(self, textbook: Shelf, site: Shelf | None = None) -> None:
        self._textbook = textbook
        self._site = site
        self._bounds_of = lru_cache(maxsize=_KEPT)(self._bounds)
        self._critical_of = lru_cache(maxsize=_KEPT)(self._critical)
        self._like_of = lru_cache(maxsize=_KEPT)(self._like)

    @classmethod
    def load(cls, catalogue: Catalogue, folder: Path | None = None, *, site: Shelf | None = None) -> IntervalBook:
        """Read ``rules/labs/intervals``."""
        analytes = {analyte.id: analyte for analyte in catalogue.analytes}
        return cls(Shelf.read(folder or resource("rules") / "labs" / "intervals", analytes), site)

    def bounds(self, analyte: Analyte, person: Person, name: str = "") -> tuple[Bounds | None, str | None]:
        """Return the interval that holds for a person, or None, with what is doubtful about it.

        Parameters
        ----------
        name
            What the row calls the test.
        """
        has_tests = self._site is not None and any(one.test for one in self._site.intervals.get(analyte.id, ()))
        return self._bounds_of(analyte.id, self.like(person), fold_name(name) if has_tests else "")

    def critical(self, analyte: Analyte, person: Person) -> Bounds | None:
        """Return the critical limits that hold for a person; those of adults where the age is not known."""
        return self._critical_of(analyte.id, self.like(person))

    def _bounds(self, analyte: str, person: Person, test: str) -> tuple[Bounds | None, str | None]:
        if self._site is not None:
            limits = _of_test(self._site.intervals.get(analyte, ()), test)
            found, remark = _chosen(limits, person)
            if found is not None:
                is_flagged = any(limit.is_flagged for limit in _for_age_and_sex(limits, person))
                return (found, remark) if is_flagged else (None, f"{NOT_FLAGGED} ({found.source})")
        listed = self._textbook.intervals.get(analyte, ())
        if not listed:
            return None, None
        hole, reason = self._textbook.holes.get(analyte, (None, ""))
        if hole is not None and person.ages is not None and hole.meets(person.ages):
            return None, f"no reference interval at this age: {reason}"
        found, remark = _chosen(listed, person)
        if found is None:
            remark = NOTHING_FOR_PREGNANCY if person.pregnant else NOTHING_FOR_CHILDREN
        return found, remark

    def _critical(self, analyte: str, person: Person) -> Bounds | None:
        for shelf in (self._site, self._textbook):
            if shelf is not None:
                fitting = _for_age_and_sex(shelf.critical.get(analyte, ()), person)
                if fitting:
                    # Of several that may hold the milder: what is critical by all of them is critical.
                    return _widest(fitting)
        return None

    def like(self, person: Person) -> Person:
        """Return one and the same person for all to whom the same limits apply: few, whatever the number of ages."""
        return self._like_of(person)

    def _like(self, person: Person) -> Person:
        if person.ages is None:
            return person
        first, last = (self._edges[bisect_right(self._edges, age) - 1] for age in person.ages)
        # A year that is known only as a whole may lie in two bands.
        return replace(person, age_days=first, age_years=None) if first == last else person

    @cached_property
    def _edges(self) -> list[int]:
        """The days at which one band of age ends and another begins, with birth."""
        edges = {0, CHILD.first, ADULT.first}
        for shelf in filter(None, (self._site, self._textbook)):
            for limits in (*shelf.intervals.values(), *shelf.critical.values()):
                edges |= {day for limit in limits for day in (limit.ages.first, limit.ages.end)}
            edges |= {day for ages, _ in shelf.holes.values() for day in (ages.first, ages.end)}
        return sorted(edges)


def trimester_of(weeks: int) -> Trimester:
    """Return the trimester of some completed weeks of pregnancy."""
    return 1 if weeks < _SECOND_TRIMESTER else 2 if weeks < _THIRD_TRIMESTER else 3


def _limits(entry: Entry, file: IntervalFile, analytes: Mapping[str, Analyte], *, is_inside: bool) -> Iterable[Limit]:
    if entry.analyte not in analytes:
        raise KnowledgeError("rules/labs/intervals", f'{file.about}: no analyte has the id "{entry.analyte}"')
    analyte = analytes[entry.analyte]
    for band in entry.bands:
        source = file.sources[band.source or entry.source]
        low, high = in_own_unit(analyte, band, entry.unit, is_inside=is_inside)
        yield Limit(low, high, band.ages, f"textbook: {source.label}, {source.year}", band.sex, band.trimester)


def in_own_unit(
    analyte: Analyte, band: Band, unit: str | None, *, is_inside: bool
) -> tuple[Decimal | None, Decimal | None]:
    """Return the ends of a band in the analyte's own unit.

    A converted end is rounded to the assay's places, but never so that a number which the source calls normal (or, for
    critical limits, critical) falls out: 2.10 mmol/L of calcium is 8.417 mg/dL, and 8.4 mg/dL is normal too.

    Raises
    ------
    KnowledgeError
        If the unit cannot be converted.
    """
    conversion = analyte.conversion(unit or analyte.unit) or analyte.derived(unit or analyte.unit)
    if conversion is None:
        raise KnowledgeError("intervals", f"{analyte.id}: the unit {unit} cannot be converted to {analyte.unit}")
    if conversion.is_identity:
        return band.low, band.high

    lows, highs = (_exact_and_rounded(end, conversion, analyte.places) for end in (band.low, band.high))
    if is_inside:
        return min(lows, default=None), max(highs, default=None)
    return max(lows, default=None), min(highs, default=None)


def _exact_and_rounded(number: Decimal | None, conversion: Conversion, places: int) -> list[Decimal]:
    if number is None:
        return []
    exact = convert(number, conversion, places)
    return [exact, round(exact, places)]


def _chosen(limits: Sequence[Limit], person: Person) -> tuple[Bounds | None, str | None]:
    """Return the interval for a person; the widest where several may hold, with the reason."""
    if person.pregnant:
        return _in_pregnancy([limit for limit in limits if limit.trimester is not None], person)
    fitting = _for_age_and_sex([limit for limit in limits if limit.trimester is None], person)
    if not fitting:
        return None, None
    remark = None
    if {limit.sex for limit in fitting} >= {Sex.FEMALE, Sex.MALE}:
        remark = "the sex is not known; the wider interval of both was used"
    elif person.ages is None:
        remark = "the age is not known; an adult's interval was used"
    elif len(fitting) > 1:
        remark = "the age is not known in days; the widest interval of these ages was used"
    return _widest(fitting), remark


def _of_test(limits: Sequence[Limit], test: str) -> Sequence[Limit]:
    """Return the limits for rows of a name where there are some, else those for all names."""
    return [limit for limit in limits if limit.test == test] or [limit for limit in limits if limit.test is None]


def _in_pregnancy(limits: Sequence[Limit], person: Person) -> tuple[Bounds | None, str | None]:
    if person.pregnancy_weeks is not None:
        limits = [limit for limit in limits if limit.trimester == trimester_of(person.pregnancy_weeks)]
        return (_widest(limits), None) if limits else (None, None)
    if not limits:
        return None, None
    return _widest(limits), "the week of pregnancy is not known; the widest interval of pregnancy was used"


def _for_age_and_sex(limits: Sequence[Limit], person: Person) -> list[Limit]:
    ages = person.ages or (ADULT.first, ADULT.end - 1)
    fitting = [limit for limit in limits if limit.ages.meets(ages)]
    return [limit for limit in fitting if limit.sex in (None, person.sex)] or fitting


def _widest(limits: Sequence[Limit]) -> Bounds:
    lows, highs = [limit.low for limit in limits], [limit.high for limit in limits]
    return Bounds(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
        limits[0].source,
    )
