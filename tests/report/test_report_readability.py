"""The readability formula against examples counted by hand."""

import pytest

from nlp_engine.report.readability import flesch_kincaid_grade, prose, syllables

COUNTED = {
    "the": 1, "heart": 1, "blood": 1, "doctor": 2, "kidney": 2, "medicine": 3, "potassium": 4, "pneumonia": 3,
    "water": 2, "asked": 1, "needed": 2, "table": 2, "people": 2, "early": 2, "higher": 2, "usual": 3, "records": 2,
    "computer": 3, "infection": 3, "eye": 1, "12": 1, "ago": 2, "pills": 1, "changes": 2, "times": 1,
}  # fmt: skip


@pytest.mark.parametrize(("word", "count"), COUNTED.items())
def test_syllables_counted_by_hand(word, count):
    assert syllables(word) == count


def test_grade_of_a_sentence_counted_by_hand():
    # 6 words, 1 sentence, 6 syllables.
    assert flesch_kincaid_grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    text = "Your kidneys are weak. Please ask your doctor early."
    words, sentences = 9, 2
    counted = (1 + 2 + 1 + 1) + (1 + 1 + 1 + 2 + 2)
    assert flesch_kincaid_grade(text) == pytest.approx(0.39 * words / sentences + 11.8 * counted / words - 15.59)


def test_decimal_point_ends_no_sentence_and_a_line_does():
    assert flesch_kincaid_grade("It was 3.5 to 5.0 today.") == pytest.approx(0.39 * 6 + 11.8 * 7 / 6 - 15.59)
    assert flesch_kincaid_grade("one two\nthree four") == flesch_kincaid_grade("one two. three four.")


def test_hard_words_are_harder():
    easy = "Your heart is weak. Please see your doctor."
    hard = "Echocardiographic evaluation demonstrates considerable ventricular dysfunction necessitating consultation."
    assert flesch_kincaid_grade(easy) < 4 < 12 < flesch_kincaid_grade(hard)


def test_empty_text_has_grade_zero():
    assert flesch_kincaid_grade("") == 0.0


def test_prose_leaves_out_styles_and_sources():
    html = '<style>p { a: b }</style><p>One <b>two</b>.</p><div class="from"><p>x<br>y</p></div><p>Three</p>'
    assert prose(html) == "One two.\nThree"
    assert prose(html, with_sources=True) == "One two.\nx\ny\nThree"
