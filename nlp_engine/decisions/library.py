"""All rules, facts, scores and drug classes, parsed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nlp_engine.decisions.drugs import DrugClasses
from nlp_engine.decisions.expression import Expression
from nlp_engine.decisions.facts import FactSpec, ScoreFact
from nlp_engine.decisions.rules import Advice, Rule, ScoreSpec

_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule with its parsed expressions; ``where`` is its file and id, for messages.

    ``relevant_when`` is an expression, or whether an unknown rule is always (True) or never (False) told.
    """

    rule: Rule
    when: Expression
    relevant_when: Expression | bool
    where: str


@dataclass(frozen=True)
class Library:
    """Everything under ``rules/`` that decisions need; ``conditions`` are the parsed expressions of condition facts."""

    facts: Mapping[str, FactSpec] = field(default_factory=dict)
    scores: Mapping[str, ScoreSpec] = field(default_factory=dict)
    rules: tuple[LoadedRule, ...] = ()
    conditions: Mapping[str, Expression] = field(default_factory=dict)
    drugs: DrugClasses = field(default_factory=lambda: DrugClasses({}))
    conflict_card: Advice | None = None

    def label(self, name: str) -> str:
        """Return what a reader calls a fact."""
        return self.facts[name].label or name.replace("_", " ")

    def needs(self, name: str) -> tuple[str, ...]:
        """Return the facts that a fact is made from."""
        spec = self.facts[name]
        if name in self.conditions:
            return self.conditions[name].names
        if isinstance(spec, ScoreFact):
            return tuple(self.scores[spec.score].inputs.values())
        return spec.needs


def places(template: str) -> list[str]:
    """Return the names in braces of a sentence."""
    return _PLACE.findall(template)


def fill(template: str, words: Mapping[str, str]) -> str:
    """Put words into the braces of a sentence; it begins with a capital letter also where a drug's name begins it."""
    sentence = _PLACE.sub(lambda match: words[match[1]], template)
    return sentence[:1].upper() + sentence[1:]
