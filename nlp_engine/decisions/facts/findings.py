"""Facts from what notes, images and all modalities together say of a concept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from nlp_engine.assessment import (
    Evidence,
    EvidenceKind,
    Experiencer,
    ImageFinding,
    Mention,
    Presence,
    Status,
    Temporality,
)
from nlp_engine.decisions.facts.base import (
    UNKNOWN,
    Book,
    Duration,
    Fact,
    FactSpec,
    Sight,
    Words,
    as_tuple,
    note_evidence,
)
from nlp_engine.decisions.values import Kind
from nlp_engine.knowledge import normalise_phrase
from nlp_engine.record import Note, sort_time

_THERE = (Status.PRESENT.value, Status.CONFLICTING.value, Status.POSSIBLE.value)
"""Answers that are not a no, strongest first."""
_WORD = re.compile(r"\w+")
_BREAK = re.compile(r"[.;!?](?=\s|$)|\n\s*\n|\n\s*(?:[-*\u2022]|\d+[.)])\s")
_STRONGEST_FIRST = (
    Presence.PRESENT,
    Presence.POSSIBLE,
    Presence.ABSENT,
    Presence.CONDITIONAL,
    Presence.HYPOTHETICAL,
)


class FindingStatus(FactSpec):
    """What all modalities together say of a concept: present, absent, possible or conflicting.

    With ``max_age``, a finding whose dated evidence is all older is unknown. Of several concepts the strongest answer
    counts, with what speaks for it and with the names of the concepts; absent only if all are.
    """

    from_: Literal["finding"] = Field(alias="from")
    concept: Words
    max_age: Duration | None = None
    KIND: ClassVar = Kind.TEXT
    CHOICES: ClassVar = frozenset(status.value for status in Status)

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts that are looked at."""
        return self.concept

    def compute(self, book: Book, name: str) -> Fact:
        """Return the status, unknown where nothing speaks of the concept."""
        if len(self.concept) == 1:
            return self._of(self.concept[0], book.sight)
        found = {concept: self._of(concept, book.sight) for concept in self.concept}
        there = [(c, fact) for c, fact in found.items() if fact.value in _THERE]
        if not there:
            are_absent = all(fact.value == Status.ABSENT for fact in found.values())
            return Fact(Status.ABSENT.value, _joined(found.values())) if are_absent else UNKNOWN
        value = min((fact.value for _, fact in there), key=_THERE.index)
        names = [f"{book.sight.findings_by_concept[c].name}: {fact.value}" for c, fact in there]
        pro = tuple(e for c, _ in there for e in book.sight.findings_by_concept[c].supporting)
        return Fact(value, tuple(dict.fromkeys(pro)), words=", ".join(names))

    def _of(self, concept: str, sight: Sight) -> Fact:
        finding = sight.findings_by_concept.get(concept)
        if finding is None:
            return UNKNOWN
        sides = {Status.ABSENT: finding.opposing, Status.CONFLICTING: finding.supporting + finding.opposing}
        evidence = sides.get(finding.status, finding.supporting) or finding.supporting + finding.opposing
        if not any(self._counts(e, sight) for e in evidence):
            return UNKNOWN
        return Fact(finding.status.value, evidence)

    def _counts(self, evidence: Evidence, sight: Sight) -> bool:
        return evidence.time is None or self.max_age is None or sight.is_recent(evidence.time, self.max_age)


def _joined(facts: Iterable[Fact]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence for fact in facts for evidence in fact.evidence))


class NoteAssertion(FactSpec):
    """What the newest note that speaks of a concept says of it; sections in ``section_not`` are not looked at.

    If that note says several things, the strongest counts: present, then possible, then absent.
    """

    from_: Literal["note_assertion"] = Field(alias="from")
    concept: str
    section_not: tuple[str, ...] = ()
    KIND: ClassVar = Kind.TEXT
    CHOICES: ClassVar = frozenset(presence.value for presence in Presence)

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts that are looked at."""
        return (self.concept,)

    def compute(self, book: Book, name: str) -> Fact:
        """Return the presence, with the words of the note that say so."""
        said = [e for e in self._said(book.sight) if e.section not in self.section_not]
        if not said:
            return UNKNOWN
        newest = max(said, key=lambda evidence: sort_time(evidence.time))
        # Without any time the notes cannot be ordered: all of them count.
        same = [e for e in said if e.time is None or e.source_id == newest.source_id]
        presence = next(p for p in _STRONGEST_FIRST if any(e.presence is p for e in same))
        return Fact(presence.value, tuple(e for e in same if e.presence is presence))

    def _said(self, sight: Sight) -> list[Evidence]:
        finding = sight.findings_by_concept.get(self.concept)
        if finding is None:
            return []
        both = dict.fromkeys(finding.supporting + finding.opposing)
        said = [e for e in both if e.kind is EvidenceKind.NOTE and e.presence is not None]
        return [e for e in said if not sight.is_future(e.time)]


class Mentioned(FactSpec):
    """Whether a note names one of some words as something that the patient has or had: yes, or unknown.

    ``words`` are looked for as whole words in mentions, spelt as `normalise_phrase` spells them.

    Parameters
    ----------
    beside
        If given, one of these must stand in the sentence ("dialysis dependent") and the mention be of today; not in
        the sections ``anywhere_in``.
    not_beside
        None of these may stand in the sentence ("may need dialysis").
    """

    from_: Literal["mention"] = Field(alias="from")
    words: Words
    beside: tuple[str, ...] = ()
    not_beside: tuple[str, ...] = ()
    anywhere_in: tuple[str, ...] = ()
    KIND: ClassVar = Kind.TRUTH

    def compute(self, book: Book, name: str) -> Fact:
        """Return yes with the words of the notes, or unknown."""
        found = [
            note_evidence(mention, note)
            for note, mention in book.sight.mentions()
            if _is_own(mention) and _names(self.words, mention.text) and self._is_meant(mention, note)
        ]
        return Fact(True, tuple(found)) if found else UNKNOWN

    def _is_meant(self, mention: Mention, note: Note) -> bool:
        sentence = _sentence(note.text, mention.start, mention.end)
        if _names(self.not_beside, sentence):
            return False
        if not self.beside or mention.section in self.anywhere_in:
            return True
        return mention.temporality is Temporality.CURRENT and _names(self.beside, sentence)


class Written(FactSpec):
    """Whether the text of a note holds one of some words, with none of ``not_beside`` in the sentence: yes, or unknown.

    For what no mention names. It knows nothing of whose it is: good enough to ask a question, never to decide.
    """

    from_: Literal["written"] = Field(alias="from")
    words: Words
    not_beside: tuple[str, ...] = ()
    max_age: Duration
    KIND: ClassVar = Kind.TRUTH

    def compute(self, book: Book, name: str) -> Fact:
        """Return yes with the words of the notes, or unknown."""
        sight, wanted = book.sight, re.compile(rf"\b(?:{'|'.join(map(re.escape, self.words))})\b", re.IGNORECASE)
        found = [
            _written_evidence(note, match)
            for note in sight.record.notes
            if not sight.is_future(note.time) and (note.time is None or sight.is_recent(note.time, self.max_age))
            for match in wanted.finditer(note.text)
            if not _names(self.not_beside, _sentence(note.text, match.start(), match.end()))
        ]
        return Fact(True, tuple(found)) if found else UNKNOWN


def _written_evidence(note: Note, match: re.Match[str]) -> Evidence:
    return Evidence(
        kind=EvidenceKind.NOTE,
        source_id=note.id,
        statement=match.group(),
        time=note.time,
        start=match.start(),
        end=match.end(),
        method="words of the note",
    )


def _names(phrases: Iterable[str], text: str) -> bool:
    """Say whether one of some phrases stands in a text, as whole words."""
    words = f" {' '.join(_WORD.findall(normalise_phrase(text)))} "
    return any(f" {normalise_phrase(phrase)} " in words for phrase in phrases)


def _sentence(text: str, start: int, end: int) -> str:
    low = max([0, *(stop.end() for stop in _BREAK.finditer(text, 0, start))])
    after = _BREAK.search(text, end)
    return text[low : after.start() if after else len(text)]


def _is_own(mention: Mention) -> bool:
    return (
        mention.presence is Presence.PRESENT
        and mention.temporality is not Temporality.FUTURE
        and mention.experiencer is Experiencer.PATIENT
    )


class ImageFact(FactSpec):
    """Base of the facts that look at one or more labels of image models."""

    image_labels: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    max_age: Duration

    @property
    def wanted_labels(self) -> tuple[str, ...]:
        """The labels of image models that are looked for: ``image_labels``, or ``label`` if there are none."""
        return self.image_labels or (self.label,)

    def newest(self, sight: Sight) -> ImageFinding | None:
        """Return the newest finding with one of the labels; of several at one time the one with the highest score."""
        wanted = {_folded(label) for label in self.wanted_labels}
        found = [finding for finding in sight.image_findings if _folded(finding.label) in wanted]
        if any(finding.time is not None for finding in found):
            found = [finding for finding in found if sight.is_recent(finding.time, self.max_age)]
        return max(found, key=lambda finding: (sort_time(finding.time), finding.score), default=None)


class ImageScore(ImageFact):
    """The score that an image model gave a label, between 0 and 1."""

    from_: Literal["image_score"] = Field(alias="from")
    KIND: ClassVar = Kind.NUMBER

    def compute(self, book: Book, name: str) -> Fact:
        """Return the score of the newest image with this label."""
        newest = self.newest(book.sight)
        return UNKNOWN if newest is None else Fact(Decimal(str(newest.score)), (image_evidence(newest),))


class ImageDecision(ImageFact):
    """What an image model decided about a label at its own threshold: present, absent or not_sure."""

    from_: Literal["image_decision"] = Field(alias="from")
    KIND: ClassVar = Kind.TEXT
    CHOICES: ClassVar = frozenset({"present", "absent", "not_sure"})

    def compute(self, book: Book, name: str) -> Fact:
        """Return the decision on the newest image with this label."""
        newest = self.newest(book.sight)
        return UNKNOWN if newest is None else Fact(newest.decision, (image_evidence(newest),))


def image_evidence(finding: ImageFinding) -> Evidence:
    """Return an image finding as evidence."""
    return Evidence.of_image(finding, f"{finding.label} {finding.score:.2f}")


def _folded(label: str) -> str:
    return " ".join(label.lower().replace("_", " ").split())
