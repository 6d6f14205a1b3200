"""What the record holds and no rule could use: some values in note text, an age or a sex that nobody gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from nlp_engine.assessment import Assessment, Attribute, AttributeLabel, Evidence, EvidenceKind, Mention, MentionLabel
from nlp_engine.record import Note, NoteSpan, Sex

_MAX_QUOTE = 80
"""Characters of a quotation of a value with the name of its test; the value alone where both stand further apart."""


def values_in_notes(assessment: Assessment) -> list[Evidence]:
    """Return the measured values of the notes that are no results, as quotations, in order of the notes."""
    notes = {note.id: note for note in assessment.record.notes}
    used: defaultdict[str, list[NoteSpan]] = defaultdict(list)
    for result in assessment.lab_results:
        if result.said_in is not None:
            used[result.said_in.note_id].append(result.said_in)
    return [
        _quotation(notes[extraction.note_id], mention, value)
        for extraction in assessment.extractions
        if extraction.note_id in notes
        for mention in extraction.mentions
        for value in _measured(mention)
        if not any(span.start < value.end and value.start < span.end for span in used[extraction.note_id])
    ]


def unknown_basics(assessment: Assessment, words: Mapping[str, str]) -> list[str]:
    """Name what the record does not tell of the patient: age, sex."""
    patient = assessment.record.patient
    is_missing = {"age": patient.age_at(assessment.as_of) is None, "sex": patient.sex is Sex.UNKNOWN}
    return [words[key] for key, missing in is_missing.items() if missing]


def _measured(mention: Mention) -> Iterator[Attribute]:
    if mention.label is MentionLabel.TEST:
        yield from (
            attribute
            for attribute in mention.attributes
            if attribute.label is AttributeLabel.VALUE and any(letter.isdigit() for letter in attribute.text)
        )


def _quotation(note: Note, mention: Mention, value: Attribute) -> Evidence:
    start, end = min(mention.start, value.start), max(mention.end, value.end)
    if end - start > _MAX_QUOTE:
        start, end = value.start, value.end
    return Evidence(
        kind=EvidenceKind.NOTE,
        source_id=note.id,
        statement=note.text[start:end],
        time=note.time,
        start=start,
        end=end,
        section=mention.section,
        score=mention.score,
        method="value in the text of a note",
    )
