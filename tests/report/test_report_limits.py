"""What the pages say of their own limits: numbers in notes, unknown age and sex, normal phrases, a table cut short."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from page_checks import check_page, text_of
from report_builders import NOW, empty_assessment, image_evidence, image_finding, one_note, result, result_evidence

from nlp_engine.assessment import (
    Attribute,
    AttributeLabel,
    Evidence,
    EvidenceKind,
    Finding,
    Flag,
    LabResult,
    Presence,
    Status,
)
from nlp_engine.decisions.rules import RuleFile
from nlp_engine.knowledge import load_concepts, read_yaml, resource
from nlp_engine.record import Patient, PatientRecord, Sex
from nlp_engine.report import WorklistRow, render_report
from nlp_engine.report.quotes import is_normal_phrase

NOTE = "Vitals: blood pressure 93/54. White count of 20. Gait normal."


def quoted(text, presence=Presence.ABSENT):
    return Evidence(
        kind=EvidenceKind.NOTE, source_id="n1", statement=text, start=0, end=len(text), presence=presence, method="m"
    )


def with_values():
    def tested(name, value):
        start, value_start = NOTE.index(name), NOTE.index(value)
        attribute = Attribute(label=AttributeLabel.VALUE, start=value_start, end=value_start + len(value), text=value)
        return start, start + len(name), "TEST", {"attributes": (attribute,)}

    return one_note(NOTE, tested("blood pressure", "93/54"), tested("White count", "20"), tested("Gait", "normal"))


@pytest.mark.parametrize(
    "phrase",
    ["Kidney function is normal", "Lungs clear", "Lungs: Clear", "afebrile", "creatinine within normal limits"],
)
def test_phrase_that_all_is_well_is_not_a_denied_name(phrase):
    assert is_normal_phrase(quoted(phrase))
    assert not is_normal_phrase(quoted(phrase, Presence.PRESENT))


@pytest.mark.parametrize("concept", ["pneumonia", "edema", "diabetes", "kidney_impairment", "fever"])
def test_name_of_a_concept_is_denied_by_the_note(concept):
    for name in load_concepts()[concept].names:
        assert not is_normal_phrase(quoted(name))


def test_normal_phrase_has_its_own_words_on_both_pages():
    text = "Kidney function is normal. No pneumonia."
    made = one_note(text, evidence=[(0, 25)])
    phrase = made.findings[0].supporting[0].model_copy(update={"presence": Presence.ABSENT})
    finding = made.findings[0].model_copy(update={"status": Status.ABSENT, "supporting": (), "opposing": (phrase,)})
    made = made.model_copy(update={"findings": (finding,)})
    plain = text_of(render_report(made, "patient"))
    assert "The note says “Kidney function is normal”. That speaks against it." in plain
    assert "The note says no" not in plain
    clinician = text_of(render_report(made))
    assert "speaks against it" in clinician
    assert "said to be absent" not in clinician.replace("struck through = said to be absent", "")


def test_numbers_in_notes_are_quoted_and_said_to_be_unused():
    made = with_values()
    html = render_report(made)
    check_page(html)
    assert "The notes hold 2 measured values that were not taken as results; no rule used them." in text_of(html)
    assert re.findall(r"<mark>([^<]*)</mark>", html) == ["blood pressure 93/54", "White count of 20"]
    plain = text_of(render_report(made, "patient"))
    assert plain.count("Your notes hold 2 numbers from tests that we did not check.") == 2
    assert "We met no gaps" not in plain
    row = WorklistRow.of(made, clinician_href="c", patient_href="p")
    assert row.top == "Nothing triggered a rule. No rule used some numbers in the notes (2)."


def test_only_the_first_of_many_numbers_are_quoted():
    text = "BP 120/80. " * 40
    mentions = []
    for start in range(0, len(text), 11):
        attribute = Attribute(label=AttributeLabel.VALUE, start=start + 3, end=start + 9, text="120/80")
        mentions.append((start, start + 2, "TEST", {"attributes": (attribute,)}))
    html = render_report(one_note(text, *mentions))
    assert "The notes hold 40 measured values that were not taken as results; no rule used them." in html
    assert "Quoted here are the first 30;" in html
    assert html.count("<mark>BP 120/80</mark>") == 30


@pytest.mark.parametrize(
    ("patient", "unknown"),
    [({}, "age or sex"), ({"sex": Sex.FEMALE}, "age"), ({"age_years": Decimal(50)}, "sex")],
)
def test_unknown_age_and_sex_are_gaps(patient, unknown):
    made = empty_assessment(record=PatientRecord(patient=Patient(id="p", **patient)))
    assert f"do not tell us your {unknown}." in text_of(render_report(made, "patient"))
    assert f"Not known in this record: {unknown.replace(' or ', ', ')}." in text_of(render_report(made))


def test_known_age_and_sex_are_no_gap():
    known = Patient(id="p", sex=Sex.MALE, age_years=Decimal(50))
    made = empty_assessment(record=PatientRecord(patient=known))
    assert "We met no gaps" in text_of(render_report(made, "patient"))
    assert "Not known in this record" not in render_report(made)


def test_negatives_that_rest_on_results_alone_are_left_to_the_tests():
    normal = result("Potassium", "2823-3", ["4.4"], "mmol/L", "3.5", "5.0", ["N"])
    about = {"status": Status.ABSENT, "confidence": 0.9}
    by_test = Finding(
        concept="hyperkalemia", name="K", plain="much salt", opposing=(result_evidence(normal[0]),), **about
    )
    denied = [
        Finding(concept=f"c{n}", name=f"C{n}", plain=f"thing number {n}", opposing=(quoted("pneumonia"),), **about)
        for n in range(9)
    ]
    disease = Finding(concept="pneumonia", name="P", plain="a lung infection", opposing=(quoted("pneumonia"),), **about)
    made = empty_assessment(findings=(by_test, *denied, disease))
    html = render_report(made, "patient")
    fold = html[html.index('<details class="fold">') :]
    shown = re.findall(r"<p>([^<]*)\.</p>", fold[: fold.index("</section>")])
    assert shown[0] == "A lung infection"
    assert len(shown) == 6
    assert "much salt" not in html
    assert "Your notes say no to 4 more things." in html
    assert "<summary>Absent (11)</summary>" in render_report(made)


def test_side_that_speaks_against_comes_second_and_is_marked():
    seen, denied = quoted("edema", Presence.PRESENT), quoted("leg swelling")
    made = Finding(
        concept="edema", name="E", plain="swelling", status=Status.ABSENT, confidence=0.5, supporting=(seen,),
        opposing=(denied,),
    )  # fmt: skip
    text = text_of(render_report(empty_assessment(findings=(made,)), "patient"))
    against = text.index("Speaks against it: “leg swelling” in a note. The note says no.")
    assert against < text.index("Speaks for it: “edema” in a note.")


@pytest.mark.parametrize("statement", ["pneumonia 0.93", "pneumonia 0.93 (present)"])
def test_picture_is_told_without_its_score_twice(statement):
    output = image_finding("pneumonia", 0.93, 1, "present")
    evidence = image_evidence(output).model_copy(update={"statement": statement})
    made = Finding(concept="pneumonia", name="P", plain="a lung infection", status=Status.PRESENT, confidence=0.5,
                   supporting=(evidence,))  # fmt: skip
    for findings in ((output,), ()):
        text = text_of(render_report(empty_assessment(findings=(made,), image_findings=findings), "patient"))
        assert "It looked for a lung infection (pneumonia). Its score was 0.93 of 1." in text
        assert "The program is chest-net, version 2.1." in text


def test_normal_flag_does_not_contradict_a_rule_with_its_own_limit(assessment):
    pressure = result("Systolic blood pressure", "8480-6", ["94"], "mm[Hg]", "90", "139", ["N"], kind="vital")
    evidence = (result_evidence(pressure[0]),)
    card = assessment.cards[0].model_copy(update={"evidence": evidence, "facts": ()})
    finding = Finding(concept="x", name="X", plain="x", status=Status.ABSENT, confidence=0.5, opposing=evidence)
    html = render_report(empty_assessment(cards=(card,), findings=(finding,), lab_results=tuple(pressure)))
    article = html[html.index("<article") : html.index("</article>")]
    assert "Systolic blood pressure 94" in article
    assert not re.search("in range|reference", article, re.IGNORECASE)
    assert "within the reference interval 90 to 139" in html


def test_interval_has_the_places_of_the_value():
    made = result("Temperature", "8310-5", ["32.1"], "Cel", "28", "32", ["H"])
    text = text_of(render_report(empty_assessment(lab_results=tuple(made)), "patient"))
    assert "The usual range is 28.0 to 32.0." in text


def test_one_thing_is_not_told_in_the_plural():
    made = one_note("fever", evidence=[(0, 5)])
    assert "We looked at one note." in text_of(render_report(made, "patient"))
    fine = result("Potassium", "2823-3", ["4.4"], "mmol/L", "3.5", "5.0", ["N"])
    text = text_of(render_report(empty_assessment(lab_results=tuple(fine)), "patient"))
    assert "The one test with a usual range was in it." in text
    assert "more test" not in text


def test_long_table_keeps_the_newest_and_all_that_statements_link_to():
    results = tuple(
        LabResult(observation_id=f"o{n}", name="Potassium", code="2823-3", value=Decimal(4), text="4", unit="mmol/L",
                  time=NOW - timedelta(minutes=n), flag=Flag.NORMAL)
        for n in range(3000)
    )  # fmt: skip
    used = tuple(result_evidence(results[n]) for n in (5, 2500))
    finding = Finding(concept="x", name="X", plain="x", status=Status.PRESENT, confidence=0.5, supporting=used)
    html = render_report(empty_assessment(lab_results=results, findings=(finding,), as_of=NOW))
    check_page(html)
    assert html.count('<tr id="result-') == 201
    assert '<tr id="result-2501"' in html
    text = text_of(html)
    assert "201 of 3000 results" in text
    assert "2799 older ones are not" in text
    assert "labs.parquet" in text


def test_latest_result_stays_in_the_table_when_newer_ones_lie_in_the_future():
    results = tuple(
        LabResult(observation_id=f"o{n}", name="K", value=Decimal(9), text="9", time=NOW + timedelta(minutes=n),
                  flag=Flag.HIGH)
        for n in range(2500)
    )  # fmt: skip
    check_page(render_report(empty_assessment(lab_results=results, as_of=NOW)))


HOW_SOON = {"critical": [["now"]], "warning": [[], ["today"], ["soon"]], "info": [[]]}


def test_how_soon_a_sentence_asks_for_help_follows_the_indicator():
    rules = [
        rule
        for path in sorted((resource("rules") / "alerts").glob("*.yaml"))
        for rule in read_yaml(path, RuleFile).rules
    ]
    assert len(rules) > 20
    wrong = [
        rule.id
        for rule in rules
        if re.findall(r"\b(now|today|soon)\b", rule.plain) not in HOW_SOON[str(rule.indicator)]
    ]
    assert wrong == []


def test_headings_of_the_patient_page_tell_no_time(assessment):
    html = render_report(assessment, "patient")
    headings = re.findall(r'<h3 class="level">(.*?)</h3>', html)
    assert len(headings) == 3
    assert not re.search(r"\b(now|today|soon)\b", " ".join(headings))
