"""Fills `LabResult.change`: each result against the patient's previous comparable one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from nlp_engine.assessment import LabResult, ResultChange
from nlp_engine.labs.changes.variation import ChangeLimits, Variations
from nlp_engine.record import ObservationKind, sort_time
from nlp_engine.series import rounded

_HOUR = 3600
_DAY = 24 * _HOUR


def with_changes(results: Sequence[LabResult], variations: Variations) -> list[LabResult]:
    """Return the results, in their order, with the change since the previous one of the same analyte and unit.

    Of several results at the previous moment the one counts that is nearest: what follows is no smaller than said.
    A result without an earlier one within ``variations.max_days`` keeps no change.
    """
    changes: dict[int, ResultChange] = {}
    for code, series in _by_analyte(results).items():
        limits = variations.limits.get(code)
        before: list[LabResult] = []
        for _, moment in groupby(series, key=lambda place: sort_time(results[place].time)):
            now = list(moment)
            for place in now:
                if before and _apart(before[0], results[place]) <= variations.max_days * _DAY:
                    changes[place] = _change(before, results[place], limits)
            before = [results[place] for place in now]
    return [
        result.model_copy(update={"change": changes[place]}) if place in changes else result
        for place, result in enumerate(results)
    ]


def comparable(result: LabResult) -> bool:
    """Say whether a result can be compared over time: a laboratory's exact, plausible, dated number of an analyte."""
    return (
        result.kind is ObservationKind.LAB
        and result.code is not None
        and result.value is not None
        and result.comparator is None
        and result.time is not None
        and result.is_plausible
    )


def _by_analyte(results: Sequence[LabResult]) -> dict[str, list[int]]:
    """Return code -> places of its comparable results in order of time; a code in two units is in none."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    units: defaultdict[str, set[str | None]] = defaultdict(set)
    for place, result in enumerate(results):
        if comparable(result) and result.code is not None:
            found[result.code].append(place)
            units[result.code].add(result.unit)
    return {
        code: sorted(places, key=lambda place: sort_time(results[place].time))
        for code, places in found.items()
        if len(units[code]) == 1
    }


def _change(before: Iterable[LabResult], result: LabResult, limits: ChangeLimits | None) -> ResultChange:
    value = _number(result)
    previous = min(before, key=lambda one: abs(value - _number(one)))
    first = _number(previous)
    amount = value - first
    percent = amount / first * 100 if first > 0 else None
    limit = None if limits is None or percent is None or not amount else limits.rise if amount > 0 else limits.fall
    return ResultChange(
        previous_id=previous.observation_id,
        hours=rounded(Decimal(_apart(previous, result)) / _HOUR, 1),
        amount=amount,
        percent=None if percent is None else rounded(percent, 1),
        limit=limit,
        exceeds=_exceeds(amount, percent, limit, limits, step=max(_step(first), _step(value))),
        source="" if limits is None else limits.source,
    )


def _exceeds(
    amount: Decimal, percent: Decimal | None, limit: Decimal | None, limits: ChangeLimits | None, *, step: Decimal
) -> bool | None:
    """Say whether a change is beyond its limit; one step of the last decimal is rounding and never is."""
    if limits is None or percent is None:
        return None
    return limit is not None and abs(percent) > limit and abs(amount) > step


def _number(result: LabResult) -> Decimal:
    return result.value if result.value is not None else Decimal(0)


def _step(value: Decimal) -> Decimal:
    """Return one unit of the last decimal that a number is given with."""
    return Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))


def _apart(first: LabResult, last: LabResult) -> float:
    return sort_time(last.time) - sort_time(first.time)
