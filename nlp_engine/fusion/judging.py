"""What all modalities together say of one concept: status and confidence.

Each modality has one voice: its newest day, and of that day its strongest statement; of two notes of that day with a
time of day that disagree, the later one. Two image models that disagree have two voices. The rules and the formula are
explained in ``docs/concepts.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time as time_of_day
from math import inf, prod

from nlp_engine.assessment import Code, Evidence, EvidenceKind, Finding, Status
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.fusion.statements import STRENGTH_ORDER, Says, Spoken, Statement, day_of, newest_only
from nlp_engine.knowledge import Concept
from nlp_engine.record import sort_time

_FOR = frozenset({Says.PRESENT, Says.BACKGROUND, Says.POSSIBLE})
_NOBODY = Spoken()
MIDNIGHT = time_of_day()
"""A note whose file name has a date only."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What a modality says, on which day, how strongly; ``recovered``: an abnormal result was followed by normal."""

    kind: EvidenceKind
    says: Says
    day: float
    strength: float
    recovered: bool = False


def judge(concept: Concept, spoken: Mapping[EvidenceKind, Spoken], settings: FusionSettings) -> Finding | None:
    """Return the finding of one concept, None if nothing speaks of it by itself or only a normal result denies it."""
    statements = [statement for one in spoken.values() for statement in one.statements]
    voices = [voice for kind, one in spoken.items() for voice in _voices(kind, one.statements, concept, settings)]
    if not voices:
        return None
    heard = [voice for voice in voices if not any(_overtakes(other, voice, concept, settings) for other in voices)]
    status = _status(heard)
    if status is Status.ABSENT and all(statement.kind is EvidenceKind.OBSERVATION for statement in statements):
        return None
    adds = [statement for statement in statements if statement.says is Says.ADDS]
    if not any(voice.says in _FOR for voice in voices):
        statements = [statement for statement in statements if statement not in adds]
        adds = []
    missing = tuple(kind for name in concept.expects if not spoken.get(kind := EvidenceKind(name), _NOBODY).has_data)
    return Finding(
        concept=concept.id,
        name=concept.name,
        plain=concept.plain,
        status=status,
        confidence=round(_confidence(status, heard, adds) * settings.weights.missing ** len(missing), 4),
        supporting=_sorted(statement for statement in statements if statement.supports),
        opposing=_sorted(statement for statement in statements if not statement.supports),
        missing=missing,
        codes=tuple(Code(system=c.system, code=c.code, display=c.display, score=1.0) for c in concept.codes),
    )


def _voices(
    kind: EvidenceKind, statements: Sequence[Statement], concept: Concept, settings: FusionSettings
) -> list[Voice]:
    """Return the voice of a modality; two where one image model sees what another one denies on the same day."""
    groups = _sides(statements) if kind is EvidenceKind.IMAGE else [statements]
    return [voice for group in groups if (voice := _voice(kind, group, concept, settings)) is not None]


def _sides(statements: Sequence[Statement]) -> list[Sequence[Statement]]:
    """Return the newest statements of the models that see a thing and of those that deny it, or all together.

    What one model sees on one picture and not on another is no contradiction: it sees it.
    """
    by_model: dict[tuple[str, str], list[Statement]] = {}
    for statement in newest_only(statements):
        evidence = statement.evidence
        by_model.setdefault((evidence.method, evidence.method_version), []).append(statement)
    said = [(_strongest(own).says, own) for own in by_model.values()]
    sees = [statement for says, own in said if says is Says.PRESENT for statement in own]
    denies = [statement for says, own in said if says is Says.ABSENT for statement in own]
    return [sees, denies] if sees and denies else [statements]


def _voice(
    kind: EvidenceKind, statements: Sequence[Statement], concept: Concept, settings: FusionSettings
) -> Voice | None:
    own = [statement for statement in statements if statement.says is Says.ABSENT or statement.says in _FOR]
    if not own:
        return None
    # Each analyte has been decided by its own newest result already; a note or an image is as good as its newest day.
    newest = own if kind is EvidenceKind.OBSERVATION else newest_only(own)
    if kind is EvidenceKind.NOTE:
        if concept.chronic and _notes_disagree(newest):
            return Voice(kind, Says.POSSIBLE, day_of(newest[0].evidence.time), settings.weights.note.possible)
        newest = _without_overtaken(newest)
    best = _strongest(newest)
    return Voice(
        kind=kind,
        says=best.says,
        day=max(day_of(statement.evidence.time) for statement in newest if statement.says is best.says),
        strength=best.strength,
        recovered=best.says is Says.ABSENT and any(statement.says is Says.EARLIER for statement in statements),
    )


def _strongest(statements: Iterable[Statement]) -> Statement:
    return min(statements, key=lambda statement: (STRENGTH_ORDER.index(statement.says), -statement.strength))


def _notes_disagree(statements: Sequence[Statement]) -> bool:
    """Say whether one note takes a disease as given and another denies it."""
    notes = {statement.evidence.source_id for statement in statements}
    said = {_strongest(s for s in statements if s.evidence.source_id == note).says for note in notes}
    return Says.ABSENT in said and not said.isdisjoint({Says.PRESENT, Says.BACKGROUND})


def _without_overtaken(statements: Sequence[Statement]) -> list[Statement]:
    """Leave out what a later note of the same day contradicts; a time without a time of day has no order."""
    latest = max((time for s in statements if (time := _moment(s)) is not None), default=None)
    if latest is None:
        return list(statements)
    supports = _strongest(s for s in statements if _moment(s) == latest).supports
    return [s for s in statements if (time := _moment(s)) is None or time == latest or s.supports is supports]


def _moment(statement: Statement) -> float | None:
    """Return when a statement was written; None without a time of day: a file name with a date only is midnight."""
    time = statement.evidence.time
    return None if time is None or time.time() == MIDNIGHT else sort_time(time)


def _overtakes(new: Voice, old: Voice, concept: Concept, settings: FusionSettings) -> bool:
    """Say whether a newer modality that disagrees makes an older one a thing of the past: shown, but not counted."""
    disagree = (new.says is Says.ABSENT) != (old.says is Says.ABSENT)
    if not disagree or old.says is Says.BACKGROUND or -inf in (new.day, old.day):
        return False
    if concept.kind == "laboratory" and old.kind is EvidenceKind.OBSERVATION and new.kind is EvidenceKind.NOTE:
        # Words do not undo a measurement; only a new one does.
        return False
    # A result that was abnormal and is normal again explains an older note: that is a course, no contradiction.
    return new.day - old.day > (0 if new.recovered else settings.windows.conflict_days.of(concept.kind))


def _status(heard: Sequence[Voice]) -> Status:
    said = {voice.says for voice in heard}
    if Says.PRESENT in said:
        if Says.ABSENT not in said:
            return Status.PRESENT
        against = [voice for voice in heard if voice.says is Says.ABSENT]
        return Status.POSSIBLE if all(voice.recovered for voice in against) else Status.CONFLICTING
    if Says.BACKGROUND in said:
        return Status.POSSIBLE if Says.ABSENT in said else Status.PRESENT
    return Status.POSSIBLE if Says.POSSIBLE in said else Status.ABSENT


def _confidence(status: Status, heard: Sequence[Voice], adds: Sequence[Statement]) -> float:
    """Join the modalities of each side like independent witnesses; the other side takes off up to a half."""
    pro = {voice.kind: voice.strength for voice in heard if voice.says in _FOR}
    for statement in adds:
        pro.setdefault(statement.kind, statement.strength)
    support = _joined(pro.values())
    oppose = _joined(voice.strength for voice in heard if voice.says is Says.ABSENT)
    if status is Status.CONFLICTING:
        return min(support, oppose)
    if status is Status.ABSENT:
        return oppose * (1 - support / 2)
    return support * (1 - oppose / 2)


def _joined(strengths: Iterable[float]) -> float:
    return 1 - prod(1 - strength for strength in strengths)


def _sorted(statements: Iterable[Statement]) -> tuple[Evidence, ...]:
    """Return the evidence strongest first, newer before older; the order of the input does not matter."""

    def key(statement: Statement) -> tuple[object, ...]:
        evidence = statement.evidence
        return (
            STRENGTH_ORDER.index(statement.says), -sort_time(evidence.time), -statement.strength,
            evidence.kind, evidence.source_id, evidence.start or 0, evidence.end or 0, evidence.statement,
            evidence.score or 0,
        )  # fmt: skip

    return tuple(statement.evidence for statement in sorted(statements, key=key))
