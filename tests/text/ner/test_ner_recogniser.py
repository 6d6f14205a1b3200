"""The embedded model: it is there, it finds plain things, and its offsets hold everywhere."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.errors import ModelError
from nlp_engine.knowledge import resource
from nlp_engine.text.ner.labels import MENTION_LABELS, bio_tags, load_labels
from nlp_engine.text.ner.network import OnnxTagger
from nlp_engine.text.ner.recogniser import Recogniser

FOLDER = resource("models") / "ner"


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser.load()


def found(recogniser, text):
    return {(text[span.start : span.end], span.label) for span in recogniser.recognise(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She was admitted with pneumonia and fever.", {("pneumonia", "PROBLEM"), ("fever", "PROBLEM")}),
        ("He takes metformin for type 2 diabetes.", {("metformin", "DRUG")}),
        ("A CT scan of the chest showed a pleural effusion.", {("pleural effusion", "PROBLEM")}),
        ("Patient denies nausea.", {("nausea", "PROBLEM")}),
    ],
)
def test_plain_sentences(recogniser, text, expected):
    assert expected <= found(recogniser, text)


@pytest.mark.parametrize("words", [1, 2, 5, 31, 79, 80, 81, 127, 300])
def test_a_fact_is_found_at_any_length(recogniser, words):
    text = "Stable. " * words + "She has pneumonia."
    assert ("pneumonia", "PROBLEM") in found(recogniser, text)


def test_a_fact_at_the_end_of_a_very_long_note_is_found(recogniser):
    text = "The patient was seen again today.\n" * 10_000 + "She was admitted with pneumonia."
    assert len(text.split()) > 60_000
    last = recogniser.recognise(text)[-1]
    assert (text[last.start : last.end], last.label) == ("pneumonia", "PROBLEM")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["fever", "K+5.9mmol", "\r\n", "\t", "\U0001f637", "e\u0301", "\x00", "\u200b", "no", "."])
    )
)
def test_spans_lie_in_the_text_and_do_not_overlap(recogniser, parts):
    text = " ".join(parts)
    ends = {True: 0, False: 0}
    for span in recogniser.recognise(text):
        is_mention = span.label in MENTION_LABELS
        assert ends[is_mention] <= span.start < span.end <= len(text)
        assert 0 <= span.score <= 1
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        ends[is_mention] = span.end


@pytest.mark.parametrize("text", ["", " \r\n\t ", "\x00\x01", "\u200b"])
def test_a_text_without_words_has_no_spans(recogniser, text):
    assert recogniser.recognise(text) == []


def test_heads_fit_the_label_file_and_the_network():
    tagger, labels = OnnxTagger(FOLDER), load_labels()
    for head in tagger.heads:
        assert head.labels == labels.corpora[head.name].labels
    assert tagger.logits([2003, 2004]).shape == (2, sum(len(bio_tags(head.labels)) for head in tagger.heads))


def test_a_model_folder_that_lacks_a_file_is_named(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"version": "0", "heads": []}))
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        OnnxTagger(tmp_path)
