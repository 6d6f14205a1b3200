"""Words and windows: every word is in one core, nothing is longer than the network takes, offsets are the note's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.knowledge import resource
from nlp_engine.text.ner.network import load_tokenizer
from nlp_engine.text.ner.windows import cut_windows, split_words

LONGEST_INPUT = 510


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(resource("models") / "ner" / "tokenizer.json")


def check_windows(words, windows):
    covered = [word for window in windows for word in range(window.core_start, window.core_stop)]
    assert covered == list(range(len(words.spans)))
    for window in windows:
        assert window.start <= window.core_start < window.core_stop <= window.stop
        single = window.stop - window.start == 1
        assert words.subwords(window.start, window.stop) <= LONGEST_INPUT or single


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_words_are_pieces_of_any_text(tokenizer, text):
    words = split_words(text, tokenizer)
    ends = [0]
    for start, end in words.spans:
        assert ends[-1] <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end] != ""
        ends.append(end)
    assert len(words.first) == len(words.spans) + 1
    assert words.first == sorted(set(words.first)) or not words.spans
    check_windows(words, list(cut_windows(words)))


@pytest.mark.parametrize(
    "text",
    [
        "fever and cough. " * 400,
        "x" * 120_000,
        "ab" * 60 + " " + "no stops here " * 900,
        "\u00e9\u0301\U0001f637 " * 700,
        "1.2.3-4/5,6;" * 500,
    ],
    ids=["sentences", "one word", "no stops", "emoji", "punctuation"],
)
def test_long_texts_are_cut(tokenizer, text):
    words = split_words(text, tokenizer)
    check_windows(words, list(cut_windows(words)))


def test_windows_end_at_a_sentence(tokenizer):
    words = split_words("one two three four five six seven eight nine. " * 30, tokenizer)
    first = next(cut_windows(words))
    assert words.breaks[first.core_stop - 1]


def test_crlf_and_tabs_do_not_shift_offsets(tokenizer):
    text = "HPI:\r\n\tfever\r\n\r\ncough \U0001f637 K+5.9mmol"
    words = [text[start:end] for start, end in split_words(text, tokenizer).spans]
    assert [word for word in words if word.isalpha()][:3] == ["HPI", "fever", "cough"]
