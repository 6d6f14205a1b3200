"""The patterns of ``rules/labs/misfits.yaml``."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, Source, did_you_mean, read_yaml, resource
from nlp_engine.labs.catalogue import Analyte, Catalogue

Amounts = dict[str, float]


class Example(KnowledgeModel):
    """A sample in a few numbers, what was measured before, and what the pattern must do."""

    now: Amounts
    before: Amounts = Field(default_factory=dict)
    expect: Literal["fires", "silent"]


class Pattern(KnowledgeModel):
    """What every pattern has; ``max_days`` is how far back a result counts as one before."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str
    sentence: str
    max_days: int = Field(ge=1)
    cannot_see: tuple[str, ...] = Field(min_length=1)
    source: Source
    tests: tuple[Example, ...] = Field(min_length=2)

    @property
    @abstractmethod
    def named(self) -> tuple[str, ...]:
        """The analytes that it looks at."""

    @property
    @abstractmethod
    def needed(self) -> int:
        """How many of them must have been measured."""


class Sign(KnowledgeModel):
    """One condition: a value beyond a limit now, or a change in percent since before; all that are given hold."""

    analyte: str
    above: float | None = None
    below: float | None = None
    rises: float | None = None
    falls: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set & {"above", "below", "rises", "falls"}:
            raise ValueError("a sign needs above, below, rises or falls")
        return self


class Signs(Pattern):
    """All of ``all_of`` hold, and ``least`` of ``any_of``."""

    kind: Literal["signs"]
    all_of: tuple[Sign, ...] = Field(min_length=1)
    any_of: tuple[Sign, ...] = ()
    least: int = Field(default=0, ge=0)

    @property
    def named(self) -> tuple[str, ...]:
        """The analytes that it looks at."""
        return tuple(dict.fromkeys(sign.analyte for sign in (*self.all_of, *self.any_of)))

    @property
    def needed(self) -> int:
        """How many of them must have been measured."""
        return len(self.all_of)


class Fluid(Pattern):
    """The sample looks like the one before mixed with a fluid of these ``contents``; ``diluted`` are not in it.

    Parameters
    ----------
    share
        Fraction of the sample that must be fluid at least.
    explained
        Fraction of all change that the mixture must explain.
    strength
        How many standard deviations the mixture must lie from no change.
    least
        Analytes that must have been measured before and now; those of ``must`` come on top.
    floor
        Smallest spread that counts, in percent: a mixture is never exact.
    """

    kind: Literal["fluid"]
    contents: Amounts
    diluted: tuple[str, ...]
    must: tuple[str, ...] = ()
    floor: float = Field(ge=0)
    share: float = Field(gt=0, lt=1)
    explained: float = Field(gt=0, le=1)
    strength: float = Field(gt=0)
    least: int = Field(ge=2)

    @property
    def named(self) -> tuple[str, ...]:
        """The analytes that it looks at."""
        return tuple(dict.fromkeys((*self.contents, *self.diluted)))

    @property
    def needed(self) -> int:
        """How many of them must have been measured."""
        return self.least + len(self.must)


class Swap(Pattern):
    """The mean change of ``analytes``, each in its own standard deviations up to ``most``, reaches ``limit``."""

    kind: Literal["swap"]
    analytes: tuple[str, ...]
    most: float
    limit: float
    least: int = Field(ge=2)

    @property
    def named(self) -> tuple[str, ...]:
        """The analytes that it looks at."""
        return self.analytes

    @property
    def needed(self) -> int:
        """How many of them must have been measured."""
        return self.least


class Slip(Pattern):
    """A value is ten times, or a tenth of, the median of the patient's ``least`` or more values before.

    ``within``: how far from ten times, in percent, either way.
    """

    kind: Literal["slip"]
    analytes: tuple[str, ...]
    within: float
    least: int = Field(ge=1)

    @property
    def named(self) -> tuple[str, ...]:
        """The analytes that it looks at."""
        return self.analytes

    @property
    def needed(self) -> int:
        """How many of them must have been measured."""
        return 1


AnyPattern: TypeAlias = Annotated[Signs | Fluid | Swap | Slip, Field(discriminator="kind")]
"""A pattern of any kind, told apart by ``kind``."""


class MisfitFile(KnowledgeModel):
    """``rules/labs/misfits.yaml``; ``spreads`` are standard deviations of a patient's changes, in percent."""

    schema_version: Literal[1]
    about: str
    licence: str
    spreads_source: str
    spreads: Amounts
    patterns: tuple[AnyPattern, ...]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns in order of precedence, with the analytes they name."""

    patterns: tuple[AnyPattern, ...]
    spreads: dict[str, float]
    analytes: dict[str, Analyte]

    @property
    def slips(self) -> frozenset[str]:
        """Ids of the patterns that concern a single result."""
        return frozenset(pattern.id for pattern in self.patterns if isinstance(pattern, Slip))

    @classmethod
    def load(cls, catalogue: Catalogue, path: Path | None = None) -> Patterns:
        """Read ``rules/labs/misfits.yaml``.

        Raises
        ------
        KnowledgeError
            If the file does not fit, names an analyte that the catalogue does not have, or lacks a spread.
        """
        path = path or resource("rules") / "labs" / "misfits.yaml"
        file = read_yaml(path, MisfitFile)
        analytes = {analyte.id: analyte for analyte in catalogue.analytes}
        for name in (*file.spreads, *(name for pattern in file.patterns for name in pattern.named)):
            if name not in analytes:
                raise KnowledgeError(path.name, f'no analyte "{name}"{did_you_mean(name, list(analytes))}')
        for pattern in file.patterns:
            if not isinstance(pattern, Signs) and (missing := set(pattern.named) - file.spreads.keys()):
                raise KnowledgeError(path.name, f"{pattern.id}: no spread for {', '.join(sorted(missing))}")
        spreads = {name: percent / 100 for name, percent in file.spreads.items()}
        return cls(file.patterns, spreads, analytes)
