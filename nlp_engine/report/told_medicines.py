"""What the notes say of drugs: what happens with them, what for, and what is doubtful about a dose."""

from __future__ import annotations

from nlp_engine.assessment import (
    Assessment,
    Attribute,
    AttributeLabel,
    Evidence,
    Experiencer,
    Mention,
    Presence,
)
from nlp_engine.record import Note, sort_time
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.views import Link, ToldMedicineView

_MOST = 40
_DOSE = frozenset({AttributeLabel.STRENGTH, AttributeLabel.DOSAGE, AttributeLabel.ROUTE, AttributeLabel.FREQUENCY})


def told_medicine_views(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[ToldMedicineView, ...]:
    """Return the drugs of which a note says a status or whose dose is in doubt: doubts first, then newer notes."""
    notes = {note.id: note for note in assessment.record.notes}
    found: dict[tuple[str, ...], tuple[Note, Mention, str]] = {}
    for extraction in assessment.extractions:
        reasons = {mention.id: " ".join(mention.text.split()) for mention in extraction.mentions}
        for mention in extraction.mentions:
            details = mention.medication
            is_own = mention.experiencer is Experiencer.PATIENT and mention.presence is not Presence.HYPOTHETICAL
            if (
                details is None
                or not is_own
                or not (details.status or details.doubts)
                or extraction.note_id not in notes
            ):
                continue
            key = (extraction.note_id, mention.text.casefold(), details.status or "", *_dose(mention), *details.doubts)
            found.setdefault(key, (notes[extraction.note_id], mention, reasons.get(details.reason or "", "")))
    rows = sorted(found.values(), key=lambda row: (not _doubts(row[1]), -sort_time(row[0].time)))
    return tuple(_row(*row, tracer, phrases) for row in rows[:_MOST])


def _row(note: Note, mention: Mention, reason: str, tracer: Tracer, phrases: Phrases) -> ToldMedicineView:
    status = mention.medication.status if mention.medication is not None else None
    evidence = Evidence.of_mention(mention, note, method="status of a drug in the text of a note")
    return ToldMedicineView(
        name=" ".join(mention.text.split()),
        dose=" ".join(_dose(mention)),
        status=phrases.drug_status[status.value] if status is not None else "",
        reason=reason,
        doubts=_doubts(mention),
        evidence=tracer.view(evidence, Link("#medicines", phrases.clinician["medications_heading"])),
    )


def _dose(mention: Mention) -> tuple[str, ...]:
    parts: tuple[Attribute, ...] = mention.attributes
    return tuple(" ".join(part.text.split()) for part in parts if part.label in _DOSE)


def _doubts(mention: Mention) -> tuple[str, ...]:
    return mention.medication.doubts if mention.medication is not None else ()
