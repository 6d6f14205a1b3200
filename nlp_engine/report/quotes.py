"""What a quotation of a note is: a name that the note denies, or a whole phrase that speaks against the thing."""

from __future__ import annotations

from itertools import combinations

from nlp_engine.assessment import Evidence, EvidenceKind, Presence
from nlp_engine.knowledge import normalise_phrase
from nlp_engine.report.plain_names import concept_names


def is_normal_phrase(evidence: Evidence) -> bool:
    """Say whether a quotation tells that all is well ("lungs clear", "afebrile") instead of denying a name.

    Such words hold no name of any concept: "the note says no" would turn them round.
    """
    if evidence.kind is not EvidenceKind.NOTE or evidence.presence is not Presence.ABSENT:
        return False
    words = normalise_phrase(evidence.statement).split()
    pieces = (" ".join(words[start:end]) for start, end in combinations(range(len(words) + 1), 2))
    return concept_names().isdisjoint(pieces)
