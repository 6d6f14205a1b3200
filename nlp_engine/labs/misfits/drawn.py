"""Results of one patient grouped into samples: what was measured at one time, and what was measured before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nlp_engine.assessment import LabResult
from nlp_engine.labs.catalogue import Analyte
from nlp_engine.record import ObservationKind, sort_time

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """One sample: analyte -> its result; ``odd`` are results of a size that cannot be."""

    time: float
    results: Mapping[str, LabResult]
    odd: Mapping[str, LabResult]


@dataclass(frozen=True, slots=True)
class History:
    """The numbers of a patient so far, each analyte's in order of time."""

    results: defaultdict[str, list[LabResult]] = field(default_factory=lambda: defaultdict(list))

    def add(self, results: Mapping[str, LabResult]) -> None:
        """Take in the results of a sample."""
        for name, result in results.items():
            self.results[name].append(result)

    def since(self, time: float, max_days: int, names: Iterable[str]) -> dict[str, list[LabResult]]:
        """Return analyte -> its results of at most ``max_days`` before ``time``, oldest first; only of ``names``."""
        oldest = time - max_days * _DAY
        recent = {name: _newest(self.results[name], oldest) for name in names if name in self.results}
        return {name: results for name, results in recent.items() if results}


def _newest(results: Sequence[LabResult], oldest: float) -> list[LabResult]:
    found = []
    for result in reversed(results):
        if sort_time(result.time) < oldest:
            break
        found.append(result)
    return found[::-1]


def number(result: LabResult) -> float:
    """Return the number of a result that has one."""
    return float(result.value) if result.value is not None else float("nan")


def drawn_samples(results: Iterable[LabResult], analytes: Mapping[str, Analyte]) -> list[Drawn]:
    """Return the samples of a patient's results, in order of time.

    Only exact, dated laboratory numbers in the analyte's own unit count; of two numbers of an analyte at one time,
    none does.
    """
    by_code = {analyte.code: analyte for analyte in analytes.values()}
    moments: defaultdict[float, dict[str, list[LabResult]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        analyte = by_code.get(result.code or "")
        if analyte is not None and _counts(result) and result.unit == analyte.unit:
            moments[sort_time(result.time)][analyte.id].append(result)
    return [_drawn(time, moments[time]) for time in sorted(moments)]


def _drawn(time: float, found: Mapping[str, list[LabResult]]) -> Drawn:
    single = {name: results[0] for name, results in found.items() if len({one.value for one in results}) == 1}
    fit = {name: result for name, result in single.items() if result.is_plausible}
    return Drawn(time, fit, {name: result for name, result in single.items() if name not in fit})


def _counts(result: LabResult) -> bool:
    is_exact = result.value is not None and result.comparator is None
    return result.kind is ObservationKind.LAB and is_exact and result.time is not None
