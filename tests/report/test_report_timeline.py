"""The dated events of the notes on the page: what was said, which date it means, and a link to the words."""

import re
from datetime import datetime

import pytest
from page_checks import check_page

from nlp_engine.assessment import Assessment, Attribute, Flag, LabResult, Mention, NoteExtraction, Presence
from nlp_engine.record import Note, NoteSpan, Patient, PatientRecord
from nlp_engine.report import render_report
from nlp_engine.report.phrases import load_phrases
from nlp_engine.report.timeline_view import said_partial_date

TEXT = "MI in <2010>."


def page(presence: Presence = Presence.PRESENT, *, dates: int = 1) -> str:
    place = {"start": 0, "end": 2, "text": "MI"}
    own = [Attribute(label="DATE", start=6, end=12, text="<2010>", date=str(1950 + number)) for number in range(dates)]
    mentions = tuple(
        Mention(id=f"m{number}", label="PROBLEM", presence=presence, attributes=(one,), **place)
        for number, one in enumerate(own)
    )
    record = PatientRecord(patient=Patient(id="p"), notes=(Note(id="n", text=TEXT, time=datetime(2026, 3, 6)),))
    return render_report(Assessment(record=record, extractions=(NoteExtraction(note_id="n", mentions=mentions),)))


def test_an_event_stands_with_its_date_and_a_link_to_its_words():
    html = page()
    check_page(html)
    section = re.search(r'<section class="panel" id="timeline">.*?</section>', html, re.DOTALL)
    assert section
    assert "1950" in section.group()
    assert "&lt;2010&gt;" in section.group()
    assert 'href="#note-1-0-2"' in section.group()


def test_the_section_is_short_and_left_out_without_events():
    assert page(dates=60).count('<span class="when">') == 40
    assert 'id="timeline"' not in page(Presence.ABSENT)


@pytest.mark.parametrize(("day", "said"), [("2026", "2026"), ("2026-03", "Mar 2026"), ("2026-03-05", "5 Mar 2026")])
def test_a_date_is_said_as_exactly_as_it_is_known(day, said):
    assert said_partial_date(day, load_phrases()) == said


def test_a_result_out_of_range_that_a_note_tells_stands_among_the_events():
    said = NoteSpan(note_id="n", start=6, end=12)
    row = LabResult(observation_id="n/6", name="Potassium", text="6.3", flag="HH", said_in=said, kind="lab",
                    time=datetime(2026, 3, 5))  # fmt: skip
    record = PatientRecord(patient=Patient(id="p"), notes=(Note(id="n", text=TEXT, time=datetime(2026, 3, 6)),))

    def html(result):
        return render_report(
            Assessment(record=record, lab_results=(result,), extractions=(NoteExtraction(note_id="n"),))
        )

    assert re.search(r'id="timeline".*5 Mar 2026.*Potassium.*Critically high.*#note-1-6-12', html(row), re.DOTALL)
    for other in ({"flag": Flag.NORMAL}, {"said_in": None}):
        assert 'id="timeline"' not in html(row.model_copy(update=other))
