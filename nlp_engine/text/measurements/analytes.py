"""Names of analytes and vital signs as notes write them, their units, and what their values can be.

The names and limits of ``rules/labs`` are read here too, without what only the labs use of them; the labs check these
files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, did_you_mean, fold_unit, read_yaml, resource
from nlp_engine.record import ObservationKind
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import keys_of

_VITALS = "vitals.yaml"


class PlausibleRange(BaseModel):
    """What a value can be at all, in the analyte's own unit."""

    low: Decimal | None = None
    high: Decimal | None = None


class Scale(BaseModel):
    """How a number of one unit becomes one of another."""

    factor: Decimal
    offset: Decimal = Decimal(0)


class NamedAnalyte(BaseModel):
    """An analyte of ``rules/labs``, of which only names, units and limits are read here."""

    id: str
    code: str
    name: str
    synonyms: tuple[str, ...] = ()
    vital_synonyms: tuple[str, ...] = ()
    unit: str
    units: dict[str, Decimal | Scale] = Field(default_factory=dict)
    plausible: PlausibleRange


class AnalyteNameFile(BaseModel):
    """A file of ``rules/labs``, likewise; ``in_notes``: whether its names are looked for in notes."""

    in_notes: bool = True
    analytes: tuple[NamedAnalyte, ...] = ()


class UnitNameFile(BaseModel):
    """``rules/labs/units.yaml``, likewise."""

    units: dict[str, tuple[str, ...]]


class GeneralTest(KnowledgeModel):
    """A name that does not say which of some analytes is meant: "troponin"."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]


class NoteAnalyteFile(KnowledgeModel):
    """``rules/lexicons/measurements.yaml``; analytes are named by their id in ``rules/labs``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1]
    about: str
    names: dict[str, tuple[str, ...]]
    not_names: tuple[str, ...]
    left_out: tuple[str, ...]
    in_capitals: frozenset[str]
    in_company: frozenset[str]
    by_unit: frozenset[str]
    specimens: frozenset[str]
    other_specimens: frozenset[str]
    taps: frozenset[str]
    ventilator: frozenset[str]
    not_behind: frozenset[str]
    pressures: tuple[str, ...]
    panels: dict[str, tuple[str, ...]]
    targets: frozenset[str]
    not_with_comparator: frozenset[str]
    targets_behind: tuple[str, ...]
    other_times: tuple[str, ...]
    other_times_far: tuple[str, ...]
    earlier: tuple[str, ...]
    arrows: tuple[str, ...]
    back_arrows: tuple[str, ...]
    routes: frozenset[str]
    left_out_sections: frozenset[str]
    dated_sections: frozenset[str]
    no_comparison_sections: frozenset[str]
    glued: frozenset[str]
    without_code: tuple[GeneralTest, ...]
    in_words: frozenset[str]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Analyte:
    """What a name means; ``code`` is LOINC, None for a test of several kinds; limits are in its own unit."""

    id: str
    name: str
    code: str | None
    kind: ObservationKind
    unit: str
    units: frozenset[str]
    low: Decimal | None
    high: Decimal | None
    scales: tuple[Scale, ...] = ()

    def can_be(self, number: Decimal) -> bool:
        """Say whether a number in the analyte's own unit can be its value."""
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def can_be_in_any_unit(self, number: Decimal) -> bool:
        """Say whether a number without a unit can be its value in one of the units."""
        return self.can_be(number) or any(self.can_be(number * scale.factor + scale.offset) for scale in self.scales)


@dataclass(frozen=True)
class Analytes:
    """All names, looked up in the words of a note; an empty tuple hides a name that means something else."""

    file: NoteAnalyteFile
    by_id: Mapping[str, Analyte]
    names: PhraseTable[tuple[Analyte, ...]]
    spellings: Mapping[str, str]

    @classmethod
    def load(cls, rules: Path | None = None) -> Analytes:
        """Read the packaged rules, or those of another folder.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file does not fit, or an id is not that of an analyte.
        """
        folder = rules or resource("rules")
        file = read_yaml(folder / "lexicons" / "measurements.yaml", NoteAnalyteFile)
        by_id, named = {}, []
        for path in sorted((folder / "labs").glob("*.yaml")):
            if path.name != "units.yaml":
                kind = ObservationKind.VITAL if path.name == _VITALS else ObservationKind.LAB
                names = read_yaml(path, AnalyteNameFile)
                for entry in names.analytes if names.in_notes else ():
                    by_id[entry.id] = _analyte(entry, kind)
                    named.append(entry)
        _check(file, by_id)
        return cls(file, by_id, PhraseTable(_entries(file, by_id, named)), unit_spellings(folder))

    def ucum(self, written: str | None) -> str | None:
        """Return the UCUM unit of a written one, None if it is none that the labs know."""
        return None if written is None else self.spellings.get(fold_unit(written))


def unit_spellings(rules: Path | None = None) -> dict[str, str]:
    """Return folded spelling -> UCUM unit.

    Raises
    ------
    nlp_engine.errors.KnowledgeError
        If the file does not fit.
    """
    units = read_yaml((rules or resource("rules")) / "labs" / "units.yaml", UnitNameFile).units
    return {fold_unit(word): unit for unit, words in units.items() for word in (unit, *words)}


def _analyte(entry: NamedAnalyte, kind: ObservationKind) -> Analyte:
    units = frozenset({entry.unit, *entry.units})
    limits = entry.plausible
    scales = tuple(unit if isinstance(unit, Scale) else Scale(factor=unit) for unit in entry.units.values())
    return Analyte(entry.id, entry.name, entry.code, kind, entry.unit, units, limits.low, limits.high, scales)


def _entries(
    file: NoteAnalyteFile, by_id: Mapping[str, Analyte], named: Iterable[NamedAnalyte]
) -> Iterator[tuple[tuple[str, ...], tuple[Analyte, ...]]]:
    """Yield each name with what it can mean; those of ``file`` decide alone."""
    left_out = {keys_of(name) for name in file.left_out}
    for name in file.not_names:
        yield keys_of(name), ()
    for name in file.pressures:
        yield keys_of(name), (by_id["systolic_bp"], by_id["diastolic_bp"])
    for test in file.without_code:
        kinds = [by_id[kind] for kind in test.kinds]
        units = frozenset[str]().union(*(kind.units for kind in kinds))
        general = Analyte(test.names[0], test.names[0], None, ObservationKind.LAB, kinds[0].unit, units, None, None)
        yield from ((keys_of(name), (general,)) for name in test.names)
    for analyte, names in file.names.items():
        yield from ((keys_of(name), (by_id[analyte],)) for name in names)
    found: defaultdict[tuple[str, ...], list[Analyte]] = defaultdict(list)
    for entry in named:
        for name in dict.fromkeys((entry.name, entry.id.replace("_", " "), *entry.synonyms, *entry.vital_synonyms)):
            if by_id[entry.id] not in found[keys_of(name)]:
                found[keys_of(name)].append(by_id[entry.id])
    yield from ((name, tuple(meant)) for name, meant in found.items() if name not in left_out)


def _check(file: NoteAnalyteFile, by_id: Mapping[str, Analyte]) -> None:
    for analyte in (*file.names, *(part for parts in file.panels.values() for part in parts), *_kinds(file)):
        if analyte not in by_id:
            hint = did_you_mean(analyte, list(by_id))
            raise KnowledgeError("measurements.yaml", f'there is no analyte "{analyte}"{hint}')


def _kinds(file: NoteAnalyteFile) -> Iterator[str]:
    return (kind for test in file.without_code for kind in test.kinds)
