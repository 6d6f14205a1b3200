"""Reads ``rules/alerts``, ``rules/scores`` and ``rules/drugs`` into a `Library`, and refuses what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from nlp_engine.decisions.drugs import DrugClasses
from nlp_engine.decisions.expression import Expression, FactType, parse_expression
from nlp_engine.decisions.facts import Condition, FindingStatus, NewestOf, ScoreFact, Takes
from nlp_engine.decisions.library import Library, LoadedRule, places
from nlp_engine.decisions.rules import Rule, RuleFile, ScoreSpec
from nlp_engine.decisions.scores import CALCULATORS
from nlp_engine.decisions.values import Kind
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import did_you_mean, read_yaml, resource

FOLDERS = ("alerts", "scores")
NEVER = "never"
Entry = TypeVar("Entry")


def load_library(folder: Path | None = None) -> Library:
    """Read ``alerts/``, ``scores/`` and ``drugs/`` of ``folder`` (the packaged ``rules/`` if None).

    Raises
    ------
    KnowledgeError
        If a file does not fit, an expression is broken, or a name stands twice or is not declared.
    """
    root = folder or resource("rules")
    paths = [path for name in FOLDERS for path in sorted((root / name).glob("*.yaml"))]
    files = [(path.name, read_yaml(path, RuleFile)) for path in paths]
    facts = _joined((name, fact_name, fact) for name, file in files for fact_name, fact in file.facts.items())
    rules = _joined((name, rule.id, (name, rule)) for name, file in files for rule in file.rules)
    types = {name: fact.type for name, fact in facts.items()}
    library = Library(
        facts=facts,
        scores=_joined((name, score.id, score) for name, file in files for score in file.scores),
        rules=tuple(_loaded(file, rule, types) for file, rule in rules.values()),
        conditions={
            name: parse_expression(fact.when, types, where=f"fact {name}, when")
            for name, fact in facts.items()
            if isinstance(fact, Condition)
        },
        drugs=DrugClasses.load(root / "drugs"),
        conflict_card=next((file.conflict_card for _, file in files if file.conflict_card), None),
    )
    for name in library.facts:
        _check_fact(library, name)
    for score in library.scores.values():
        _check_score(library, score)
    for loaded in library.rules:
        _check_rule(library, loaded)
    return library


def _joined(entries: Iterable[tuple[str, str, Entry]]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for file, name, entry in entries:
        if name in found:
            raise KnowledgeError(file, f'"{name}" stands twice')
        found[name] = entry
    return found


def _loaded(file: str, rule: Rule, types: Mapping[str, FactType]) -> LoadedRule:
    where = f"{file}, rule {rule.id}"
    relevant: Expression | bool = rule.relevant_when is None
    if rule.relevant_when not in {None, NEVER}:
        relevant = parse_expression(str(rule.relevant_when), types, where=f"{where}, relevant_when")
    return LoadedRule(
        rule=rule,
        when=parse_expression(rule.when, types, where=f"{where}, when"),
        relevant_when=relevant,
        where=where,
    )


def _check_fact(library: Library, name: str) -> None:
    spec, where = library.facts[name], f"fact {name}"
    if isinstance(spec, Takes):
        for class_id in spec.drug_class:
            _known(class_id, library.drugs.classes, where, "drug class")
    if isinstance(spec, ScoreFact):
        _known(spec.score, library.scores, where, "score")
    if isinstance(spec, NewestOf):
        for needed in spec.facts:
            _known(needed, library.facts, where, "fact")
            if library.facts[needed].type.kind is not Kind.NUMBER or library.facts[needed].unit != spec.unit:
                raise KnowledgeError(where, f'"{needed}" is not a number in {spec.unit}')
    _check_no_circle(library, name)


def _check_no_circle(library: Library, name: str) -> None:
    waiting, seen = list(library.needs(name)), set[str]()
    while waiting:
        needed = waiting.pop()
        if needed == name:
            raise KnowledgeError(f"fact {name}", "is made from itself")
        if needed not in seen and needed in library.facts:
            seen.add(needed)
            waiting += library.needs(needed)


def _check_score(library: Library, score: ScoreSpec) -> None:
    where = f"score {score.id}"
    _known(score.calculator, CALCULATORS, where, "calculator")
    kinds = CALCULATORS[score.calculator].inputs
    if set(score.inputs) != set(kinds):
        raise KnowledgeError(where, f"its inputs are {', '.join(kinds)}")
    if score.unless is not None:
        _known(score.unless, library.facts, where, "fact")
        if library.facts[score.unless].type.kind is not Kind.TRUTH:
            raise KnowledgeError(where, f'"{score.unless}" is not true or false')
    for key, fact in score.inputs.items():
        _known(fact, library.facts, where, "fact")
        if library.facts[fact].type.kind is not kinds[key]:
            raise KnowledgeError(where, f'"{fact}" is not {kinds[key]}, as {key} must be')


def _check_rule(library: Library, loaded: LoadedRule) -> None:
    rule, where = loaded.rule, loaded.where
    for template in (rule.summary, rule.why, rule.plain, rule.plain_why):
        for name in places(template):
            _known(name, library.facts, where, "fact")
            spec = library.facts[name]
            if spec.type.kind is Kind.TRUTH and not isinstance(spec, Takes):
                raise KnowledgeError(where, f'"{{{name}}}" is true or false and cannot stand in a sentence')
            if isinstance(spec, FindingStatus) and len(spec.concept) > 1:
                raise KnowledgeError(where, f'"{{{name}}}" names several concepts and cannot stand in a sentence')
    rule_ids = [other.rule.id for other in library.rules]
    for other in rule.supersedes:
        _known(other, rule_ids, where, "rule")
    for example in rule.tests:
        for name, value in example.facts.items():
            _known(name, library.facts, where, "fact")
            _check_example_value(library.facts[name].type, name, value, where)


def _check_example_value(fact: FactType, name: str, value: object, where: str) -> None:
    kind = Kind.TRUTH if isinstance(value, bool) else Kind.TEXT if isinstance(value, str) else Kind.NUMBER
    if kind is not fact.kind:
        raise KnowledgeError(where, f'an example gives "{name}" {kind}, but it is {fact.kind}')
    if fact.choices is not None and value not in fact.choices:
        hint = did_you_mean(str(value), sorted(fact.choices))
        raise KnowledgeError(where, f'in an example, "{name}" is never "{value}"{hint}')


def _known(word: str, legal: Iterable[str], where: str, what: str) -> None:
    words = list(legal)
    if word not in words:
        raise KnowledgeError(where, f'unknown {what} "{word}"{did_you_mean(word, words)}')
