"""Notes with highlighted mentions: nothing is lost, whatever overlaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_checks import check_page
from report_builders import one_note

from nlp_engine.report import render_report
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.highlight import pieces
from nlp_engine.report.phrases import load_phrases
from nlp_engine.report.views import Link

OWNER = Link("#card-1", "Card 1")


def cut(assessment):
    phrases = load_phrases()
    tracer = Tracer(assessment, phrases)
    for finding in assessment.findings:
        tracer.views(finding.supporting, OWNER)
    note = assessment.record.notes[0]
    return pieces(note, assessment.extractions[0].mentions, tracer, phrases)


@st.composite
def notes_with_spans(draw):
    text = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
    span = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(lambda s: s[0] < s[1])
    labels = st.sampled_from(["PROBLEM", "DRUG", "TEST"])
    mentions = draw(st.lists(st.tuples(span, labels), max_size=6))
    evidence = draw(st.lists(span, max_size=4, unique=True))
    return text, [(start, end, label, {}) for (start, end), label in mentions], evidence


@given(notes_with_spans())
def test_pieces_joined_are_the_note_and_every_span_has_its_anchor(case):
    text, mentions, evidence = case
    found = cut(one_note(text, *mentions, evidence=evidence))
    assert "".join(piece.text for piece in found) == text
    assert sorted(a for piece in found for a in piece.anchors) == sorted(f"note-1-{s}-{e}" for s, e in evidence)
    offset = 0
    for piece in found:
        used = any(start <= offset < end for start, end in evidence)
        assert ("used" in piece.css.split()) is used
        offset += len(piece.text)


@given(notes_with_spans())
def test_page_of_any_note_is_valid(case):
    text, mentions, evidence = case
    check_page(render_report(one_note(text, *mentions, evidence=evidence)))


def test_nested_mention_gives_its_own_colour():
    found = cut(one_note("knee pain", (0, 9, "PROBLEM", {}), (0, 4, "ANATOMY", {})))
    assert [(piece.text, piece.css) for piece in found] == [("knee", "anatomy"), (" pain", "problem")]


@pytest.mark.parametrize(
    ("more", "css", "mark"),
    [
        ({}, "problem", ""),
        ({"presence": "absent"}, "problem absent", "absent"),
        ({"presence": "possible", "experiencer": "family"}, "problem", "possible, family"),
        ({"temporality": "historical"}, "problem", "past"),
    ],
)
def test_assertions_are_marked_in_style_and_words(more, css, mark):
    (piece,) = cut(one_note("fever", (0, 5, "PROBLEM", more)))
    assert (piece.css, piece.mark) == (css, mark)


def test_crlf_emoji_and_right_to_left_stay_whole():
    text = "Fieber\r\n🤒 38,5 °C\r\nالمريض يعاني من حمى\te\u0301"
    found = cut(one_note(text, (8, 9, "PROBLEM", {}), evidence=[(19, 25)]))
    assert "".join(piece.text for piece in found) == text
    assert 'dir="auto"' in render_report(one_note(text))


def test_two_statements_lead_back_from_one_span():
    assessment = one_note("fever", evidence=[(0, 5)])
    phrases = load_phrases()
    tracer = Tracer(assessment, phrases)
    for owner in (OWNER, Link("#finding-1", "Fever"), OWNER):
        tracer.views(assessment.findings[0].supporting, owner)
    (piece,) = pieces(assessment.record.notes[0], (), tracer, phrases)
    assert [link.href for link in piece.used_in] == ["#card-1", "#finding-1"]
