"""The analytes of ``rules/labs``: codes, names, units, what is plausible."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, Source, fold_unit, read_yaml, resource
from nlp_engine.labs.specimens import SpecimenFile, SpecimenWords

_OTHER_FILES = frozenset(
    {"units.yaml", "specimens.yaml", "results.yaml", "variation.yaml", "misfits.yaml", "quality.yaml"}
)
"""Files of ``rules/labs`` that hold no analytes."""


class Conversion(KnowledgeModel):
    """value in the canonical unit = value * factor + offset; ``source`` names a source of the file."""

    factor: Decimal
    offset: Decimal = Decimal(0)
    source: str | None = None

    @property
    def is_identity(self) -> bool:
        """Whether a number stays as it is."""
        return self.factor == 1 and self.offset == 0


class Limits(KnowledgeModel):
    """A low and a high limit, both included in what is plausible."""

    low: Decimal | None = None
    high: Decimal | None = None


class Analyte(KnowledgeModel):
    """One analyte; see the header of ``rules/labs/chemistry.yaml`` for the keys."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    code: str = Field(pattern=r"^\d{1,5}-\d$")
    codes: tuple[str, ...] = ()
    name: str
    plain: str
    synonyms: tuple[str, ...] = ()
    vital_synonyms: tuple[str, ...] = ()
    unit_synonyms: tuple[str, ...] = ()
    unit: str
    unit_optional: bool = False
    unit_by_value: bool = False
    unit_by_range: dict[str, Limits] = Field(default_factory=dict)
    specimen: str = "blood"
    molar_mass: Decimal | None = Field(default=None, gt=0)
    formula: str | None = None
    molar_source: str | None = None
    charge: int | None = Field(default=None, ge=1)
    units: dict[str, Decimal | Conversion] = Field(default_factory=dict)
    places: int
    plausible: Limits

    @model_validator(mode="after")
    def _ranges_apart(self) -> Self:
        ends = sorted((limits.low, limits.high) for limits in self.unit_by_range.values() if limits.low is not None)
        if any(low[1] is None or high[0] <= low[1] for low, high in pairwise(ends)):
            raise ValueError(f"{self.id}: the ranges of unit_by_range share numbers")
        if unknown := self.unit_by_range.keys() - {self.unit, *self.units}:
            raise ValueError(f"{self.id}: unit_by_range names units without a conversion: {', '.join(sorted(unknown))}")
        return self

    def conversion(self, unit: str) -> Conversion | None:
        """Return how a UCUM unit becomes the canonical one; None if it does not."""
        return self._conversions.get(unit)

    @cached_property
    def _conversions(self) -> dict[str, Conversion]:
        """The listed units and the analyte's own."""
        listed = {unit: Conversion(factor=one) if isinstance(one, Decimal) else one for unit, one in self.units.items()}
        return listed | {self.unit: Conversion(factor=Decimal(1))}

    def derived(self, unit: str) -> Conversion | None:
        """Return how a UCUM unit that ``units`` does not list becomes the canonical one, by dimension or molar mass."""
        from nlp_engine.labs.ucum import factor

        found = factor(unit, self.unit, self.molar_mass, self.charge)
        return None if found is None else Conversion(factor=found)

    def is_plausible(self, number: Decimal, comparator: str | None = None) -> bool:
        """Say whether a number in the canonical unit can be a result."""
        low, high = self.plausible.low, self.plausible.high
        too_low = low is not None and number < low and comparator not in ("<", "<=")
        too_high = high is not None and number > high and comparator not in (">", ">=")
        return not (too_low or too_high)


class AnalyteFile(KnowledgeModel):
    """One file of analytes; every source key that is used stands in ``sources``."""

    schema_version: Literal[1]
    about: str
    sources: dict[str, Source]
    conversion_source: str
    molar_source: str | None = None
    in_notes: bool = True
    analytes: tuple[Analyte, ...]

    @model_validator(mode="after")
    def _sources_known(self) -> Self:
        used = {self.conversion_source}
        for analyte in self.analytes:
            if analyte.molar_mass is not None:
                used.add(analyte.molar_source or self.molar_source or f"(none: {analyte.id} molar_mass)")
            used |= {c.source for c in analyte.units.values() if isinstance(c, Conversion) and c.source}
        if unknown := used - self.sources.keys():
            raise ValueError(f"no such source: {', '.join(sorted(unknown))}")
        return self


class UnitFile(KnowledgeModel):
    """``rules/labs/units.yaml``: UCUM unit -> its spellings."""

    schema_version: Literal[1]
    about: str
    units: dict[str, tuple[str, ...]]


class Catalogue(BaseModel):
    """All analytes with their sources, and the spellings of units."""

    model_config = ConfigDict(frozen=True)

    analytes: tuple[Analyte, ...]
    sources: dict[str, Source]
    spellings: dict[str, str]
    specimens: dict[str, SpecimenWords] = Field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path | None = None) -> Catalogue:
        """Read ``rules/labs``.

        Raises
        ------
        KnowledgeError
            If a file does not fit, a code stands twice, or a unit spelling has two meanings.
        """
        folder = folder or resource("rules") / "labs"
        files = [
            read_yaml(path, AnalyteFile) for path in sorted(folder.glob("*.yaml")) if path.name not in _OTHER_FILES
        ]
        sources: dict[str, Source] = {}
        for file in files:
            sources |= file.sources
        return cls(
            analytes=tuple(analyte for file in files for analyte in file.analytes),
            sources=sources,
            spellings=_spellings(read_yaml(folder / "units.yaml", UnitFile)),
            specimens=read_yaml(folder / "specimens.yaml", SpecimenFile).specimens,
        )

    @cached_property
    def by_code(self) -> dict[str, Analyte]:
        """LOINC, primary and equivalent -> analyte."""
        found: dict[str, Analyte] = {}
        for analyte in self.analytes:
            for code in (analyte.code, *analyte.codes):
                if code in found:
                    raise KnowledgeError("rules/labs", f"the code {code} stands at {found[code].id} and {analyte.id}")
                found[code] = analyte
        return found


def _spellings(file: UnitFile) -> dict[str, str]:
    found: dict[str, str] = {}
    for unit, spellings in file.units.items():
        for spelling in spellings:
            folded = fold_unit(spelling)
            if found.setdefault(folded, unit) != unit:
                raise KnowledgeError("units.yaml", f'the spelling "{spelling}" stands for {found[folded]} and {unit}')
    return found
