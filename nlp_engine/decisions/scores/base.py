"""What every calculator gives, and the counting of criteria that several share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from nlp_engine.decisions.units import said
from nlp_engine.decisions.values import Comparison, Kind, Number, Range, Value, compare

Inputs: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Result:
    """A calculator's answer: a number, a range where inputs are missing, or None where nothing can be said.

    ``detail`` tells the parts in one line; ``missing`` names the inputs that were not known.
    """

    value: Number | None
    detail: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calculator:
    """A formula with the kinds of its inputs."""

    inputs: Mapping[str, Kind]
    calculate: Callable[[Inputs], Result]


def missing_inputs(inputs: Inputs, names: Mapping[str, Kind]) -> tuple[str, ...]:
    """Return the names of the inputs that are not known exactly."""
    return tuple(name for name in names if inputs.get(name) is None or isinstance(inputs.get(name), Range))


def holds(inputs: Inputs, name: str, sign: Comparison, limit: str) -> bool | None:
    """Compare one numeric input with a limit; unknown if it is not known."""
    value = inputs.get(name)
    return compare(sign, value, Decimal(limit)) if isinstance(value, Decimal | Range) else None


def count(criteria: Mapping[str, bool | None], *, missing: tuple[str, ...]) -> Result:
    """Count the criteria that are met.

    With criteria that could not be checked the count lies between those met and those met or unknown: a screen that is
    positive already is positive whatever the missing ones are.
    """
    met = sum(value is True for value in criteria.values())
    open_ = sum(value is None for value in criteria.values())
    detail = "; ".join(f"{name}: {said(value)}" for name, value in criteria.items())
    value = Range(Decimal(met), Decimal(met + open_)) if open_ else Decimal(met)
    return Result(value, detail, missing if open_ else ())
