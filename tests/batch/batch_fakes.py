"""An engine and pages that worker processes can load without a model; words in a note make them fail."""

from __future__ import annotations

import os
from pathlib import Path

from nlp_engine.assessment import (
    Assessment,
    Card,
    CardSource,
    Evidence,
    EvidenceKind,
    Finding,
    Indicator,
    LabResult,
    Mention,
    MentionLabel,
    NoteExtraction,
    Status,
)
from nlp_engine.errors import ModelError

SECRET = "Jane Roe has pneumonia"


class FakeEngine:
    """Finds the first word of each note; BOOM raises with the note's text, CRASH ends the process."""

    def __init__(self):
        self.seconds = {}
        self.versions = {"fake": "1"}

    def assess(self, record, *, as_of=None):
        self.seconds["text"] = self.seconds.get("text", 0.0) + 1
        for note in record.notes:
            if "BOOM" in note.text:
                raise RuntimeError(note.text)
            if "CRASH" in note.text:
                os._exit(3)
        extractions = tuple(
            self.extract(note.text, note_id=note.id, patient_id=record.patient.id) for note in record.notes
        )
        labs = tuple(
            LabResult(observation_id=o.id, name=o.name, text=o.value, value=3, time=o.time, source=o.source)
            for o in record.observations
        )
        return Assessment(
            record=record,
            as_of=as_of,
            extractions=extractions,
            lab_results=labs,
            findings=(_finding(record),),
            cards=(_card(record),),
            problems=record.problems,
            versions=self.versions,
        )

    def extract(self, text, *, note_id="n1", patient_id=None):
        if "BOOM" in text:
            raise RuntimeError(text)
        word = text.split()[:1]
        mentions = [
            Mention(id="m1", start=text.index(w), end=text.index(w) + len(w), text=w, label=MentionLabel.PROBLEM)
            for w in word
        ]
        return NoteExtraction(note_id=note_id, patient_id=patient_id, mentions=tuple(mentions))


def _evidence(record):
    return Evidence(kind=EvidenceKind.PATIENT, source_id=record.patient.id, statement="seen", method="fake")


def _finding(record):
    return Finding(
        concept="c", name="C", plain="c", status=Status.PRESENT, confidence=0.5, supporting=(_evidence(record),)
    )


def _card(record):
    return Card(
        id="k1",
        rule_id="r",
        summary="Consider it.",
        indicator=Indicator.INFO,
        detail="d",
        plain="p",
        evidence=(_evidence(record),),
        source=CardSource(label="s", year=2020),
    )


class FakePages:
    def report(self, assessment, audience):
        if any("UGLY" in note.text for note in assessment.record.notes):
            raise ValueError(assessment.record.notes[0].text)
        return f"<p>{audience}</p>"

    def row(self, assessment, *, clinician_href, patient_href):
        return (assessment.patient_id, clinician_href, patient_href)

    def worklist(self, rows, failures, run_info):
        lines = [*(row[1] for row in rows), *(str(failure["sentence"]) for failure in failures)]
        return "\n".join([f"{run_info['counts']['patients_in']} patients", *lines])


def no_engine():
    raise ModelError("The model folder lacks model.onnx.")


def write_notes(folder: Path, notes: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in notes.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    return folder
