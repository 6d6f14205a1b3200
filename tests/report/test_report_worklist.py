"""The worklist: most urgent first, failures told, small rows that travel between processes."""

import pickle
import random
import re

from page_checks import check_page, text_of
from report_builders import empty_assessment

from nlp_engine.record import Patient, PatientRecord
from nlp_engine.report import WorklistRow, render_worklist

FAILURE = {"patient_id": "p<9>", "where": "p9/labs.csv", "sentence": 'the file has no column "value"; add one.'}
RUN = {"versions": {"nlp_engine": "0.1.0"}, "counts": {"patients_in": 3}, "seconds": {"text": 1.234, "labs": 0.5}}


def row(assessment, name="p"):
    return WorklistRow.of(assessment, clinician_href=f"{name}/clinician.html", patient_href=f"{name}/patient.html")


def rows_of(assessment):
    """Return rows from the most urgent to the least."""
    less = assessment.model_copy(update={"cards": assessment.cards[1:]})
    warnings = assessment.model_copy(update={"cards": assessment.cards[2:]})
    calm = assessment.model_copy(update={"cards": assessment.cards[4:], "findings": ()})
    return [row(a, f"r{i}") for i, a in enumerate((assessment, less, warnings, calm, empty_assessment()))]


def test_sorting_puts_the_most_urgent_first(assessment):
    rows = rows_of(assessment)
    mixed = rows.copy()
    random.Random(3).shuffle(mixed)
    assert sorted(mixed) == rows


def test_row_is_small_and_travels(assessment):
    made = row(assessment)
    packed = pickle.dumps(made)
    assert pickle.loads(packed) == made
    assert len(packed) < 2000


def test_equals_are_sorted_by_id():
    rows = [row(empty_assessment(record=PatientRecord(patient=Patient(id=name)))) for name in "cab"]
    assert [r.patient_id for r in sorted(rows)] == ["a", "b", "c"]


def test_page_lists_rows_failures_and_the_run(assessment):
    html = render_worklist(reversed(rows_of(assessment)), [FAILURE], RUN)
    check_page_links = re.findall(r'href="(r\d/\w+\.html)"', html)
    assert check_page_links[:2] == ["r0/clinician.html", "r0/patient.html"]
    assert len(check_page_links) == 10
    text = text_of(html)
    for words in ("Potassium 6.4 mmol/L", "Critical 2", "Sources disagree 1", "67 years, female", "age not known",
                  "p<9>", FAILURE["sentence"], "patients in: 3", "nlp_engine 0.1.0",
                  "text 1.2 seconds", "Not a medical device."):  # fmt: skip
        assert words in text
    check_page(html)


def test_records_that_lost_a_part_stand_apart_from_those_that_failed(assessment):
    partly = {"patient_id": "p7", "status": "partly", "where": "p7/labs.csv row 3", "sentence": "the row has no value."}
    html = render_worklist(rows_of(assessment), [{**FAILURE, "status": "failed"}, partly], RUN)
    check_page(html)
    failed, part = html.split('id="partly"')
    assert "p&lt;9&gt;" in failed
    assert "p7/labs.csv row 3" not in failed
    assert "p7/labs.csv row 3" in part
    assert "These have a report" in part


def test_page_without_anyone():
    html = render_worklist([], [], {})
    check_page(html)
    assert "No patient was assessed." in html


def test_hostile_names_are_shown(assessment):
    record = PatientRecord(patient=Patient(id="x", name="<script>alert(1)</script>"))
    html = render_worklist([row(empty_assessment(record=record))], [], {})
    check_page(html)
    assert "&lt;script&gt;" in html


def test_ten_thousand_rows(assessment):
    rows = rows_of(assessment) * 2000
    html = render_worklist(rows, [], RUN)
    assert html.count("<tr class=") == 10_000
    assert len(html) < 12_000_000


def test_conflict_is_told_before_warnings_where_nothing_is_critical(assessment):
    no_critical = assessment.model_copy(update={"cards": assessment.cards[2:]})
    made = row(no_critical)
    assert (made.level, made.top) == ("conflict", assessment.cards[2].summary)
    uncovered = row(assessment.model_copy(update={"cards": assessment.cards[3:]}))
    assert (uncovered.level, uncovered.top) == ("conflict", "Pneumonia: the sources in this record disagree.")
    assert row(assessment).level == "critical"


def test_totals_say_that_they_count_patients(assessment):
    text = text_of(render_worklist([row(assessment), row(empty_assessment())], [], {}))
    assert "By most urgent card, patients:" in text
    assert "Critical 1" in text[text.index("By most urgent card") :]
