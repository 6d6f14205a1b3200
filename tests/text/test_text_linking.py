"""One attribute of several mentions, dates of log entries and tables, and which of two readings counts."""

import pytest
from text_fakes import stage

from nlp_engine.record import Note


def linked(text, phrases):
    """Return mention -> its attributes, as texts."""
    mentions = stage(phrases).extract(Note(id="n", text=text)).mentions
    return {m.text: [a.text for a in m.attributes] for m in mentions}


@pytest.mark.parametrize(
    ("text", "phrases", "expected"),
    [
        ("metformin and lisinopril daily", {}, {"metformin": ["daily"], "lisinopril": ["daily"]}),
        (
            "metformin and lisinopril 10 mg daily",
            {},
            {"metformin": [], "lisinopril": ["10 mg", "daily"]},
        ),
        (
            "no oozing of the legs or chafing",
            {"oozing": "PROBLEM", "chafing": "PROBLEM", "legs": "BODY_LOCATION"},
            {"oozing": ["legs"], "chafing": []},
        ),
        (
            "oozing and chafing of the legs",
            {"oozing": "PROBLEM", "chafing": "PROBLEM", "legs": "BODY_LOCATION"},
            {"oozing": ["legs"], "chafing": ["legs"]},
        ),
        ("metformin and 2 mg of lisinopril", {"2 mg": "STRENGTH"}, {"metformin": [], "lisinopril": ["2 mg"]}),
        (
            "metformin 40 mg, then reduce to 20 mg daily",
            {"20 mg": "STRENGTH"},
            {"metformin": ["40 mg", "20 mg"]},
        ),
        ("metformin 40 mg, Zzz 20 mg", {"20 mg": "STRENGTH"}, {"metformin": ["40 mg"]}),
        ("metformin half tablet daily", {"half tablet": "DOSAGE"}, {"metformin": ["half tablet", "daily"]}),
    ],
)
def test_links(text, phrases, expected):
    found = linked(text, phrases)
    assert {name: found[name] for name in expected} == expected


def test_a_date_at_the_head_of_a_line_dates_the_entry_up_to_the_next_date():
    text = "0748 metformin 10 mg. lisinopril\n0815 ibuprofen"
    found = linked(text, {"0748": "DATE", "0815": "DATE", "ibuprofen": "DRUG"})
    assert "0748" in found["metformin"]
    assert "0748" in found["lisinopril"]
    assert found["ibuprofen"] == ["0815"]


def test_dates_over_columns_date_the_rows_that_have_something_there():
    text = "        1/2    3/4\nscan    91     --\nswab    neg    pos\n"
    found = linked(text, {"1/2": "DATE", "3/4": "DATE", "scan": "TEST", "swab": "TEST"})
    assert "1/2" in found["scan"]
    assert "3/4" not in found["scan"]
    assert {"1/2", "3/4"} <= set(found["swab"])


def test_dates_of_rows_date_the_tests_over_the_columns():
    text = "Date    scan    swab\n1/2     91      --\n3/4     92      neg\n"
    found = linked(text, {"1/2": "DATE", "3/4": "DATE", "scan": "TEST", "swab": "TEST"})
    assert {"1/2", "3/4"} <= set(found["scan"])
    assert "1/2" not in found["swab"]
