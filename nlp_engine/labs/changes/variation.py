"""Biological variation within a person, and the reference change values that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import exp, log, sqrt
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, Source, did_you_mean, read_yaml, resource
from nlp_engine.labs.catalogue import Catalogue

_TENTH = Decimal("0.1")


class Variation(KnowledgeModel):
    """One analyte: within-subject and analytical coefficient of variation in percent; see ``variation.yaml``."""

    analyte: str
    cvi: Decimal = Field(gt=0, lt=200)
    cva: Decimal | None = Field(default=None, gt=0, lt=200)
    source: str


class VariationFile(KnowledgeModel):
    """``rules/labs/variation.yaml``; every source key that is used stands in ``sources``."""

    schema_version: Literal[1]
    about: str
    licence: str
    z: Decimal = Field(gt=0)
    cva_share: Decimal = Field(gt=0)
    log_normal_from: Decimal
    max_days: int = Field(ge=1)
    sources: dict[str, Source]
    variations: tuple[Variation, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if unknown := {one.source for one in self.variations} - self.sources.keys():
            raise ValueError(f"no such source: {', '.join(sorted(unknown))}")
        names = [one.analyte for one in self.variations]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"stands twice: {', '.join(sorted(twice))}")
        return self


@dataclass(frozen=True, slots=True)
class ChangeLimits:
    """The reference change values of an analyte in percent of the earlier result; ``source`` is author and year."""

    rise: Decimal
    fall: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Variations:
    """LOINC -> reference change values, and how many days back a result is compared."""

    limits: dict[str, ChangeLimits]
    max_days: int

    @classmethod
    def load(cls, catalogue: Catalogue, path: Path | None = None) -> Variations:
        """Read ``rules/labs/variation.yaml``.

        Raises
        ------
        KnowledgeError
            If the file does not fit, or names an analyte that the catalogue does not have.
        """
        path = path or resource("rules") / "labs" / "variation.yaml"
        file = read_yaml(path, VariationFile)
        codes = {analyte.id: analyte.code for analyte in catalogue.analytes}
        for one in file.variations:
            if one.analyte not in codes:
                raise KnowledgeError(path.name, f'no analyte "{one.analyte}"{did_you_mean(one.analyte, list(codes))}')
        return cls({codes[one.analyte]: _limits(one, file) for one in file.variations}, file.max_days)


def _limits(one: Variation, file: VariationFile) -> ChangeLimits:
    source = file.sources[one.source]
    cva = one.cva if one.cva is not None else one.cvi * file.cva_share
    rise, fall = reference_change(one.cvi, cva, z=file.z, log_normal_from=file.log_normal_from)
    return ChangeLimits(rise, fall, f"{source.label.partition(',')[0]}, {source.year}")


def reference_change(cvi: Decimal, cva: Decimal, *, z: Decimal, log_normal_from: Decimal) -> tuple[Decimal, Decimal]:
    """Return the reference change value of a rise and of a fall, in percent, to one decimal.

    Parameters
    ----------
    cvi, cva
        Within-subject and analytical coefficient of variation, in percent.
    z
        1.96 for 95 of 100 pairs on both sides.
    log_normal_from
        Total variation in percent from which on the log-normal formula holds (Fokkema 2006, Clin Chem 52:1602); below
        it the symmetric one (Fraser and Harris 1989).
    """
    total = sqrt(float(cvi) ** 2 + float(cva) ** 2)
    spread = sqrt(2) * float(z)
    if total < log_normal_from:
        limit = _tenths(spread * total)
        return limit, limit
    sigma = sqrt(log(1 + (total / 100) ** 2))
    return _tenths(100 * (exp(spread * sigma) - 1)), _tenths(100 * (1 - exp(-spread * sigma)))


def _tenths(percent: float) -> Decimal:
    return Decimal(percent).quantize(_TENTH)
