"""Results of one patient grouped into samples: what was measured at one time, and what was measured before."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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


class History:
    """The results of a patient so far, each analyte's in order of time."""

    def __init__(self) -> None:
        self._results: defaultdict[str, list[LabResult]] = defaultdict(list)
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        self._numbers: defaultdict[str, list[float]] = defaultdict(list)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing."""
        return not self._results

    def add(self, sample: Drawn) -> None:
        """Take in a sample that is no older than the others, without its odd results."""
        for name, result in sample.results.items():
            self._results[name].append(result)
            self._times[name].append(sample.time)
            self._numbers[name].append(number(result))

    def since(self, time: float, max_days: int, names: Iterable[str], *, newest: bool) -> dict[str, list[float]]:
        """Return analyte -> its numbers of at most ``max_days`` before ``time``, oldest first, or the newest only."""
        oldest = time - max_days * _DAY
        found = {}
        for name in names:
            times = self._times.get(name)
            if times and times[-1] >= oldest:
                numbers = self._numbers[name]
                found[name] = numbers[-1:] if newest else numbers[bisect_left(times, oldest) :]
        return found

    def latest(self, name: str) -> LabResult:
        """Return the newest result of an analyte that it holds."""
        return self._results[name][-1]


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
