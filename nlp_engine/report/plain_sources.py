"""Under each sentence of the patient's page: where it comes from, in everyday words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from nlp_engine.assessment import Assessment, Evidence, EvidenceKind, Finding, Presence, Status
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.plain_names import plain_label
from nlp_engine.report.quotes import is_normal_phrase
from nlp_engine.report.words import said_day, said_score, without_underscores

_MAX_SOURCES = 6
_MAX_OTHER_SIDE = 2
_SCORE_BEHIND = re.compile(r"\s+[<>]?[01](?:\.\d+)?(?:\s*\([^()]*\))?$")
"""The score, and the decision in brackets, at the end of a statement about a picture."""
_REMARK_BEHIND = re.compile(r"\s*\([^()]*\)$")
"""Flag, interval or formula in brackets at the end of a statement about a result; the clinician's page tells them."""
_DOUBTS = (Presence.POSSIBLE, Presence.CONDITIONAL, Presence.HYPOTHETICAL)


class PlainSources:
    """Says of evidence where it stands: date, test and value, or the quoted words."""

    def __init__(self, assessment: Assessment, phrases: Phrases) -> None:
        self._words = phrases.patient
        self._phrases = phrases
        self._labels = {finding.output_id: finding.label for finding in assessment.image_findings}

    def of(self, evidence: Iterable[Evidence]) -> tuple[str, ...]:
        """Return one line a piece of evidence; what would read alike once only."""
        return tuple(dict.fromkeys(self._line(piece) for piece in evidence))[:_MAX_SOURCES]

    def of_finding(self, finding: Finding) -> tuple[str, ...]:
        """Return the side that decided the finding, then the other one; both marked where there are two."""
        if not finding.supporting or not finding.opposing:
            return self.of((*finding.supporting, *finding.opposing))
        sides = [("side_for", finding.supporting), ("side_against", finding.opposing)]
        if finding.status is Status.ABSENT:
            sides.reverse()
        room = (_MAX_SOURCES - _MAX_OTHER_SIDE, _MAX_SOURCES // 2 if finding.status is Status.CONFLICTING else 2)
        return tuple(
            self._words[side].format(line=line)
            for (side, evidence), most in zip(sides, room, strict=True)
            for line in self.of(evidence)[:most]
        )

    def on(self, time: datetime | None) -> str:
        """Return " of 5 March 2026"; nothing where there is no time."""
        return self._words["on_date"].format(date=said_day(time, self._phrases)) if time else ""

    def _line(self, evidence: Evidence) -> str:
        words, date, statement = self._words, self.on(evidence.time), " ".join(evidence.statement.split())
        if evidence.kind is EvidenceKind.NOTE:
            return self._note_line(evidence, statement, date)
        if evidence.kind is EvidenceKind.OBSERVATION:
            told = words["from_result"].format(words=_REMARK_BEHIND.sub("", statement), date=date)
        elif evidence.kind is EvidenceKind.IMAGE:
            told = self._image_line(evidence, statement, date)
        elif evidence.kind is EvidenceKind.MEDICATION:
            told = words["from_medication"].format(words=statement, date=date)
        elif evidence.kind is EvidenceKind.RISK_MODEL:
            told = words["from_risk_model"].format(words=statement)
        else:
            told = words["from_patient"].format(words=statement)
        return f"{told} ({evidence.source})" if evidence.source else told

    def _note_line(self, evidence: Evidence, statement: str, date: str) -> str:
        if is_normal_phrase(evidence):
            return self._words["from_normal"].format(words=statement, date=date)
        told = self._words["from_note"].format(words=statement, date=date)
        doubt = self._words["possible"] if evidence.presence in _DOUBTS else ""
        return f"{told} {self._words['absent'] if evidence.presence is Presence.ABSENT else doubt}".strip()

    def _image_line(self, evidence: Evidence, statement: str, date: str) -> str:
        label = self._labels.get(evidence.source_id) or _SCORE_BEHIND.sub("", statement)
        told = self._words["from_image"].format(words=_image_label(label), date=date)
        if evidence.score is not None:
            told += " " + self._words["image_score"].format(score=said_score(evidence.score))
        key = "image_program_version" if evidence.method_version else "image_program"
        return told + " " + self._words[key].format(model=evidence.method, version=evidence.method_version)


def _image_label(label: str) -> str:
    """Return an image's label in everyday words where a concept knows it."""
    return plain_label(label.replace(" ", "_")) or without_underscores(label)
