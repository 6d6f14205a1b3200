"""Sex and age that were taken from a note have that note as their evidence."""

from decision_builders import fact, record

from nlp_engine.assessment import EvidenceKind
from nlp_engine.record import NoteWords, Sex


def test_the_evidence_names_the_words_of_the_note():
    words = NoteWords(field="sex", note_id="n1", start=9, end=10, text="F")
    told = record(sex=Sex.FEMALE, from_notes=(words,), age_years=61)
    evidence = fact({"from": "sex"}, of=told).evidence[0]
    assert (evidence.kind, evidence.source_id, evidence.start, evidence.end) == (EvidenceKind.NOTE, "n1", 9, 10)
    assert fact({"from": "age"}, of=told).evidence[0].kind is EvidenceKind.PATIENT
