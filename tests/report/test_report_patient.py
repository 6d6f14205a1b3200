"""The patient report: everyday words, each statement with where it comes from."""

import re

import pytest
from page_checks import check_page, text_of
from report_builders import empty_assessment, one_note

from nlp_engine.assessment import Indicator, Status
from nlp_engine.record import Medication, Patient, PatientRecord
from nlp_engine.report import render_report
from nlp_engine.report.plain_names import plain_label
from nlp_engine.report.readability import flesch_kincaid_grade, prose

MAX_GRADE = 8


@pytest.fixture(scope="module")
def html(assessment):
    return render_report(assessment, "patient")


@pytest.fixture(scope="module")
def text(html):
    return text_of(html)


def test_page_is_valid_and_says_whose_it_is(html, text):
    check_page(html)
    assert "For Erika Müller" in text
    assert text.count("This does not replace your doctor.") == 2


def test_cards_are_said_in_their_plain_words(text, assessment):
    for card in assessment.cards:
        assert card.plain in text
        assert card.plain_why in text
        assert card.summary not in text


def test_tests_have_everyday_names_and_a_usual_range(text):
    assert (
        "Potassium, a salt in the blood 6.4 mmol/L This is much higher than usual. The usual range is 3.5 to 5.0."
        in text
    )
    assert "One more test was in the usual range." in text


def test_every_statement_says_where_it_comes_from(html):
    statements = re.findall(r'<div class="statement[^"]*">(.*?)</div>', html, re.DOTALL)
    assert len(statements) > 15
    assert [statement for statement in statements if 'class="from"' not in statement] == []


def test_sources_name_date_value_and_quoted_words(text):
    assert "Your test Potassium 6.4 mmol/L of 10 March 2026. (labs.csv row 8)" in text
    assert "“pneumonia” in a note of 10 March 2026. The note says no." in text
    assert "A computer read a picture of 10 March 2026. It looked for a lung infection" in text


def test_urgent_cards_lead_to_the_urgent_sentence(assessment, text):
    assert "Some points above should not wait." in text
    calm = [card for card in assessment.cards if card.indicator is not Indicator.CRITICAL]
    other = render_report(assessment.model_copy(update={"cards": tuple(calm)}), "patient")
    assert "should not wait" not in other
    assert "If you feel very ill" in other


def test_questions_come_from_what_was_found(text):
    assert "My records do not agree about a lung infection. What is right?" in text
    assert "What should we do about too much potassium in the blood?" in text
    assert "What do the points at the top mean for me?" in text
    assert "Do my medicines still suit me?" in text


def test_what_a_rule_fears_is_not_asked_about_before_it_was_found(assessment):
    fear = assessment.cards[0].model_copy(update={"concept": "sepsis"})
    text = text_of(render_report(assessment.model_copy(update={"cards": (fear,)}), "patient"))
    assert "sepsis" not in text


def test_nothing_found_is_not_said_to_be_healthy():
    text = text_of(render_report(empty_assessment(), "patient"))
    assert "This does not mean that all is well." in text
    assert "Your records hold nothing that we can check." in text
    assert "Your records hold no test results." in text


def test_no_alarming_colours(html):
    rules = html[html.index("</head>") :]
    assert "critical" not in re.findall(r'class="([^"]*)"', rules)


@pytest.mark.parametrize("case", ["full", "no cards", "empty"])
def test_grade_is_eight_or_less(assessment, case):
    made = {
        "full": assessment,
        "no cards": assessment.model_copy(update={"cards": (), "findings": ()}),
        "empty": empty_assessment(),
    }[case]
    html = render_report(made, "patient")
    assert flesch_kincaid_grade(prose(html)) <= MAX_GRADE
    assert flesch_kincaid_grade(prose(html, with_sources=True)) <= MAX_GRADE


def test_plain_words_come_from_the_rules():
    assert plain_label("pleural_effusion") == "fluid around the lungs"
    assert plain_label("no such label") is None


def test_medicine_that_was_prescribed_again_is_not_said_to_be_over():
    rows = [("Lisinopril", "completed"), ("lisinopril", "active"), ("Ibuprofen", "stopped"), ("Ibuprofen", "stopped")]
    medications = tuple(Medication(id=f"m{n}", name=name, status=word) for n, (name, word) in enumerate(rows))
    record = PatientRecord(patient=Patient(id="p"), medications=medications)
    text = text_of(render_report(empty_assessment(record=record), "patient"))
    taken, over = text.split("No longer taken:")
    assert "lisinopril" in taken
    assert "lisinopril" not in over.casefold()
    assert over.count("Ibuprofen") == 1


@pytest.mark.parametrize(("confidence", "is_told"), [(0.36, False), (0.6, True)])
def test_a_mere_question_of_a_note_is_not_told_to_the_patient(confidence, is_told):
    assessment = one_note("CT to exclude malignancy.", evidence=[(14, 24)])
    doubt = {"status": Status.POSSIBLE, "confidence": confidence, "plain": "a growth that may be harmful"}
    finding = assessment.findings[0].model_copy(update=doubt)
    page = render_report(assessment.model_copy(update={"findings": (finding,)}), "patient")
    assert ("A growth that may be harmful." in text_of(page)) is is_told
