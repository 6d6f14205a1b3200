"""The files of ``rules/alerts`` and ``rules/scores``: what a rule, its examples and a calculator's entry look like."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from nlp_engine.assessment import Indicator
from nlp_engine.decisions.facts import AnyFact
from nlp_engine.decisions.values import Range
from nlp_engine.knowledge import KnowledgeModel, Source

_COMPARATOR = re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)?)")


def _example_value(value: object) -> bool | Decimal | Range | str:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return Decimal(str(value))
    if not isinstance(value, str):
        raise ValueError('a fact of an example is a number, true, false, a word, or a result like ">60"')
    match = _COMPARATOR.fullmatch(value)
    return Range.of(Decimal(match[2]), match[1]) if match else value


ExampleValue = Annotated[bool | Decimal | Range | str, PlainValidator(_example_value)]


class Example(KnowledgeModel):
    """A patient in a few facts, and what the rule must do; every fact that is not given is unknown."""

    facts: dict[str, ExampleValue] = Field(default_factory=dict)
    expect: Literal["fires", "silent", "unknown"]


class Advice(KnowledgeModel):
    """What a card says.

    ``summary`` and ``why`` may hold ``{fact}``. ``options`` are possibilities for the clinician. ``plain`` and
    ``plain_why`` say the same to a patient in everyday words. ``cannot_see`` lists what the rule does not know.
    """

    indicator: Indicator
    summary: str
    why: str
    options: tuple[str, ...] = ()
    plain: str
    plain_why: str = ""
    cannot_see: tuple[str, ...] = ()
    source: Source


class Rule(Advice):
    """One rule: fires when ``when`` is true.

    Parameters
    ----------
    relevant_when
        If the rule is unknown, it is reported as not assessed only when this is true; always, if not given; not, if it
        is ``never``. Results that are there and cannot be used (a wrong unit), and alone stand in the way, are always
        reported.
    concept
        What the rule is about, an id of ``rules/concepts``.
    conflict
        The card shows that the modalities disagree about ``concept``.
    supersedes
        Rules whose cards are left out when this one fires.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9.]+)*$")
    version: int = 1
    title: str
    when: str
    relevant_when: str | None = None
    concept: str | None = None
    conflict: bool = False
    supersedes: tuple[str, ...] = ()
    tests: tuple[Example, ...]

    @model_validator(mode="after")
    def _conflict_names_its_concept(self) -> Self:
        if self.conflict and self.concept is None:
            raise ValueError(f"rule {self.id}: a conflict needs its concept")
        return self


class ScoreSpec(KnowledgeModel):
    """A calculator with the facts that it reads; ``inputs`` maps the calculator's names to facts.

    The score is not shown where the fact ``unless`` is true: one for adults is none for a known child.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    calculator: str
    unit: str | None = None
    inputs: dict[str, str]
    unless: str | None = None
    source: Source


class RuleFile(KnowledgeModel):
    """One file of ``rules/alerts`` or ``rules/scores``; facts of all files share one set of names.

    ``conflict_card`` is the advice for any conflict that no rule covers; ``{name}`` and ``{plain}`` are the concept's.
    """

    schema_version: Literal[1]
    about: str
    facts: dict[str, AnyFact] = Field(default_factory=dict)
    scores: tuple[ScoreSpec, ...] = ()
    rules: tuple[Rule, ...] = ()
    conflict_card: Advice | None = None
