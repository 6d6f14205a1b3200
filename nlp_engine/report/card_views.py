"""Cards and conflicts for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nlp_engine.assessment import Assessment, Card, CardSource, Evidence, Finding, Indicator
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.views import CardView, EvidenceView, Link, SeenView, SourceView
from nlp_engine.report.words import listed

_SEEN = "Seen:"


def card_views(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[CardView, ...]:
    """Return the cards as they are read: critical ones, then conflicts, then the others as the rules sorted them.

    A conflict that no card covers (the rules were left out) gets a plain box of its own.
    """
    conflicts = {finding.concept: finding for finding in assessment.conflicts}
    covered = {card.concept for card in assessment.cards if card.is_conflict}
    cards = reading_order(assessment.cards)
    critical = sum(card.indicator is Indicator.CRITICAL for card in cards)
    open_conflicts = [finding for concept, finding in conflicts.items() if concept not in covered]
    shown: list[Card | Finding] = [*cards[:critical], *open_conflicts, *cards[critical:]]
    views = []
    for number, item in enumerate(shown, start=1):
        owner = Link(f"#card-{number}", f"{phrases.clinician['tag_card']} {number}")
        if isinstance(item, Card):
            conflict = conflicts.get(item.concept or "") if item.is_conflict else None
            views.append(_card(item, conflict, owner, tracer, phrases))
        else:
            views.append(_uncovered(item, owner, tracer, phrases))
    return tuple(views)


def reading_order(cards: Sequence[Card]) -> list[Card]:
    """Return critical cards first, then conflicts, then the others as the rules sorted them."""
    return sorted(cards, key=lambda card: (card.indicator is not Indicator.CRITICAL, not card.is_conflict))


def source_view(source: CardSource) -> SourceView:
    """Return a guideline for the page; an address is a link only when it is one of the web."""
    is_web = source.url is not None and source.url.startswith(("https://", "http://"))
    return SourceView(source.label, source.year, source.url if is_web else None)


def _card(card: Card, conflict: Finding | None, owner: Link, tracer: Tracer, phrases: Phrases) -> CardView:
    supporting, opposing = _sides(card, conflict, owner, tracer)
    shown = {piece.href for piece in supporting + opposing if piece.href}
    level = card.indicator.value
    return CardView(
        anchor=owner.href[1:],
        name=owner.text,
        concept=card.concept,
        level=level,
        symbol=phrases.symbol[level],
        word=phrases.indicator[level],
        is_conflict=card.is_conflict,
        summary=card.summary,
        why=_why(card.detail),
        seen=tuple(_short(seen) for seen in _seen(card, owner, tracer) if not _all_shown(seen, shown)),
        also=listed([f"{f.label}: {f.value}" for f in card.facts if f.value is not None and not f.evidence], phrases),
        not_known=listed([fact.label for fact in card.facts if fact.value is None], phrases),
        supporting=supporting,
        opposing=opposing,
        options=card.options,
        cannot_see=card.cannot_see,
        source=source_view(card.source),
        rule=phrases.clinician["rule"].format(rule=card.rule_id, version=card.rule_version),
    )


def _uncovered(finding: Finding, owner: Link, tracer: Tracer, phrases: Phrases) -> CardView:
    level = Indicator.WARNING.value
    return CardView(
        anchor=owner.href[1:],
        name=owner.text,
        concept=finding.concept,
        level=level,
        symbol=phrases.symbol[level],
        word=phrases.indicator[level],
        is_conflict=True,
        summary=uncovered_summary(finding, phrases),
        why=(),
        seen=(),
        also="",
        not_known="",
        supporting=tracer.views(finding.supporting, owner),
        opposing=tracer.views(finding.opposing, owner),
        options=(),
        cannot_see=(),
        source=None,
        rule="",
    )


def uncovered_summary(finding: Finding, phrases: Phrases) -> str:
    """Return the sentence of a conflict that no card covers."""
    return phrases.clinician["uncovered_conflict"].format(name=finding.name)


def _sides(
    card: Card, conflict: Finding | None, owner: Link, tracer: Tracer
) -> tuple[tuple[EvidenceView, ...], tuple[EvidenceView, ...]]:
    if conflict is None:
        return (), ()
    return tracer.views(conflict.supporting, owner), tracer.views(conflict.opposing, owner)


def _seen(card: Card, owner: Link, tracer: Tracer) -> list[SeenView]:
    """Return the known facts with their evidence, then the evidence that belongs to none of them."""
    seen = [
        SeenView(fact.label, fact.value, tracer.views(fact.evidence, owner, by_rule=True))
        for fact in card.facts
        if fact.value is not None and fact.evidence
    ]
    told = {piece for fact in card.facts for piece in fact.evidence}
    rest: Sequence[Evidence] = [piece for piece in card.evidence if piece not in told]
    return [*seen, *([SeenView("", "", tracer.views(rest, owner, by_rule=True))] if rest else [])]


def _all_shown(seen: SeenView, shown: set[str]) -> bool:
    """Say whether the two sides of a conflict show all this already, in their own words."""
    return bool(seen.evidence) and all(piece.href in shown for piece in seen.evidence)


def _short(seen: SeenView) -> SeenView:
    """Leave out a statement that says no more than the fact above it."""
    said = f"{seen.label} {seen.value}".casefold()
    evidence = (replace(e, statement="") if e.statement.casefold() == said else e for e in seen.evidence)
    return replace(seen, evidence=tuple(evidence))


def _why(detail: str) -> tuple[str, ...]:
    """Return the paragraphs of a card's detail; the list of what was seen is shown with its links instead."""
    paragraphs = [paragraph.strip() for paragraph in detail.split("\n\n")]
    return tuple(paragraph for paragraph in paragraphs if paragraph and not paragraph.startswith(_SEEN))
