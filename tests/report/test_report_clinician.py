"""The clinician report: what stands on it, in which order, and that every statement leads to its evidence."""

import re
from datetime import UTC, datetime

import pytest
from page_checks import check_page, text_of
from report_builders import NOW, empty_assessment, full_assessment, one_note

from nlp_engine.assessment import EvidenceKind, Indicator
from nlp_engine.record import InputProblem, Note, Patient, PatientRecord
from nlp_engine.report import render_report


@pytest.fixture(scope="module")
def html(assessment):
    return render_report(assessment)


@pytest.fixture(scope="module")
def text(html):
    return text_of(html)


def test_page_is_valid_and_self_contained(html):
    page = check_page(html)
    assert html.count('<svg xmlns="http://www.w3.org/2000/svg" class="trend"') == 6
    assert html.count('class="stay-chart"') == 1
    assert page.tags.count("h1") == 1


def test_same_assessment_gives_the_same_page(assessment, picture_folder):
    assert render_report(assessment) == render_report(full_assessment(picture_folder))


def test_critical_cards_come_first_then_conflicts(html, assessment):
    shown = re.findall(r'<article class="card (\w+)( is-conflict)?"', html)
    assert shown[0] == ("critical", "")
    assert shown[2] == ("warning", " is-conflict")
    assert len(shown) == len(assessment.cards)


def test_conflict_outranks_a_warning_that_the_rules_put_before_it(assessment):
    cards = (assessment.cards[3], assessment.cards[2], assessment.cards[4])
    html = render_report(assessment.model_copy(update={"cards": cards}))
    assert re.findall(r'<article class="card (\w+)( is-conflict)?"', html)[0] == ("warning", " is-conflict")


def test_every_level_has_colour_word_and_symbol(html):
    for symbol, word in (("▲", "Critical"), ("◆", "Warning"), ("●", "Information"), ("⇄", "Sources disagree")):
        assert re.search(rf"{symbol}</span>\s*{word}", html)


def test_card_says_all_that_it_has(text, assessment):
    card = assessment.cards[0]
    parts = [card.summary, "potassium: 6.4 mmol/L", *card.options, *card.cannot_see, card.source.label, "2023"]
    assert [part for part in parts if part not in text] == []
    assert "Not known: ECG" in text
    assert "Seen:" not in text, "the list inside the detail is shown with links instead"


def test_quoted_words_stand_with_their_context_and_section(html):
    assert "“2. No evidence of pneumonia on the chest film.”" in text_of(html)
    assert "<mark>pneumonia</mark>" in html
    assert "Progress note, assessment and plan" in html


def test_both_sides_of_a_conflict_stand_side_by_side(html):
    sides = re.search(r'<div class="sides">(.*?)</div>\s*</div>', html, re.DOTALL).group(1)
    left, right = sides.split("Speaks against it")
    assert "pneumonia 0.93" in left
    assert "output of chest-net, version 2.1, threshold 0.5" in left
    assert "focal consolidation" in right


def test_what_the_sides_of_a_conflict_show_is_not_shown_twice(assessment):
    card = assessment.cards[2]
    fact = card.facts[1]
    other_words = fact.evidence[0].model_copy(update={"statement": "pneumonia 0.93 (present)"})
    fact = fact.model_copy(update={"evidence": (other_words,)})
    card = card.model_copy(update={"facts": (fact,), "evidence": (other_words,)})
    html = render_report(assessment.model_copy(update={"cards": (card,)}))
    article = html[html.index("<article") : html.index("</article>")]
    assert article.count("output of chest-net, version 2.1, threshold 0.5") == 1
    assert "What was seen" not in article


def test_conflict_without_a_card_is_shown_all_the_same(assessment):
    html = render_report(assessment.model_copy(update={"cards": ()}))
    check_page(html)
    assert "Pneumonia: the sources in this record disagree." in html
    assert "Speaks for it" in html


def test_every_piece_of_evidence_is_a_link(assessment, html):
    lists = re.findall(r'<ul class="evidence">(.*?)</ul>', html, re.DOTALL)
    items = [item for found in lists for item in found.split("<li>")[1:]]
    assert len(items) > 20
    assert [item for item in items if 'href="#' not in item] == []


def test_links_lead_to_the_words_the_row_the_picture_and_back(html):
    note = re.search(r'id="(note-1-\d+-\d+)"[^>]*>pneumonia</mark><a class="back" href="(#card-\d)"', html)
    assert f'href="#{note.group(1)}"' in html
    row = re.search(r'<tr id="(result-\d+)"><td>Potassium</td>.*?</tr>', html)
    assert f'href="#{row.group(1)}"' in html
    assert 'href="#card-1">Card 1</a>' in row.group(0)
    output = re.search(r'id="(output-1)".*?</li>', html, re.DOTALL)
    assert 'href="#card-3">Card 3</a>' in output.group(0)


def test_results_out_of_range_critical_first_with_reference_and_change(html):
    panel = html[html.index('id="results"') : html.index('id="images"')]
    names = re.findall(r'<td class="name"><a href="#result-\d+">([^<]+)', panel)
    assert names[0] == "Potassium"
    assert "Sodium" not in names
    assert "Back in range: Sodium." in panel
    assert "Not flagged, for want of a reference interval or a number: Glucose." in panel
    assert "+1.2 since 9 Mar 2026, 12:30" in panel
    assert (
        '<title id="trend-1-title">Potassium: 4.4 mmol/L, 5.2 mmol/L, 6.4 mmol/L; reference 3.5 to 5.0</title>' in panel
    )


def test_results_after_now_are_not_the_latest(assessment):
    html = render_report(assessment.model_copy(update={"as_of": datetime(2026, 3, 9, 13, 0)}))
    panel = html[html.index('id="results"') : html.index('id="images"')]
    assert "5.2 mmol/L" in panel
    assert "6.4 mmol/L" not in panel


def test_readable_picture_is_shown_and_the_other_is_said_to_be_not(html):
    assert html.count('src="data:image/jpeg;base64,') == 1
    assert "The picture cannot be shown here." in html
    assert "a score is the output of the model named beside it, not a diagnosis" in html


def test_scores_findings_medicines_gaps_problems_and_versions(text):
    for words in (
        "16 mL/min/1.73 m²",
        "Missing: respiratory rate, Glasgow coma score",
        "High confidence (94 %)",
        "Low confidence (45 %). Expected but not in this record: lab results and vital signs",
        "400 mg oral as needed",
        "not active (stopped)",
        "Sepsis screen Missing: lactate, respiratory rate",
        "Not used: labs.csv row 9",
        "clinical-ner 1.0",
        "Not a medical device.",
        "Made from the record as of 10 Mar 2026, 14:30.",
    ):
        assert words in text


def test_empty_record_says_that_nothing_is_not_healthy():
    html = render_report(empty_assessment())
    check_page(html)
    for words in ("That is not the same as healthy", "No notes", "No lab results", "sex not known", "age not known"):
        assert words in html


@pytest.mark.parametrize("text", ["", "   \r\n", "x"])
def test_note_without_findings(text):
    record = PatientRecord(patient=Patient(id="p"), notes=(Note(id="n", text=text),))
    html = render_report(empty_assessment(record=record))
    check_page(html)
    assert ("This note is empty." in html) is (not text.strip())


def test_hostile_text_is_shown_and_never_run():
    evil = "<script>alert(1)</script> & <img src=x onerror=alert(2)> 'a' \"b\" {{ 7*7 }} &lt;"
    assessment = one_note(
        evil, (0, 8, "PROBLEM", {}), evidence=[(0, 8)], name="<script>x</script>", id="</title>'\"#a b"
    )
    for audience in ("clinician", "patient"):
        html = render_report(assessment, audience)
        check_page(html)
        assert "{{ 7*7 }}" in html or audience == "patient"
    note = html_note(render_report(assessment))
    assert note == evil


def html_note(html):
    """Return the words of the first note as a browser would show them."""
    from html import unescape

    inside = re.search(r'<div class="note-text[^>]*>(.*?)</div>', html, re.DOTALL).group(1)
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r'<a class="back".*?</a>', "", inside)))


def test_only_web_addresses_become_links(assessment):
    card = assessment.cards[0]
    source = card.source.model_copy(update={"url": "javascript:alert(1)"})
    html = render_report(assessment.model_copy(update={"cards": (card.model_copy(update={"source": source}),)}))
    check_page(html)
    assert "javascript" not in html


def test_evidence_that_the_record_does_not_hold_has_no_link(assessment):
    card = assessment.cards[0]
    lost = card.evidence[0].model_copy(update={"source_id": "nowhere"})
    html = render_report(assessment.model_copy(update={"cards": (card.model_copy(update={"evidence": (lost,)}),)}))
    check_page(html)


def test_evidence_beyond_the_end_of_a_note_leads_to_the_note(assessment):
    assessment = one_note("fever today", evidence=[(0, 5)])
    finding = assessment.findings[0]
    beyond = finding.supporting[0].model_copy(update={"start": 500, "end": 505})
    finding = finding.model_copy(update={"supporting": (beyond,)})
    html = render_report(assessment.model_copy(update={"findings": (finding,)}))
    check_page(html)
    assert 'href="#note-1"' in html


def test_mixed_time_zones_do_not_break_the_order(assessment):
    results = list(assessment.lab_results)
    results[0] = results[0].model_copy(update={"time": results[0].time.replace(tzinfo=UTC)})
    html = render_report(assessment.model_copy(update={"lab_results": tuple(results)}))
    assert " UTC" in html


def test_modality_that_no_stage_read_is_named(assessment):
    assert "Not read in this run" not in render_report(assessment)
    unread = assessment.model_copy(update={"extractions": (), "image_findings": ()})
    assert "though the record holds it: notes, image findings." in render_report(unread)
    assert "We did not read this part of your records: notes, image findings." in render_report(unread, "patient")


def test_many_pieces_of_evidence_are_folded(assessment):
    text = "fever " * 30
    html = render_report(one_note(text, evidence=[(i * 6, i * 6 + 5) for i in range(30)]))
    check_page(html)
    assert "26 more" in html


def test_long_note_stays_in_reason():
    text = "The patient has fever and cough today. " * 8600
    mentions = [(i * 390 + 16, i * 390 + 21, "PROBLEM", {}) for i in range(850)]
    html = render_report(one_note(text, *mentions, evidence=[(16, 21), (len(text) - 23, len(text) - 18)]))
    check_page(html)
    assert len(text.split()) > 60_000
    assert len(html) < 2 * len(text)
    assert "This note is too long for paper." in html


def test_unknown_audience_is_an_error(assessment):
    with pytest.raises(ValueError, match="clinician"):
        render_report(assessment, "nurse")


def test_assessment_method_renders_the_same(assessment, html):
    assert assessment.to_html() == html


def test_indicator_and_evidence_words_exist_for_every_member():
    from nlp_engine.report.phrases import load_phrases

    phrases = load_phrases()
    assert set(phrases.indicator) == {member.value for member in Indicator}
    assert set(phrases.kind) == {member.value for member in EvidenceKind} == set(phrases.modality)
    assert NOW.month <= len(phrases.months)


def with_pictures(assessment, findings=None, problems=()):
    changed = {"image_findings": findings or assessment.image_findings, "problems": (*assessment.problems, *problems)}
    return render_report(assessment.model_copy(update=changed))


def test_map_stands_beside_the_picture_and_is_called_no_finding(assessment):
    first, *rest = assessment.image_findings
    mapped = first.model_copy(update={"looked_at": ((0.1, 1.0), (0.0, 0.3))})
    page = with_pictures(assessment, (mapped, *rest))
    assert page.count('src="data:image/jpeg;base64,') == 2
    assert "Where the model looked for pneumonia, not a finding." in page
    assert "Where the model looked" not in with_pictures(assessment)


def test_map_of_a_picture_that_cannot_be_shown_is_left_out(assessment):
    findings = tuple(
        finding.model_copy(update={"image_id": "scan", "looked_at": ((1.0,),)}) for finding in assessment.image_findings
    )
    assert "Where the model looked" not in with_pictures(assessment, findings)


def test_reason_why_a_picture_was_not_judged_stands_beside_it(assessment):
    image = assessment.record.images[1]
    sentence = "The chest network did not judge the picture. The patient is 18 years or older."
    problem = InputProblem(where=f"images/{image.path.name}", sentence=sentence, severity="warning")
    page = with_pictures(assessment, problems=[problem])
    figure = page[page.index('id="image-2"') : page.index("</figure>", page.index('id="image-2"'))]
    assert sentence in figure
    assert f"<b>To check:</b> {problem.where}: {sentence}" in page
    assert "No image model gave an output" not in figure
