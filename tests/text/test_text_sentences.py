"""Sentences of wrapped lines, lists and tables; any text at all."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from text_fakes import rules

from nlp_engine.text.sections import find_sections

_PIECES = st.sampled_from(
    [
        "Fever",
        "no cough",
        ". ",
        "? No",
        ", ",
        ":",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "- ",
        "1. ",
        "PMH ",
        "\t",
        "  ",
        "\x00",
        "\ud800",
        "x" * 50,
    ]
)
_WRAPPED = "Opens eyes to voice and moves all limbs weakly, MAE"


def sentences(text):
    breaks = [heading.start for heading in find_sections(text, rules().sections).headings]
    return [text[span.start : span.end] for span in rules().splitter.split(text, breaks).spans]


@pytest.mark.parametrize(
    "text",
    [
        f"{_WRAPPED}\nweakly, inconsistently follows commands.",
        f"{_WRAPPED}\r\nweakly, inconsistently follows commands.",
        "Came to us at nine with an hour of bad chest pain,\nBP 160 over 90 and was given 300 mg aspirin\nNitrates.",
        "MGF pancreatic cancer, d. 70",
        "29 y.o. G3P1 at 35 weeks",
    ],
)
def test_one_sentence_over_two_lines_or_a_stop_that_ends_nothing(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "fever\nno cough",
        "lisinopril 10 mg tablet by mouth every single morning\nmetformin 500 mg twice a day with the meals",
        "Na          137      mmol/L   normal   136      145\nsodium      140      mmol/L   normal   136      145",
        f"{_WRAPPED}\nfever: none",
        f"{_WRAPPED}\n- weak",
        f"{_WRAPPED}\n\nweak",
        f"{_WRAPPED}\nPMH htn",
    ],
)
def test_lines_that_stand_alone(text):
    assert sentences(text) == text.split("\n\n" if "\n\n" in text else "\n")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join)))
@example("")
@example("\ud800\r\n\x00 .")
def test_any_text_has_sentences_in_order_that_hold_every_word(text):
    breaks = [heading.start for heading in find_sections(text, rules().sections).headings]
    found = rules().splitter.split(text, breaks)
    assert all(0 <= span.start < span.end <= len(text) for span in found.spans)
    assert all(first.end <= second.start for first, second in pairwise(found.spans))
    assert "".join("".join(text[s.start : s.end].split()) for s in found.spans) == "".join(text.split())
    assert all(found.at(span.start) is span and found.at(span.end - 1) is span for span in found.spans)
