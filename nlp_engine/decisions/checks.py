"""Checks of the rules that a clinician runs after a change: every example, every length, every reference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nlp_engine.decisions.book import example_book
from nlp_engine.decisions.cards import MAX_SUMMARY, longest_summary
from nlp_engine.decisions.expression import Expression
from nlp_engine.decisions.facts import FindingStatus, ImageFact, NoteAssertion, ObservationFact
from nlp_engine.decisions.library import Library, LoadedRule, places
from nlp_engine.decisions.loading import load_library
from nlp_engine.decisions.rules import Example, Rule
from nlp_engine.decisions.stage import judge_rule
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import Concept, did_you_mean, load_concepts, resource

_OUTCOMES = {True: "fires", False: "silent", None: "unknown"}
_LOINC = re.compile(r"\b\d{1,7}-\d\b")


def check_rules(folder: Path | None = None) -> list[str]:
    """Return what is wrong with the rules of a folder (the packaged ``rules/`` if None), a sentence each.

    A file that cannot be loaded is the only sentence; otherwise all problems are listed. An empty list is good.
    """
    root = folder or resource("rules")
    try:
        library = load_library(root)
        concepts = load_concepts(root / "concepts")
    except KnowledgeError as error:
        return [str(error)]
    if not library.rules:
        return [f"no rules were found in {root.name}/alerts"]
    problems = [problem for loaded in library.rules for problem in _rule_problems(library, loaded)]
    problems += _reference_problems(library, concepts, root)
    problems += _unused(library)
    return problems


def run_example(library: Library, loaded: LoadedRule, example: Example) -> str:
    """Return what a rule does with an example: ``fires``, ``silent`` or ``unknown``."""
    return _OUTCOMES[judge_rule(loaded, example_book(library, example.facts)).value]


def _rule_problems(library: Library, loaded: LoadedRule) -> Iterator[str]:
    rule, where = loaded.rule, loaded.where
    for number, example in enumerate(rule.tests, start=1):
        outcome = run_example(library, loaded, example)
        if outcome != example.expect:
            yield f"{where}: example {number} is {outcome}, expected {example.expect}"
    for needed in ("fires", "silent"):
        if needed not in {example.expect for example in rule.tests}:
            yield f"{where}: has no example that is {needed}"
    summary = longest_summary(rule, library)
    if len(summary) > MAX_SUMMARY:
        yield f"{where}: the summary can grow to {len(summary)} characters, {MAX_SUMMARY} are allowed"
    labels = Counter(library.label(name) for name in {*loaded.when.names, *_named(rule)})
    for label, times in labels.items():
        if times > 1:
            yield f'{where}: two of its facts have the label "{label}"'
    if "consider" not in rule.summary.lower():
        yield f'{where}: the summary must offer an option ("consider ...")'
    if not re.search(r"\b(doctor|care team|nurse)\b", rule.plain):
        yield f"{where}: the plain sentence must send the patient to a person (doctor, nurse or care team)"


def _named(rule: Rule) -> list[str]:
    return [name for template in (rule.summary, rule.why, rule.plain, rule.plain_why) for name in places(template)]


def _reference_problems(library: Library, concepts: dict[str, Concept], root: Path) -> Iterator[str]:
    codes = _analyte_codes(root / "labs")
    image_labels = {_folded(label) for concept in concepts.values() for label in concept.all_image_labels}
    for name, spec in library.facts.items():
        if isinstance(spec, ObservationFact) and codes:
            for code in spec.code:
                if code not in codes:
                    yield f'fact {name}: no analyte has the code "{code}"{did_you_mean(code, sorted(codes))}'
        if isinstance(spec, FindingStatus | NoteAssertion):
            for concept in spec.concepts:
                yield from _unknown_concept(f"fact {name}", concept, concepts)
        if isinstance(spec, ImageFact) and concepts:
            for label in spec.wanted_labels:
                if _folded(label) not in image_labels:
                    hint = did_you_mean(_folded(label), sorted(image_labels))
                    yield f'fact {name}: no concept has the image label "{label}"{hint}'
    for loaded in library.rules:
        if loaded.rule.concept is not None:
            yield from _unknown_concept(loaded.where, loaded.rule.concept, concepts)


def _folded(label: str) -> str:
    return label.lower().replace("_", " ")


def _unknown_concept(where: str, concept: str, concepts: dict[str, Concept]) -> Iterator[str]:
    if concept not in concepts:
        yield f'{where}: unknown concept "{concept}"{did_you_mean(concept, list(concepts))}'


def _unused(library: Library) -> Iterator[str]:
    used = {name for loaded in library.rules for name in loaded.when.names}
    relevant = [loaded.relevant_when for loaded in library.rules]
    used |= {name for gate in relevant if isinstance(gate, Expression) for name in gate.names}
    used |= {name for loaded in library.rules for name in places(loaded.rule.summary)}
    used |= {name for fact in library.facts for name in library.needs(fact)}
    used |= {name for score in library.scores.values() for name in score.inputs.values()}
    used |= {score.unless for score in library.scores.values() if score.unless is not None}
    for name in library.facts:
        if name not in used:
            yield f"fact {name}: no rule, score or fact uses it"


def _analyte_codes(folder: Path) -> set[str]:
    """Return the LOINC codes that the analyte files write down."""
    return {code for path in sorted(folder.glob("*.yaml")) for code in _LOINC.findall(path.read_text(encoding="utf-8"))}
