"""The whole stage: offsets hold on any text, callers' spans are kept, names and abbreviations get codes."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_fakes import FakeRecogniser, rules, stage

from nlp_engine.errors import InputError
from nlp_engine.record import Note
from nlp_engine.text import TextStage

PHRASES = {"fever": "PROBLEM", "knee": "ANATOMY", "scan": "TEST", "severe": "SEVERITY", "2 mg": "DOSAGE"}
PIECES = st.sampled_from(
    [
        "fever", "knee", "scan", "severe", "no ", "denies ", "Denies:\n", "- ", "\r\n", "\n\n", "\t", "é", "e\u0301",
        "😀", "\u200b", "\x00", "\ufeff", "creatinine 3.1 mg/dL", "K+5.9mmol", "BP 140/90", "metformin 500 mg PO BID",
        "chronic kidney disease (CKD)", " CKD ", "Family history: ", "PLAN", ":", ", ", ". ", "(", ")", "[ ] ", "? ",
        "if ", "in mother", "2 mg", " ", "\u2028", "h/o ", "ﬁ", "İ", "٣", "½", "\ud7ff",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))


def extract(text, phrases=PHRASES, **more):
    return stage(phrases).extract(Note(id="n", text=text), **more).mentions


def assert_offsets(text, mentions):
    for mention in mentions:
        for part in (mention, *mention.cues, *mention.attributes):
            assert 0 <= part.start < part.end <= len(text)
            assert text[part.start : part.end] == part.text


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_offsets_hold_on_any_text(text):
    mentions = extract(text)
    assert_offsets(text, mentions)
    spans = [(mention.start, mention.end) for mention in mentions]
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert [mention.id for mention in mentions] == [f"m{number}" for number in range(1, len(mentions) + 1)]


@settings(max_examples=200, deadline=None)
@given(st.data(), TEXTS.filter(bool))
def test_given_spans_are_kept_as_they_are(data, text):
    place = st.integers(0, len(text) - 1)
    labels = st.sampled_from(["PROBLEM", "TEST", "DRUG", "TREATMENT", "ANATOMY"])
    given = data.draw(st.lists(st.tuples(place, place, labels), max_size=5))
    given = [(min(a, b), max(a, b) + 1, label) for a, b, label in given]
    mentions = extract(text, mentions=given)
    assert [(m.start, m.end, m.label.value) for m in mentions] == given
    assert_offsets(text, mentions)


@pytest.mark.parametrize(
    ("span", "sentence"),
    [
        ((3, 3, "PROBLEM"), "empty or lies outside"),
        ((0, 99, "PROBLEM"), "empty or lies outside"),
        ((-1, 2, "PROBLEM"), "empty or lies outside"),
        ((0, 5, "PROBLEMS"), 'did you mean "PROBLEM"'),
    ],
)
def test_a_wrong_span_is_an_error_that_does_not_quote_the_note(span, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        extract("Zebra fever", mentions=[(0, 5, "PROBLEM"), span])
    assert "mention 2" in str(caught.value)
    assert "Zebra" not in str(caught.value)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00", "\ufeff", "\u200b"])
def test_a_text_with_nothing_to_read_has_no_mentions(text):
    assert extract(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "." * 50_000,
        "?" * 50_000,
        "1" * 50_000,
        "(" * 20_000,
        "\n" * 100_000,
        "severe " * 20_000,
        "no " * 20_000,
    ],
)
def test_long_monotonous_texts_end(text):
    assert extract(text) == ()


def test_windows_line_ends_change_nothing_but_offsets():
    text = "PMH:\n1. fever\n2. CKD\n\nPLAN:\nmetformin 500 mg PO BID\n"
    unix, dos = extract(text), extract(text.replace("\n", "\r\n"))
    assert [(m.text, m.section, m.temporality) for m in unix] == [(m.text, m.section, m.temporality) for m in dos]
    assert [m.section for m in unix] == ["past_medical_history", "past_medical_history", "plan"]


def test_a_defined_abbreviation_has_the_codes_of_its_long_form():
    text = "Her chronic obstructive pulmonary disease (CObPD) is stable. CObPD was treated."
    found = {m.text: m.codes for m in extract(text)}
    assert found["CObPD"][0].code == found["chronic obstructive pulmonary disease"][0].code == "J44.9"
    assert found["CObPD"][0].score < 1


def test_what_the_note_defines_comes_before_what_is_usual():
    text = "He takes myofascial ibuprofen (MI). MI helps."
    assert all(m.codes == () for m in extract(text, {"MI": "PROBLEM"}) if m.text == "MI")


def test_no_name_no_code():
    (mention,) = extract("fever of love", {"fever of love": "PROBLEM"})
    assert mention.codes == ()


def test_versions_name_the_network_and_the_rules():
    versions = TextStage(FakeRecogniser(), rules()).versions
    assert versions["ner"] == "fake"
    assert len(versions["text_rules"]) == 12


def test_many_notes_give_one_extraction_each_in_order():
    notes = [Note(id=str(number), text="fever " * number) for number in range(4)]
    found = stage(PHRASES).extract_many(notes, patient_id="p")
    assert [(e.note_id, e.patient_id, len(e.mentions)) for e in found] == [(str(n), "p", n) for n in range(4)]
