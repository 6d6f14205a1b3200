"""Facts, rules and scores applied to one patient: cards, scores, and what could not be assessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nlp_engine.assessment import (
    Card,
    Finding,
    ImageFinding,
    Indicator,
    LabResult,
    NoteExtraction,
    Score,
    Status,
    Unassessed,
)
from nlp_engine.decisions.book import FactBook
from nlp_engine.decisions.cards import build_card, conflict_card, missing_label
from nlp_engine.decisions.facts import Sight
from nlp_engine.decisions.library import Library, LoadedRule
from nlp_engine.decisions.loading import load_library
from nlp_engine.decisions.nodes import Verdict
from nlp_engine.record import PatientRecord

_URGENCY = (Indicator.CRITICAL, Indicator.WARNING, Indicator.INFO)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of one patient.

    ``cards`` are sorted: critical first, conflicts before other cards of the same urgency, then as the rules stand.
    """

    cards: tuple[Card, ...] = ()
    scores: tuple[Score, ...] = ()
    unassessed: tuple[Unassessed, ...] = ()


@dataclass(frozen=True)
class DecisionStage:
    """The rules, ready for use; holds no patient data."""

    library: Library

    @classmethod
    def load(cls, rules: Path | None = None) -> DecisionStage:
        """Read and check the rules.

        Parameters
        ----------
        rules
            A folder with ``alerts/``, ``scores/`` and ``drugs/``; the packaged ``rules/`` if None.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file is not usable.
        """
        return cls(load_library(rules))

    def decide(
        self,
        record: PatientRecord,
        *,
        extractions: Sequence[NoteExtraction] = (),
        lab_results: Sequence[LabResult] = (),
        image_findings: Sequence[ImageFinding] = (),
        findings: Sequence[Finding] = (),
        as_of: datetime | None = None,
    ) -> Decision:
        """Apply every rule to one patient.

        Parameters
        ----------
        as_of
            The time that counts as "now": windows end here, later things are not seen. The newest dated thing of the
            record if None.
        """
        now = as_of or record.latest_time()
        sight = Sight(record, now, extractions, lab_results, image_findings, findings)
        book = FactBook(self.library, sight)
        verdicts = [(loaded, judge_rule(loaded, book)) for loaded in self.library.rules]
        fired = [(loaded, verdict) for loaded, verdict in verdicts if verdict.value]
        unknown = [(loaded, verdict) for loaded, verdict in verdicts if verdict.value is None]
        superseded = {other for loaded, _ in fired for other in loaded.rule.supersedes}
        cards = [build_card(loaded, verdict, book) for loaded, verdict in fired if loaded.rule.id not in superseded]
        return Decision(
            cards=tuple(_sorted(cards + self._uncovered_conflicts(findings, cards))),
            scores=book.scores(),
            unassessed=tuple(_unassessed(unknown, superseded, book)),
        )

    def _uncovered_conflicts(self, findings: Sequence[Finding], cards: Sequence[Card]) -> list[Card]:
        covered = {card.concept for card in cards if card.is_conflict}
        advice = self.library.conflict_card
        conflicts = [f for f in findings if f.status is Status.CONFLICTING and f.concept not in covered]
        return [conflict_card(advice, finding) for finding in conflicts] if advice else []


def judge_rule(loaded: LoadedRule, book: FactBook) -> Verdict:
    """Evaluate a rule; one that is true without any evidence to show is unknown."""
    verdict = book.judge(loaded.when)
    if verdict.value and not book.evidence(verdict.decisive):
        return Verdict(None, missing=verdict.decisive)
    return verdict


def _unassessed(
    unknown: Sequence[tuple[LoadedRule, Verdict]], superseded: set[str], book: FactBook
) -> list[Unassessed]:
    """Return the unknown rules that could have mattered; of a family that supersedes one another the first only."""
    relevant = [(loaded, verdict) for loaded, verdict in unknown if _could_matter(loaded, verdict, book)]
    ids = {loaded.rule.id for loaded, _ in relevant}
    return [
        Unassessed(
            rule_id=loaded.rule.id,
            title=loaded.rule.title,
            missing=tuple(missing_label(name, book) for name in verdict.missing),
        )
        for loaded, verdict in relevant
        if loaded.rule.id not in superseded and not ids.intersection(loaded.rule.supersedes)
    ]


def _could_matter(loaded: LoadedRule, verdict: Verdict, book: FactBook) -> bool:
    if all(book.fact(name).unusable for name in verdict.missing):
        return True
    relevant = loaded.relevant_when
    return relevant if isinstance(relevant, bool) else book.judge(relevant).value is True


def _sorted(cards: Sequence[Card]) -> list[Card]:
    # sorted() keeps the order of the rules among equals.
    return sorted(cards, key=lambda card: (_URGENCY.index(card.indicator), not card.is_conflict))
