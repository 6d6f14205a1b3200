"""What notes say of drugs stands among the medicines, with the doubts and a link to the words."""

import re
from datetime import datetime

from page_checks import check_page

from nlp_engine.assessment import (
    Assessment,
    Attribute,
    DrugStatus,
    Experiencer,
    MedicationDetails,
    Mention,
    MentionLabel,
    NoteExtraction,
)
from nlp_engine.record import Note, Patient, PatientRecord
from nlp_engine.report import render_report

TEXT = "Stop ibuprofen <600 mg>."


def medicines(**more) -> str:
    details = MedicationDetails(status=DrugStatus.STOPPED, doubts=("Far above the usual dose.",))
    dose = Attribute(label="STRENGTH", start=15, end=23, text="<600 mg>")
    drug = {"label": MentionLabel.DRUG, "medication": details, "attributes": (dose,)} | more
    mention = Mention(id="m1", start=5, end=14, text="ibuprofen", **drug)
    record = PatientRecord(patient=Patient(id="p"), notes=(Note(id="n", text=TEXT, time=datetime(2026, 3, 6)),))
    html = render_report(Assessment(record=record, extractions=(NoteExtraction(note_id="n", mentions=(mention,)),)))
    check_page(html)
    section = re.search(r'<section class="panel[^"]*" id="medicines">.*?</section>', html, re.DOTALL)
    return section.group() if section else ""


def test_status_and_doubt_of_a_drug_are_shown_with_a_link_to_its_words():
    told = medicines()
    assert "stopped" in told
    assert "Far above the usual dose." in told
    assert "&lt;600 mg&gt;" in told
    assert 'href="#note-1-5-14"' in told


def test_drugs_without_a_status_and_those_of_others_are_not_listed():
    assert "ibuprofen" not in medicines(medication=None)
    assert "ibuprofen" not in medicines(experiencer=Experiencer.FAMILY)
