"""From a rule that fired to the card that a reader sees."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from nlp_engine.assessment import Card, CardSource, Evidence, EvidenceKind, FactValue, Finding
from nlp_engine.decisions.book import FactBook
from nlp_engine.decisions.library import Library, LoadedRule, fill, places
from nlp_engine.decisions.nodes import Verdict
from nlp_engine.decisions.rules import Advice
from nlp_engine.decisions.units import said

MAX_SUMMARY = 139
"""CDS Hooks asks for less than 140 characters; `check_rules` proves that no value makes a summary longer."""
_MAX_NAME = 45


def build_card(loaded: LoadedRule, verdict: Verdict, book: FactBook) -> Card:
    """Return the card of a rule that fired; ``verdict`` is that of its ``when``, with evidence."""
    rule = loaded.rule
    words = _words(rule, book)
    found = (fact_value(name, book) for name in dict.fromkeys([*loaded.when.names, *words]))
    # An exception that does not hold ("known to be on dialysis: no") has nothing to show and is left out.
    looked_at = tuple(fact for fact in found if fact.value is None or fact.evidence)
    seen = [f"- {fact.label}: {fact.value}" for fact in looked_at if fact.value is not None]
    evidence = book.evidence((*verdict.decisive, *words))
    return Card(
        id=f"card-{rule.id}",
        rule_id=rule.id,
        rule_version=rule.version,
        summary=fill(rule.summary, words),
        indicator=rule.indicator,
        detail="\n".join([fill(rule.why, words), "", "Seen:", *seen]),
        options=rule.options,
        plain=fill(rule.plain, words),
        plain_why=fill(rule.plain_why, words),
        concept=rule.concept,
        is_conflict=rule.conflict,
        facts=looked_at,
        evidence=evidence,
        cannot_see=(*rule.cannot_see, *_doubts(evidence, book)),
        source=CardSource(**rule.source.model_dump()),
    )


def _doubts(evidence: Sequence[Evidence], book: FactBook) -> list[str]:
    """Return a sentence for each result a card rests on whose sample does not fit the patient."""
    shown = {piece.source_id for piece in evidence if piece.kind is EvidenceKind.OBSERVATION}
    doubted = [result for result in book.sight.lab_results if result.observation_id in shown and result.doubts]
    return [f"Whether the sample is right: {result.name} {doubt}" for result in doubted for doubt in result.doubts]


def conflict_card(advice: Advice, finding: Finding) -> Card:
    """Return the card of a conflict that no rule covers."""
    name, plain = (shorten(text, _MAX_NAME, placeholder="…") for text in (finding.name, finding.plain))
    words = {"name": name, "plain": plain}
    sides = {"speaks for it": finding.supporting, "speaks against it": finding.opposing}
    facts = tuple(
        FactValue(
            name=f"{finding.concept}_{side.split()[1]}",
            label=side,
            value="; ".join(e.statement for e in evidence),
            evidence=evidence,
        )
        for side, evidence in sides.items()
    )
    seen = [f"- {fact.label}: {fact.value}" for fact in facts]
    return Card(
        id=f"card-conflict-{finding.concept}",
        rule_id="conflict",
        summary=fill(advice.summary, words),
        indicator=advice.indicator,
        detail="\n".join([fill(advice.why, words), "", "Seen:", *seen]),
        options=advice.options,
        plain=fill(advice.plain, words),
        plain_why=fill(advice.plain_why, words),
        concept=finding.concept,
        is_conflict=True,
        facts=facts,
        evidence=tuple(dict.fromkeys(finding.supporting + finding.opposing)),
        cannot_see=advice.cannot_see,
        source=CardSource(**advice.source.model_dump()),
    )


def fact_value(name: str, book: FactBook) -> FactValue:
    """Return a fact as the card shows it: label, value in words, evidence."""
    fact, spec = book.fact(name), book.library.facts[name]
    value = None if fact.value is None else said(fact.value, spec.said_unit)
    if fact.value is True and fact.words:
        value = f"yes ({fact.words})"
    return FactValue(name=name, label=book.library.label(name), value=value, evidence=fact.evidence)


def missing_label(name: str, book: FactBook) -> str:
    """Return what a reader is told about a fact that stands in the way."""
    problem = book.fact(name).problem
    return f"{book.library.label(name)} ({problem})" if problem else book.library.label(name)


def longest_summary(advice: Advice, library: Library) -> str:
    """Return the summary with the longest words that its facts can give."""
    longest = {name: max(library.facts[name].extremes(library.drugs), key=len) for name in places(advice.summary)}
    return fill(advice.summary, longest)


def _words(advice: Advice, book: FactBook) -> dict[str, str]:
    """Return the words for the braces of a card's sentences; a number stands without its unit."""
    templates = (advice.summary, advice.why, advice.plain, advice.plain_why)
    names = dict.fromkeys(name for template in templates for name in places(template))
    facts = {name: book.fact(name) for name in names}
    return {name: fact.words or said(fact.value) for name, fact in facts.items()}
