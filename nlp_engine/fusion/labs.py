"""Evidence from laboratory results and vital signs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from nlp_engine.assessment import CRITICAL_FLAGS, HIGH_FLAGS, LOW_FLAGS, Evidence, EvidenceKind, Flag, LabResult
from nlp_engine.fusion.derived import CALCULATED
from nlp_engine.fusion.settings import Borderline, FusionSettings
from nlp_engine.fusion.statements import Says, Spoken, Statement, is_within
from nlp_engine.knowledge import Concept, ConceptLab
from nlp_engine.record import sort_time

_FLAG_WORDS = {
    Flag.NORMAL: "normal",
    Flag.LOW: "low",
    Flag.HIGH: "high",
    Flag.CRITICAL_LOW: "critically low",
    Flag.CRITICAL_HIGH: "critically high",
    Flag.ABNORMAL: "abnormal",
}


class ResultReader:
    """Turns results into statements about concepts.

    For each analyte of a concept the newest result inside its window decides. An abnormal one before a normal newest
    one is kept as evidence of its own. Several results at the newest time: an abnormal one decides.
    """

    def __init__(self, concepts: Mapping[str, Concept], settings: FusionSettings) -> None:
        self._concepts = {concept.id: concept for concept in concepts.values() if concept.labs}
        self._settings = settings

    def read(
        self, results: Sequence[LabResult], as_of: datetime | None, *, is_child: bool = False
    ) -> dict[str, Spoken]:
        """Return concept id -> what the results say; a child's are not measured by the limits of adults."""
        by_code: defaultdict[str, list[LabResult]] = defaultdict(list)
        for result in results:
            if result.code is not None and result.is_plausible:
                by_code[result.code].append(result)
        if not by_code:
            return {}
        return {
            concept.id: self._of_concept(concept, by_code, as_of, is_child=is_child)
            for concept in self._concepts.values()
        }

    def _of_concept(
        self, concept: Concept, by_code: Mapping[str, Sequence[LabResult]], as_of: datetime | None, *, is_child: bool
    ) -> Spoken:
        statements: dict[Statement, None] = {}
        usable: set[str] = set()
        for lab in concept.labs:
            if usable.intersection(lab.only_without) or (is_child and self._is_for_adults(lab)):
                continue
            found = [result for code in lab.codes for result in by_code.get(code, ())]
            judged = [
                (result, beyond)
                for result in found
                if is_within(result.time, as_of, lab.max_age_days) and (beyond := is_beyond(lab, result)) is not None
            ]
            usable |= {result.code for result, _ in judged if result.code is not None}
            statements |= dict.fromkeys(self._of_analyte(lab, judged))
        return Spoken(tuple(statements), bool(usable))

    def _is_for_adults(self, lab: ConceptLab) -> bool:
        adults = self._settings.adult_limits
        limit, codes = (lab.above, adults.above) if lab.above is not None else (lab.below, adults.below)
        return isinstance(limit, Decimal) and not codes.isdisjoint(lab.codes)

    def _of_analyte(self, lab: ConceptLab, judged: Sequence[tuple[LabResult, bool]]) -> list[Statement]:
        newest_time = max((sort_time(result.time) for result, _ in judged), default=0)
        newest = [(result, beyond) for result, beyond in judged if sort_time(result.time) == newest_time]
        abnormal = [result for result, beyond in newest if beyond]
        normal = [result for result, beyond in newest if not beyond]
        if lab.role == "supporting":
            return [self._statement(lab, Says.ADDS, _worst(lab, abnormal))] if abnormal else []
        statements = []
        if abnormal:
            statements.append(self._of_abnormal(lab, _worst(lab, abnormal)))
        elif earlier := [result for result, beyond in judged if beyond]:
            statements.append(self._statement(lab, Says.EARLIER, _worst(lab, earlier)))
        if lab.role == "defining" and normal:
            statements.append(self._statement(lab, Says.ABSENT, _worst(lab, normal)))
        return statements

    def _of_abnormal(self, lab: ConceptLab, result: LabResult) -> Statement:
        """Return what an abnormal result says: the farther beyond its interval, the more.

        A limit of a guideline defines the finding, the end of an interval does not: a little beyond it is possible.
        """
        weights, rules = self._settings.weights.result, self._settings.borderline
        far = how_far(lab, result, rules)
        weight = weights.just_beyond + (weights.defining - weights.just_beyond) * float(far)
        by_interval = "reference" in (lab.above, lab.below)
        says = Says.POSSIBLE if by_interval and far < rules.below else Says.PRESENT
        return Statement(says, result_evidence(lab, result, says), weight)

    def _statement(self, lab: ConceptLab, says: Says, result: LabResult) -> Statement:
        weights = self._settings.weights.result
        is_weak = says in {Says.ADDS, Says.EARLIER}
        return Statement(says, result_evidence(lab, result, says), weights.supporting if is_weak else weights.defining)


def is_beyond(lab: ConceptLab, result: LabResult) -> bool | None:
    """Say whether a result lies beyond the limit of a concept's analyte; None if that cannot be said.

    A limit in numbers needs the result in the same unit. For the result's own interval its flag decides; in another
    unit than the analyte's a flag can speak for the concept, never against it.
    """
    limit = lab.above if lab.above is not None else lab.below
    if isinstance(limit, Decimal):
        return _compare(lab, limit, result) if result.unit == lab.unit else None
    if result.flag is None or result.flag is Flag.ABNORMAL:
        return None
    if result.flag in (HIGH_FLAGS if lab.above is not None else LOW_FLAGS):
        return True
    return None if lab.unit is not None and result.unit != lab.unit else False


def how_far(lab: ConceptLab, result: LabResult, rules: Borderline) -> Decimal:
    """Return how far an abnormal result lies beyond its own interval: 0 at its end, 1 at the full distance or farther.

    With the analyte's ``full_weight_at`` the way from its limit to there is measured. 1 also where nothing can be: a
    critical result, a number with ``>``, or no interval.
    """
    is_above = lab.above is not None
    limit = lab.above if is_above else lab.below
    is_critical = result.flag in CRITICAL_FLAGS
    if lab.full_weight_at is not None and isinstance(limit, Decimal):
        end: Decimal | None = limit
        full = abs(lab.full_weight_at - limit)
    else:
        end = result.reference_high if is_above else result.reference_low
        full = _full_distance(result, rules, is_above=is_above)
    if result.value is None or result.comparator is not None or end is None or is_critical or not full:
        return Decimal(1)
    beyond = result.value - end if is_above else end - result.value
    return min(max(beyond / full, Decimal(0)), Decimal(1))


def _full_distance(result: LabResult, rules: Borderline, *, is_above: bool) -> Decimal:
    """Return the distance beyond its interval at which a result has its full weight, 0 without an interval."""
    low, high = result.reference_low, result.reference_high
    if low is not None and high is not None:
        return rules.full * abs(high - low)
    end = high if is_above else low
    multiple = rules.full_multiple_above if is_above else rules.full_multiple_below
    return Decimal(0) if end is None else abs(end * multiple - end)


def _compare(lab: ConceptLab, limit: Decimal, result: LabResult) -> bool | None:
    """Compare with a limit; ``<5`` against a limit of 2 is unknown."""
    value, comparator = result.value, result.comparator
    if value is None:
        return None
    is_above = lab.above is not None
    beyond = value > limit if is_above else value < limit
    if comparator is None:
        return beyond
    points_up = comparator in {">", ">="}
    if points_up == is_above:
        return True if beyond or (value == limit and comparator in {">", "<"}) else None
    return None if beyond else False


def result_evidence(lab: ConceptLab, result: LabResult, says: Says) -> Evidence:
    """Return a result as evidence, with the words a reader needs to check it."""
    return Evidence(
        kind=EvidenceKind.OBSERVATION,
        source_id=result.observation_id,
        statement=_words(lab, result, says),
        time=result.time,
        code=result.code,
        method=result.method,
        source=result.source,
    )


def _words(lab: ConceptLab, result: LabResult, says: Says) -> str:
    """Return e.g. ``potassium 6.7 mmol/L (high; interval 3.5-5.0)``."""
    number = result.text if result.value is None else f"{result.comparator or ''}{result.value:f}"
    unit = "" if result.unit is None or result.value is None else _plain_unit(result.unit)
    remarks = [_FLAG_WORDS[result.flag]] if result.flag is not None else []
    if says is Says.POSSIBLE:
        remarks = [f"slightly {words}" for words in remarks]
    remarks += [remark for remark in result.remarks if remark.startswith(CALCULATED)]
    remarks += [words for words in (_interval_words(result), _limit_words(lab, says)) if words]
    if says is Says.EARLIER:
        remarks.append("no longer so in the newest result")
    return f"{_plain_name(result.name)} {number}{unit}" + (f" ({'; '.join(remarks)})" if remarks else "")


def _interval_words(result: LabResult) -> str:
    low, high = result.reference_low, result.reference_high
    if low is not None and high is not None:
        return f"interval {low:f}-{high:f}"
    if high is not None:
        return f"interval up to {high:f}"
    return f"interval from {low:f}" if low is not None else ""


def _limit_words(lab: ConceptLab, says: Says) -> str:
    limit = lab.above if lab.above is not None else lab.below
    if not isinstance(limit, Decimal):
        return ""
    side = "above" if lab.above is not None else "below"
    return f"{'not ' if says is Says.ABSENT else ''}{side} {limit:f}"


def _plain_name(name: str) -> str:
    """Return an analyte's name inside a sentence: "potassium", but "HbA1c" and "D-dimer" as they are."""
    return name[:1].lower() + name[1:] if len(name) > 1 and name.split()[0].istitle() else name


def _plain_unit(unit: str) -> str:
    """Return a UCUM unit as people write it behind a number."""
    spoken = {"{INR}": "", "[pH]": "", "%": "%", "Cel": " °C", "mm[Hg]": " mmHg", "mL/min/{1.73_m2}": " mL/min/1.73 m²"}
    return spoken.get(unit, " " + unit.replace("10*3/uL", "×10³/µL").replace("10*6/uL", "×10⁶/µL"))


def _worst(lab: ConceptLab, results: Sequence[LabResult]) -> LabResult:
    """Return the result farthest beyond the limit; of equal ones the first by id, so that the order does not matter."""
    direction = -1 if lab.above is not None else 1

    def far(result: LabResult) -> tuple[Decimal, float, str]:
        return (direction * (result.value or Decimal(0)), -sort_time(result.time), result.observation_id)

    return min(results, key=far)
