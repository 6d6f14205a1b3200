"""From a statement to its evidence and back: every link of a report is made here.

Anchors are numbered by the order of the record, so that ids with odd characters, or with a name inside, never become
part of an address.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from nlp_engine.assessment import Assessment, Evidence, EvidenceKind, Flag, ImageFinding, LabResult, Presence
from nlp_engine.record import Note
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.quotes import is_normal_phrase
from nlp_engine.report.views import EvidenceView, Link
from nlp_engine.report.words import listed, said_reference, said_time, without_underscores

PATIENT_ANCHOR = "patient"
_CONTEXT = 70
"""Characters shown on either side of a quotation."""
_FLAG_LETTERS = re.compile(r" \((?:N|L|H|LL|HH|A)\)$")
"""A flag at the end of a statement, which the remark says in words."""


class Tracer:
    """Knows where each thing of the record stands on the page, and which statements rest on it."""

    def __init__(self, assessment: Assessment, phrases: Phrases) -> None:
        record = assessment.record
        self._phrases = phrases
        self._notes: dict[str, Note] = {}
        self._results: dict[str, LabResult] = {}
        self._anchors: dict[tuple[EvidenceKind, str], str] = {}
        for number, note in enumerate(record.notes, start=1):
            self._notes.setdefault(note.id, note)
            self._anchors.setdefault((EvidenceKind.NOTE, note.id), f"note-{number}")
        for number, result in enumerate(assessment.lab_results, start=1):
            self._results.setdefault(result.observation_id, result)
            self._anchors.setdefault((EvidenceKind.OBSERVATION, result.observation_id), f"result-{number}")
        for number, finding in enumerate(assessment.image_findings, start=1):
            self._anchors.setdefault((EvidenceKind.IMAGE, finding.output_id), f"output-{number}")
        for number, medication in enumerate(record.medications, start=1):
            self._anchors.setdefault((EvidenceKind.MEDICATION, medication.id), f"medicine-{number}")
        for number, score in enumerate(assessment.scores, start=1):
            if score.risk is not None:
                self._anchors.setdefault((EvidenceKind.RISK_MODEL, score.id), f"score-{number}")
        self._anchors[EvidenceKind.PATIENT, record.patient.id] = PATIENT_ANCHOR
        self._image_findings = {finding.output_id: finding for finding in assessment.image_findings}
        self._owners: defaultdict[str, dict[Link, None]] = defaultdict(dict)
        self._spans: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)

    def anchor(self, kind: EvidenceKind, source_id: str) -> str | None:
        """Return where a thing of the record stands on the page; None if the record has none of this id."""
        return self._anchors.get((kind, source_id))

    def used_in(self, anchor: str) -> tuple[Link, ...]:
        """Return the statements that rest on what stands at ``anchor``."""
        return tuple(self._owners.get(anchor, ()))

    def spans(self, note_id: str) -> set[tuple[int, int]]:
        """Return the spans of a note that statements rest on."""
        return self._spans.get(note_id, set())

    def views(self, evidence: Iterable[Evidence], owner: Link, *, by_rule: bool = False) -> tuple[EvidenceView, ...]:
        """Return evidence for the page and remember that ``owner`` rests on it; what would look alike once only.

        ``by_rule``: a rule or a score judged the results by limits of its own, which a normal flag would contradict.
        """
        return tuple(dict.fromkeys(self.view(piece, owner, by_rule=by_rule) for piece in evidence))

    def view(self, evidence: Evidence, owner: Link, *, by_rule: bool = False) -> EvidenceView:
        """Return one piece of evidence for the page and remember that ``owner`` rests on it."""
        anchor = self._target(evidence)
        row = self.anchor(evidence.kind, evidence.source_id) if evidence.kind is EvidenceKind.OBSERVATION else None
        for place in (anchor, row):
            if place is not None:
                self._owners[place][owner] = None
        if evidence.kind is EvidenceKind.NOTE:
            return self._note_view(evidence, anchor)
        statement, remark = evidence.statement, ""
        if evidence.kind is EvidenceKind.OBSERVATION:
            statement, remark = self._result_words(evidence, by_rule=by_rule)
        elif evidence.kind is EvidenceKind.IMAGE:
            statement, remark = without_underscores(statement), self._image_remark(evidence)
        elif evidence.kind is EvidenceKind.RISK_MODEL:
            remark = _method(evidence)
        return EvidenceView(
            kind=self._phrases.kind[evidence.kind.value],
            statement=statement,
            href=f"#{anchor}" if anchor else None,
            where=evidence.source,
            when=said_time(evidence.time, self._phrases) if evidence.time else "",
            remark=remark,
        )

    def span_anchor(self, note_id: str, start: int, end: int) -> str | None:
        """Return the anchor of a span; None if the note is not in the record or has no such span."""
        note = self._notes.get(note_id)
        if note is None or not 0 <= start < end <= len(note.text):
            return None
        return f"{self._anchors[EvidenceKind.NOTE, note_id]}-{start}-{end}"

    def _target(self, evidence: Evidence) -> str | None:
        if evidence.kind is EvidenceKind.NOTE and evidence.start is not None and evidence.end is not None:
            span = self.span_anchor(evidence.source_id, evidence.start, evidence.end)
            if span is not None:
                self._spans[evidence.source_id].add((evidence.start, evidence.end))
                return span
        result = self._results.get(evidence.source_id) if evidence.kind is EvidenceKind.OBSERVATION else None
        if result is not None and result.said_in is not None:
            # A result told in a note is shown where it is said; its row in the table stays a target too.
            said = result.said_in
            span = self.span_anchor(said.note_id, said.start, said.end)
            if span is not None:
                self._spans[said.note_id].add((said.start, said.end))
                return span
        return self.anchor(evidence.kind, evidence.source_id)

    def _note_view(self, evidence: Evidence, anchor: str | None) -> EvidenceView:
        note = self._notes.get(evidence.source_id)
        time = evidence.time or (note.time if note else None)
        before, after = _context(note, evidence) if note else ("", "")
        section = without_underscores(evidence.section or "")
        title = note_title(note, self._phrases) if note else ""
        return EvidenceView(
            kind=self._phrases.kind["note"],
            statement=" ".join(evidence.statement.split()),
            href=f"#{anchor}" if anchor else None,
            where=listed([word for word in (title, section) if word], self._phrases),
            when=said_time(time, self._phrases) if time else "",
            remark=self._presence_remark(evidence),
            before=before,
            after=after,
            quoted=True,
        )

    def _presence_remark(self, evidence: Evidence) -> str:
        if evidence.presence in (None, Presence.PRESENT):
            return ""
        return self._phrases.presence["against" if is_normal_phrase(evidence) else evidence.presence.value]

    def _result_words(self, evidence: Evidence, *, by_rule: bool) -> tuple[str, str]:
        """Return the statement and a remark on its range; no remark where the statement tells the range itself."""
        result = self._results.get(evidence.source_id)
        statement = _FLAG_LETTERS.sub("", evidence.statement)
        if result is None or statement.endswith(")"):
            return evidence.statement, ""
        reference = said_reference(result, self._phrases)
        if result.flag is Flag.NORMAL:
            fine = self._phrases.clinician["in_reference"].format(reference=reference).strip()
            return statement, "" if by_rule else fine
        words = [self._phrases.flag[result.flag.value]] if result.flag else []
        if reference:
            words.append(f"{self._phrases.clinician['col_reference'].lower()} {reference}")
        return statement, listed(words, self._phrases)

    def _image_remark(self, evidence: Evidence) -> str:
        finding = self._image_findings.get(evidence.source_id)
        if finding is None:
            return _method(evidence)
        return f"{output_of(finding, self._phrases)}, {threshold_of(finding, self._phrases)}"


def _method(evidence: Evidence) -> str:
    return f"{evidence.method} {evidence.method_version}".strip()


def output_of(finding: ImageFinding, phrases: Phrases) -> str:
    """Say which model gave an output."""
    return phrases.clinician["output_of"].format(model=finding.model, version=finding.model_version)


def threshold_of(finding: ImageFinding, phrases: Phrases) -> str:
    """Say at which threshold an output was decided."""
    threshold = f"{finding.threshold:.3g}"
    if finding.threshold_assumed:
        threshold = phrases.clinician["threshold_assumed"].format(threshold=threshold)
    return phrases.clinician["output_threshold"].format(threshold=threshold)


def note_title(note: Note, phrases: Phrases) -> str:
    """Return a note's type in words."""
    title = without_underscores(note.type or "") or phrases.clinician["note_untitled"]
    return title[0].upper() + title[1:]


def _context(note: Note, evidence: Evidence) -> tuple[str, str]:
    """Return the words before and after a quotation, within its line."""
    start, end = evidence.start or 0, evidence.end or 0
    before = note.text[max(0, start - _CONTEXT - 1) : start].replace("\r", "\n").rpartition("\n")[2]
    after = note.text[end : end + _CONTEXT + 1].replace("\r", "\n").partition("\n")[0]
    if len(before) > _CONTEXT:
        before = "… " + before.partition(" ")[2]
    if len(after) > _CONTEXT:
        after = after.rpartition(" ")[0] + " …"
    return before.lstrip(), after.rstrip()
