"""The one age and the one sex that the facts of a note tell, None where they contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from nlp_engine.assessment import PersonFact, PersonLabel

_PER_YEAR = {"a": Decimal(1), "mo": Decimal(12), "wk": Decimal(52), "d": Decimal(365)}
_PLACES = Decimal("0.01")


def told_age(people: Sequence[PersonFact]) -> PersonFact | None:
    """Return the first age, None if there is none or another is more than a year away from it."""
    ages = [fact for fact in people if fact.label is PersonLabel.AGE]
    years = [in_years(fact) for fact in ages]
    return ages[0] if ages and max(years) - min(years) <= 1 else None


def told_sex(people: Sequence[PersonFact]) -> PersonFact | None:
    """Return the first sex, None if there is none or another contradicts it."""
    sexes = [fact for fact in people if fact.label is PersonLabel.SEX]
    return sexes[0] if len({fact.word for fact in sexes}) == 1 else None


def in_years(age: PersonFact) -> Decimal:
    """Return an age in years."""
    return ((age.value or Decimal(0)) / _PER_YEAR[age.unit or "a"]).quantize(_PLACES).normalize()
