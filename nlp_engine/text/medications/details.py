"""What a note says of each drug besides its attributes: status, reason, and what is not plausible about its dose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp_engine.extraction import AttributeLabel, DrugStatus, MedicationDetails, Mention, MentionLabel, Presence
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.medications.dose_rules import DoseRules
from nlp_engine.text.medications.doses import Doses
from nlp_engine.text.medications.plausibility import DoseLimits
from nlp_engine.text.medications.reasons import Reasons
from nlp_engine.text.medications.status import DrugStatuses, Status
from nlp_engine.text.medications.status_rules import DrugStatusRules
from nlp_engine.text.note import ReadNote, Span

_NUMBERED = frozenset(
    {AttributeLabel.FREQUENCY, AttributeLabel.DURATION, AttributeLabel.STRENGTH, AttributeLabel.DOSAGE}
)
_NO_REASON = frozenset({DrugStatus.HELD, DrugStatus.STOPPED, DrugStatus.DECREASED, DrugStatus.ALLERGIC})


@dataclass(frozen=True)
class MedicationRules:
    """Everything that is read from ``rules/`` about drugs in notes."""

    status: DrugStatusRules
    doses: DoseRules
    limits: DoseLimits

    @classmethod
    def load(cls) -> MedicationRules:
        """Read the packaged files.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file does not fit.
        """
        return cls(DrugStatusRules.load(), DoseRules.load(), DoseLimits.load())


_CHANGES = frozenset({DrugStatus.STOPPED, DrugStatus.HELD, DrugStatus.DECREASED, DrugStatus.INCREASED})


class MedicationReader:
    """Gives doses, frequencies and durations their numbers, and drugs their `MedicationDetails`."""

    def __init__(self, rules: MedicationRules, attributes: AttributeRules) -> None:
        self._statuses = DrugStatuses(rules.status, attributes)
        self._reasons = Reasons(rules.status, attributes)
        self._doses = Doses(rules.doses)
        self._limits = rules.limits

    def read(self, note: ReadNote, mentions: Sequence[Mention]) -> list[Mention]:
        """Return the mentions with numbers and details."""
        return self._with_all_details(note, [self._with_numbers(mention) for mention in mentions])

    def _with_numbers(self, mention: Mention) -> Mention:
        if not any(own.label in _NUMBERED for own in mention.attributes):
            return mention
        return mention.model_copy(update={"attributes": tuple(map(self._doses.normalised, mention.attributes))})

    def _with_all_details(self, note: ReadNote, mentions: Sequence[Mention]) -> list[Mention]:
        order = sorted(range(len(mentions)), key=lambda place: (mentions[place].start, mentions[place].end))
        drugs = [place for place in order if mentions[place].label is MentionLabel.DRUG]
        if not drugs:
            return list(mentions)
        said = self._statuses.decide(
            note, [_span(mentions[place]) for place in drugs], [mentions[place].section for place in drugs]
        )
        statuses = dict(zip(drugs, said, strict=True))
        others = {
            number
            for number, place in enumerate(order)
            if (status := statuses.get(place)) and status.status in _NO_REASON
        }
        reasons = self._reasons.find(note, [_reason_span(mentions[place]) for place in order], others)
        ids = {order[drug]: mentions[order[problem]].id for drug, problem in reasons.items()}
        result = list(mentions)
        for place in drugs:
            result[place] = self._with_details(mentions[place], statuses[place], ids.get(place))
        return result

    def _with_details(self, mention: Mention, status: Status | None, reason: str | None) -> Mention:
        if status is not None and mention.presence is Presence.HYPOTHETICAL and status.status in _CHANGES:
            status = None  # "if ANC < 1 stop clozapine"
        is_taken = status is None or status.status is not DrugStatus.ALLERGIC
        doubts = self._limits.doubts(mention) if is_taken else ()
        if status is None and reason is None and not doubts:
            return mention
        details = MedicationDetails(
            status=status.status if status else None, cue=status.cue if status else None, reason=reason, doubts=doubts
        )
        return mention.model_copy(update={"medication": details})


def _reason_span(mention: Mention) -> Span:
    """Return a mention as a span; a problem that is denied is no reason."""
    is_denied = mention.presence is Presence.ABSENT and mention.label is MentionLabel.PROBLEM
    return Span(mention.start, mention.end, "" if is_denied else mention.label.value)


def _span(mention: Mention) -> Span:
    return Span(mention.start, mention.end, mention.label.value)
