"""Walks through a patient's samples in order of time and tells those that do not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from nlp_engine.assessment import DOUBT, CardSource, LabResult, Misfit, MisfitPart
from nlp_engine.labs.misfits.drawn import Drawn, History, drawn_samples, number
from nlp_engine.labs.misfits.evaluate import Match, match
from nlp_engine.labs.misfits.patterns import AnyPattern, Patterns, Slip


def find_misfits(results: Iterable[LabResult], patterns: Patterns) -> tuple[Misfit, ...]:
    """Return the samples of one patient that do not fit, the oldest first."""
    watch = Watch(patterns)
    found: list[Misfit] = []
    for sample in drawn_samples(results, patterns.analytes):
        misfits = watch.misfits(sample)
        watch.take(sample, misfits)
        found += misfits
    return tuple(found)


def with_remarks(results: Sequence[LabResult], misfits: Iterable[Misfit]) -> list[LabResult]:
    """Return the results, in their order, each doubted one with a remark."""
    names: dict[str, list[str]] = {}
    for misfit in misfits:
        for one in misfit.observation_ids:
            names.setdefault(one, []).append(f"{DOUBT}: {misfit.name}?")
    return [
        result.model_copy(update={"remarks": (*result.remarks, *names[result.observation_id])})
        if result.observation_id in names
        else result
        for result in results
    ]


class Watch:
    """What is known of a patient's samples so far.

    A sample is compared with what came before it, without what was doubted. Where the sample before was doubted too,
    a pattern must speak against both: a second sample that agrees with a doubted one says that the change is real.
    """

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns
        self._accepted, self._doubted = History(), History()

    def misfits(self, sample: Drawn) -> list[Misfit]:
        """Return what does not fit in a sample: each slip, and the first other pattern that speaks."""
        slips = [misfit for pattern in self._patterns.patterns for misfit in self._slips(pattern, sample)]
        rest = _without(sample, slips)
        others = (self._misfit(pattern, rest) for pattern in self._patterns.patterns if not isinstance(pattern, Slip))
        first = next((misfit for misfit in others if misfit is not None), None)
        return slips if first is None else [*slips, first]

    def take(self, sample: Drawn, misfits: Sequence[Misfit]) -> None:
        """Take in a sample with what was found in it."""
        slips = [misfit for misfit in misfits if misfit.pattern in self._patterns.slips]
        rest = _without(sample, slips)
        if len(slips) == len(misfits):
            self._accepted.add(rest)
            self._doubted = History()
        else:
            self._doubted.add(rest)

    def _slips(self, pattern: AnyPattern, sample: Drawn) -> Iterator[Misfit]:
        if isinstance(pattern, Slip):
            everything = {**sample.results, **sample.odd}
            now = {name: number(result) for name, result in everything.items() if name in pattern.analytes}
            before = self._accepted.since(sample.time, pattern.max_days, now, newest=False)
            matched = match(pattern, now, before, self._patterns.spreads)
            for name in matched.weights if matched else ():
                yield self._told(pattern, everything, before, Match({name: 1.0}))

    def _misfit(self, pattern: AnyPattern, sample: Drawn) -> Misfit | None:
        results = {**sample.results, **sample.odd}
        now = {name: number(results[name]) for name in pattern.named if name in results}
        if len(now) < pattern.needed:
            return None
        before = self._accepted.since(sample.time, pattern.max_days, now, newest=True)
        matched = match(pattern, now, before, self._patterns.spreads)
        if matched is None or self._agrees_with_doubted(pattern, now, sample.time):
            return None
        return self._told(pattern, results, before, matched)

    def _agrees_with_doubted(self, pattern: AnyPattern, now: Mapping[str, float], time: float) -> bool:
        if self._doubted.is_empty:
            return False
        before = self._doubted.since(time, pattern.max_days, now, newest=True)
        return match(pattern, now, before, self._patterns.spreads) is None

    def _told(
        self, pattern: AnyPattern, results: Mapping[str, LabResult], before: Collection[str], matched: Match
    ) -> Misfit:
        whole = sum(matched.weights.values())
        ranked = sorted(matched.weights.items(), key=lambda item: -item[1])
        earlier = {name: self._accepted.latest(name) for name, _ in ranked if name in before}
        return Misfit(
            pattern=pattern.id,
            name=pattern.name,
            sentence=" ".join(part for part in (pattern.sentence, matched.detail) if part),
            time=results[ranked[0][0]].time,
            parts=tuple(_part(results[name], earlier.get(name), weight / whole) for name, weight in ranked),
            cannot_see=pattern.cannot_see,
            source=CardSource(**pattern.source.model_dump()),
        )


def _without(sample: Drawn, slips: Iterable[Misfit]) -> Drawn:
    slipped = {one for misfit in slips for one in misfit.observation_ids}
    kept, odd = (
        {name: result for name, result in part.items() if result.observation_id not in slipped}
        for part in (sample.results, sample.odd)
    )
    return Drawn(sample.time, kept, odd)


def _part(result: LabResult, earlier: LabResult | None, share: float) -> MisfitPart:
    unit = f" {result.unit}" if result.unit else ""
    before = "" if earlier is None or earlier.value is None else f" (before {earlier.value:f})"
    return MisfitPart(
        observation_id=result.observation_id,
        name=result.name,
        statement=f"{result.name} {result.value:f}{unit}{before}",
        share=round(share, 3),
    )
