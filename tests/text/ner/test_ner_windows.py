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


def test_a_stop_inside_a_number_or_behind_a_list_number_ends_no_window(tokenizer):
    text = "1. Potassium 3.5 was low on arrival at the ward. " * 20
    words = split_words(text, tokenizer)
    ends = {text[words.spans[window.stop - 1][0] : words.spans[window.stop - 1][1]] for window in cut_windows(words)}
    befores = {text[words.spans[window.stop - 2][0] : words.spans[window.stop - 2][1]] for window in cut_windows(words)}
    assert (ends, befores) == ({"."}, {"ward"})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_a_long_copied_passage_falls_into_the_same_windows(tokenizer, before):
    passage = "".join(f"Line {n} tells that value {n * n} was seen by nurse {n % 7} on the ward. " for n in range(120))
    prefix = "".join(f"Then came {n} other things. " for n in before)

    def contents(text):
        words = split_words(text, tokenizer)
        return {tuple(words.ids[words.first[w.start] : words.first[w.stop]]) for w in cut_windows(words)}

    alone, behind = contents(passage), contents(prefix + passage)
    assert len(alone & behind) > len(alone) / 2
