"""Measures the patterns of samples that do not fit, on the MIMIC-III demo with injected errors.

Run ``python benchmarks/misfits.py [--development] [--spreads] [FOLDER]``. Half of the patients are for choosing limits
(``--development``), the other half is what counts. Every sample with six or more analytes that were also measured in
the seven days before is spoilt in turn, each time on its own, with what came before untouched:

- a glucose (5 %), saline (0.9 %) or Ringer infusion mixed in: ``(1 - f) * value + f * fluid``,
- potassium EDTA: its tube has 1.8 mg/mL (4.45 mmol/L of blood, 8.1 of plasma), two potassium each; calcium falls by
  what is bound one to one, or by an eighth of it, as measured at small amounts (J Appl Lab Med 4:925, 2019),
- haemolysis: potassium, LDH and AST rise as 0.886 : 350 : 29 (Sheerin, Lab Med, 2024),
- the sample of another patient of the same sex,
- a slip of the decimal point of one result.

"Found" is the share of spoilt samples of which the pattern in question speaks, "doubted" that of which any does. The
false alarms are of untouched samples; some of them may be real errors of the data.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from math import log
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

from labs import DEFAULT, records

from nlp_engine.assessment import NOT_PLAUSIBLE
from nlp_engine.labs import LabStage
from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.labs.misfits import Patterns
from nlp_engine.labs.misfits.drawn import Drawn, drawn_samples, number
from nlp_engine.labs.misfits.find import Watch
from nlp_engine.record import Sex

SEED = 1
WEEK = 7 * 86_400
LEAST = 6
FLUIDS = {
    "dextrose": ("glucose", {"glucose": 5000.0}),
    "saline": ("chloride", {"sodium": 154.0, "chloride": 154.0}),
    "ringer": ("creatinine", {"sodium": 130.0, "chloride": 109.0, "potassium": 4.0, "calcium": 5.4}),
}
"""Fluid -> an analyte that the sample must hold, and what is in the fluid."""
NOT_MIXED = frozenset({"mcv", "mch", "mchc", "rdw", "rdw_sd", "mpv"})
"""Sizes and contents of cells do not change with the fluid around them."""
EDTA_PLASMA, POTASSIUM_EACH, CALCIUM_MG = 8.1, 2, 4.008
HAEMOLYSIS = {"potassium": 0.886, "ldh": 350.0, "ast": 29.0}
SLIPS = "decimal-slip"


class Case(NamedTuple):
    """A patient's samples, in order of time."""

    sex: Sex
    samples: list[Drawn]


class Spoilt(NamedTuple):
    """A spoilt sample: what was done, the pattern that should speak, the sample."""

    name: str
    pattern: str
    sample: Drawn


def cases(folder: Path, analytes: Mapping[str, Analyte], *, development: bool) -> list[Case]:
    """Return the patients of one half; blood results only."""
    found, _ = records(folder, with_code=False)
    found.sort(key=lambda record: record.patient.id)
    Random(SEED).shuffle(found)
    half = len(found) // 2
    stage = LabStage.load()
    chosen = found[:half] if development else found[half:]
    blood = [
        (record.patient.sex, [one for one in stage.results(record, as_of=None) if one.source == "blood"])
        for record in chosen
    ]
    return [Case(sex, drawn_samples(results, analytes)) for sex, results in blood]


class Spoiler:
    """Spoils samples; the same way each time it is made."""

    def __init__(self, everybody: list[Case], analytes: Mapping[str, Analyte], patterns: Patterns) -> None:
        self._random = Random(SEED)
        self._analytes = analytes
        self._slips = next(one for one in patterns.patterns if one.id == SLIPS).named
        self._swaps = next(one for one in patterns.patterns if one.id == "swapped").named
        self._everybody = everybody

    def spoilt(self, case: Case, sample: Drawn, before: Mapping[str, list[float]]) -> Iterator[Spoilt]:
        """Yield the sample spoilt in every way that it can be."""
        for fluid, (key, contents) in FLUIDS.items():
            for share in (0.1, 0.2, 0.3) if key in sample.results.keys() & before.keys() else ():
                mixed = self._changed(sample, lambda n, v, c=contents, f=share: _mixed(n, v, c, f))
                yield Spoilt(f"{fluid} {share:.0%}", "dilution" if fluid == "ringer" else fluid, mixed)
        if {"potassium", "calcium"} <= sample.results.keys() & before.keys():
            for share in (0.05, 0.1, 0.2):
                for part, words in ((1.0, "all calcium bound"), (0.125, "an eighth of it")):
                    edta = self._changed(sample, lambda n, v, f=share, p=part: _with_edta(n, v, f, p))
                    yield Spoilt(f"EDTA {share:.0%}, {words}", "edta", edta)
        if HAEMOLYSIS.keys() <= sample.results.keys() & before.keys():
            for potassium in (0.9, 1.8):
                scale = potassium / HAEMOLYSIS["potassium"]
                broken = self._changed(sample, lambda n, v, s=scale: v + s * HAEMOLYSIS.get(n, 0.0))
                yield Spoilt(f"haemolysis, potassium +{potassium}", "haemolysis", broken)
        yield from self._swapped(case, sample, before)
        yield from self._slipped(sample, before)

    def _swapped(self, case: Case, sample: Drawn, before: Mapping[str, list[float]]) -> Iterator[Spoilt]:
        others = [one for one in self._everybody if one.sex is case.sex and one is not case and one.samples]
        for _ in range(20):
            other = self._random.choice(self._random.choice(others).samples).results
            both = other.keys() & sample.results.keys() & before.keys() & set(self._swaps)
            if len(both) >= LEAST:
                values = {name: number(other[name]) for name in other.keys() & sample.results.keys()}
                known = Drawn(sample.time, {n: r for n, r in sample.results.items() if n in values}, {})
                yield Spoilt("sample of another", "swapped", self._changed(known, lambda n, _, v=values: v[n]))
                return

    def _slipped(self, sample: Drawn, before: Mapping[str, list[float]]) -> Iterator[Spoilt]:
        can = sorted(name for name in sample.results if name in self._slips and len(before.get(name, ())) > 1)
        if can:
            name, times = self._random.choice(can), self._random.choice((10.0, 0.1))
            slipped = self._changed(sample, lambda n, v: v * times if n == name else v)
            yield Spoilt("decimal slip", SLIPS, slipped)

    def _changed(self, sample: Drawn, change: Callable[[str, float], float]) -> Drawn:
        results, odd = dict(sample.results), {}
        for name, result in sample.results.items():
            analyte = self._analytes[name]
            value = round(Decimal(change(name, number(result))), analyte.places)
            results[name] = result.model_copy(update={"value": value})
            if not analyte.is_plausible(value):
                odd[name] = results.pop(name).model_copy(update={"remarks": (NOT_PLAUSIBLE,)})
        return Drawn(sample.time, results, odd)


def _mixed(name: str, value: float, contents: Mapping[str, float], share: float) -> float:
    return value if name in NOT_MIXED else (1 - share) * value + share * contents.get(name, 0.0)


def _with_edta(name: str, value: float, share: float, part: float) -> float:
    edta = share * EDTA_PLASMA
    if name == "potassium":
        return value + POTASSIUM_EACH * edta
    return max(0.0, value - part * edta * CALCIUM_MG) if name == "calcium" else value


def before_of(samples: list[Drawn], place: int) -> dict[str, list[float]]:
    """Return analyte -> its numbers of the week before a sample."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for earlier in samples[:place]:
        if samples[place].time - earlier.time <= WEEK:
            for name, result in earlier.results.items():
                found[name].append(number(result))
    return found


def measure(everybody: list[Case], patterns: Patterns, analytes: Mapping[str, Analyte]) -> None:
    """Print false alarms of untouched samples and the share of spoilt ones that are found."""
    spoiler = Spoiler(everybody, analytes, patterns)
    alarms: Counter[str] = Counter()
    found: Counter[str] = Counter()
    doubted: Counter[str] = Counter()
    made: Counter[str] = Counter()
    samples = compared = alarmed = 0
    for case in everybody:
        watch = Watch(patterns)
        for place, sample in enumerate(case.samples):
            samples += 1
            before = before_of(case.samples, place)
            misfits = watch.misfits(sample)
            if len(sample.results.keys() & before.keys()) >= LEAST:
                compared += 1
                alarmed += bool(misfits)
                alarms.update(misfit.pattern for misfit in misfits)
                for spoilt in spoiler.spoilt(case, sample, before):
                    spoken = {misfit.pattern for misfit in watch.misfits(spoilt.sample)}
                    made[spoilt.name] += 1
                    found[spoilt.name] += spoilt.pattern in spoken
                    doubted[spoilt.name] += bool(spoken)
            watch.take(sample, misfits)
    print(f"{len(everybody)} patients, {samples} samples, {compared} compared with the week before")
    print(f"false alarms: {alarmed} of {compared} samples ({alarmed / compared:.1%})")
    for pattern, count in alarms.most_common():
        print(f"  {pattern:16} {count:4}  {count / compared:6.2%}")
    print(f"{'spoilt by':32} {'samples':>8} {'found':>7} {'doubted':>8}")
    for name, count in made.items():
        print(f"{name:32} {count:8} {found[name] / count:7.1%} {doubted[name] / count:8.1%}")


def print_spreads(everybody: list[Case], patterns: Patterns) -> None:
    """Print the robust standard deviation of each analyte's changes within a week, in percent."""
    logs: defaultdict[str, list[float]] = defaultdict(list)
    for case in everybody:
        last: dict[str, tuple[float, float]] = {}
        for sample in case.samples:
            for name, result in sample.results.items():
                if (
                    name in last
                    and sample.time - last[name][0] <= WEEK
                    and min(map(number, (result, last[name][1]))) > 0
                ):
                    logs[name].append(abs(log(number(result) / number(last[name][1]))))
                last[name] = (sample.time, result)
    for name in patterns.spreads:
        changes = logs[name]
        print(f"  {name:24} {len(changes):6} {148.26 * median(changes) if changes else 0:6.1f} %")


def main() -> None:
    """Print everything."""
    development = "--development" in sys.argv
    folders = [word for word in sys.argv[1:] if not word.startswith("--")]
    catalogue = Catalogue.load()
    patterns = Patterns.load(catalogue)
    everybody = cases(Path(folders[0]) if folders else DEFAULT, patterns.analytes, development=development)
    print("development half" if development else "held-back half")
    if "--spreads" in sys.argv:
        print_spreads(everybody, patterns)
    else:
        measure(everybody, patterns, patterns.analytes)


if __name__ == "__main__":
    main()
