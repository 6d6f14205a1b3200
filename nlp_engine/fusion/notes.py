"""Evidence from notes: what their mentions say of each concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from nlp_engine import __version__
from nlp_engine.assessment import (
    Evidence,
    EvidenceKind,
    Experiencer,
    Mention,
    MentionLabel,
    NoteExtraction,
    Presence,
    Temporality,
)
from nlp_engine.fusion.index import ConceptIndex
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.fusion.statements import Says, Spoken, Statement, day_of, is_future, is_within
from nlp_engine.knowledge import Concept
from nlp_engine.record import Note

METHOD = "reading of the note"
_NOT_TODAY = frozenset({Presence.CONDITIONAL, Presence.HYPOTHETICAL})
_ASKED_ABOUT = frozenset({"disease", "laboratory"})
_PHRASE_LABELS = frozenset({MentionLabel.TEST, MentionLabel.PROBLEM, MentionLabel.ANATOMY})


class NoteReader:
    """Turns mentions into statements about concepts.

    Only the patient counts, and neither the future nor what is hypothetical or conditional. A history of a chronic
    disease is background that holds today; of anything else it says nothing about today. So do sections of the past
    and notes older than the window. What the reason for an examination names is a question: a disease is possible at
    most, and nothing is said where a note of that day or later speaks of it elsewhere.
    """

    def __init__(self, concepts: Mapping[str, Concept], index: ConceptIndex, settings: FusionSettings) -> None:
        self._concepts = concepts
        self._index = index
        self._settings = settings

    def read(
        self, notes: Sequence[Note], extractions: Sequence[NoteExtraction], as_of: datetime | None
    ) -> dict[str, Spoken]:
        """Return concept id -> what the notes say."""
        by_id = {note.id: note for note in notes}
        said: defaultdict[str, dict[Statement, None]] = defaultdict(dict)
        for extraction in extractions:
            note = by_id.get(extraction.note_id)
            if note is None or is_future(note.time, as_of):
                continue
            for (concept, _, _), statement in self._of_note(note, extraction.mentions, as_of).items():
                said[concept][statement] = None
        return {
            concept: Spoken(tuple(self._without_answered(list(found))), has_data=True)
            for concept, found in said.items()
        }

    def _without_answered(self, found: Sequence[Statement]) -> list[Statement]:
        """Leave out the reasons for an examination that a note of the same day or later answers."""
        reasons = self._settings.sections.reasons
        answers = [day_of(s.evidence.time) for s in found if s.evidence.section not in reasons]
        newest = max(answers, default=None)
        return [
            s for s in found if newest is None or s.evidence.section not in reasons or day_of(s.evidence.time) > newest
        ]

    def _of_note(
        self, note: Note, mentions: Sequence[Mention], as_of: datetime | None
    ) -> dict[tuple[str, int, int], Statement]:
        """Return (concept, span) -> statement; of two mentions in one phrase ("joint", "pain") the later one counts."""
        found: dict[tuple[str, int, int], Statement] = {}
        for mention in sorted(mentions, key=lambda mention: (mention.end, mention.score, mention.id)):
            for concept, statement in self._of_mention(note, mention, as_of):
                evidence = statement.evidence
                found[concept, evidence.start or 0, evidence.end or 0] = statement
        return found

    def _of_mention(self, note: Note, mention: Mention, as_of: datetime | None) -> Iterator[tuple[str, Statement]]:
        if (
            mention.experiencer is not Experiencer.PATIENT
            or mention.temporality is Temporality.FUTURE
            or mention.presence in _NOT_TODAY
            or mention.section in self._settings.sections.ignored
        ):
            return
        start, end = self._index.grow(note.text, mention.start, mention.end)
        for concept_id in self._named(mention, note.text[start:end]):
            if self._index.means_else(concept_id, note.text, start, end):
                continue
            concept = self._concepts[concept_id]
            says = self._says(concept, mention, note, as_of)
            if says is not None:
                yield concept_id, self._statement(note, mention, says, mention.presence, start, end)
        yield from self._normal(note, mention, as_of)

    def _named(self, mention: Mention, words: str) -> list[str]:
        """Return the concepts a mention names; a test only names what a laboratory finds."""
        if mention.label not in {MentionLabel.PROBLEM, MentionLabel.TEST}:
            return []
        is_denied = mention.presence is Presence.ABSENT
        found = dict.fromkeys(
            concept for meant in _meanings(mention, words) for concept in self._index.find(meant, denied=is_denied)
        )
        if mention.label is MentionLabel.PROBLEM:
            return list(found)
        return [concept for concept in found if self._concepts[concept].kind == "laboratory"]

    def _normal(self, note: Note, mention: Mention, as_of: datetime | None) -> Iterator[tuple[str, Statement]]:
        """Yield what a normal phrase around the mention denies ("renal function" in "normal renal function")."""
        if (
            mention.label not in _PHRASE_LABELS
            or mention.presence is not Presence.PRESENT
            or mention.temporality is not Temporality.CURRENT
            or mention.section in self._settings.sections.history
            or not self._is_recent(note, as_of)
        ):
            return
        for hit in self._index.normal_phrases(note.text, mention.start, mention.end):
            for concept in hit.concepts:
                sections = self._concepts[concept].normal_sections
                if sections and mention.section not in sections:
                    continue
                yield concept, self._statement(note, mention, Says.ABSENT, Presence.ABSENT, hit.start, hit.end)

    def _says(self, concept: Concept, mention: Mention, note: Note, as_of: datetime | None) -> Says | None:
        is_past = (
            mention.temporality is Temporality.HISTORICAL
            or mention.section in self._settings.sections.history
            or not self._is_recent(note, as_of)
        )
        if is_past and not concept.chronic:
            return None
        if mention.presence is Presence.ABSENT:
            return Says.ABSENT
        if mention.presence is Presence.POSSIBLE:
            is_risk = self._index.is_told_as_risk(note.text, mention.start, mention.end)
            return None if is_past or is_risk else Says.POSSIBLE
        if mention.section in self._settings.sections.reasons and concept.kind in _ASKED_ABOUT:
            return Says.POSSIBLE
        return Says.BACKGROUND if is_past else Says.PRESENT

    def _is_recent(self, note: Note, as_of: datetime | None) -> bool:
        return is_within(note.time, as_of, self._settings.windows.note_max_age_days)

    def _statement(
        self, note: Note, mention: Mention, says: Says, presence: Presence, start: int, end: int
    ) -> Statement:
        evidence = Evidence(
            kind=EvidenceKind.NOTE,
            source_id=note.id,
            statement=note.text[start:end],
            time=note.time,
            start=start,
            end=end,
            section=mention.section,
            presence=presence,
            score=mention.score,
            method=METHOD,
            method_version=__version__,
        )
        weight: float = getattr(self._settings.weights.note, says.value)
        return Statement(says, evidence, weight * mention.score)


def _meanings(mention: Mention, words: str) -> list[str]:
    """Return what the words of a mention may be looked up as: themselves, and what an abbreviation stands for.

    Of an abbreviation with several meanings only the one that was chosen counts, if one was.
    """
    expansion = mention.expansion
    if expansion is None:
        return [words]
    own = [] if expansion.others else [words]
    return own if expansion.text is None else [*own, expansion.text]
