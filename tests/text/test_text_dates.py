"""Dates of notes: what can be told is told, what cannot is left unknown, nothing is guessed."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_fakes import rules, stage

from nlp_engine.assessment import Attribute, AttributeLabel, Mention
from nlp_engine.errors import KnowledgeError
from nlp_engine.record import Note
from nlp_engine.text.dates import DateReader, DateRules
from nlp_engine.text.note import ReadNote
from nlp_engine.text.sections import find_sections
from nlp_engine.text.tokens import tokenise

NOTE_TIME = datetime(2024, 3, 13, 9, 0)
"""A Wednesday."""


@cache
def finding(*words: str):
    return stage({"MI": "PROBLEM", "fever": "PROBLEM", "CABG": "TREATMENT"} | dict.fromkeys(words, "DATE"))


def dates(text: str, words: str, time: datetime | None = NOTE_TIME) -> list[str | None]:
    mentions = finding(words).extract(Note(id="n", text=text, time=time)).mentions
    return [own.date for mention in mentions for own in mention.attributes if own.label is AttributeLabel.DATE]


def date_of(words: str, time: datetime | None = NOTE_TIME) -> str | None:
    return dates(f"MI {words}.", words, time)[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("03/02/2024", "2024-03-02"), ("3-2-24", "2024-03-02"), ("2024-03-02", "2024-03-02"),
        ("3/2", "2024-03-02"), ("2 March 2024", "2024-03-02"), ("Mar. 2nd, 2024", "2024-03-02"),
        ("Mar '24", "2024-03"), ("in March", "2024-03"), ("March of last year", "2023-03"), ("in 2010", "2010"),
        ("'98", "1998"), ("12/95", "1995-12"), ("in 10/23", "2023-10"), ("9/22", None), ("the 1970s", None),
        ("2017-2019", None), ("3/4-3/8/24", "2024-03"), ("31/02/2024", None), ("02/30/2024", None),
        ("05/05/2203", None), ("22/02/2024", "2024-02-22"), ("yesterday", "2024-03-12"), ("3 days ago", "2024-03-10"),
        ("two weeks ago", "2024-02-28"), ("last week", "2024-03"), ("about 3 weeks ago", "2024-02"),
        ("2-3 weeks ago", "2024-02"), ("a few years ago", None), ("2 years ago", "2022"), ("4/7 ago", "2024-03-09"),
        ("since Monday", "2024-03-11"), ("in 2 weeks", "2024-03-27"), ("Thanksgiving", "2023-11-23"),
        ("at 1405", None), ("0600 today", "2024-03-13"), ("[**2151-6-28**]", "2151-06-28"), ("recently", None),
        ("x3 days", None), ("POD 2", None), ("age 45", None),
    ],
)  # fmt: skip
def test_a_date_with_the_time_of_the_note(words, expected):
    assert date_of(words) == expected


@pytest.mark.parametrize("words", ["yesterday", "3/2", "since Monday", "in March", "2 years ago", "POD 2"])
def test_without_the_time_of_the_note_relative_dates_stay_unknown(words):
    assert date_of(words, None) is None


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Date of service: 03/02/2024\n\nMI yesterday.", "yesterday", "2024-03-01"),
        ("PROGRESS NOTE\nDate of service: 03/02/2024\n\nMI yesterday.", "yesterday", "2024-03-01"),
        ("ADMISSION DATE: 3/1/2024\n\nMI on HD 2.", "HD 2", "2024-03-02"),
        ("Date of surgery: 2/28/2024\nDate: 3/3/2024\n\nfever on POD 2.", "POD 2", "2024-03-01"),
        ("DATE OF ADMISSION: 11/02/2009\n\nMI 2 days prior to admission.", "2 days prior to admission", "2009-10-31"),
        ("Date of birth: 4/1/1950\n\nCABG at age 45.", "at age 45", "1995"),
        ("Date of birth: 4/1/1950\n\nMI 1949.", "1949", None),
        ("Date of birth: 4/1/1950\n\nFather: MI at age 45.", "at age 45", None),
        ("Date of surgery: 2/28/2024\nDate of surgery: 2/20/2024\n\nfever on POD 2.", "POD 2", None),
    ],
)
def test_the_notes_own_headings_anchor(text, words, expected):
    assert dates(text, words, None)[0] == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("Echo 13/02/2024. ", "2024-02-03"),
        ("Echo 02/13/2024. ", "2024-03-02"),
        ("Echo 02/13/2024, MRI 13/02/2024. ", "2024"),
        ("Paracetamol, salbutamol. ", "2024-02-03"),
        ("", "2024-03-02"),
    ],
)
def test_the_order_of_day_and_month_is_the_notes(before, expected):
    assert dates(f"{before}MI 03/02/2024.", "03/02/2024")[-1] == expected


def test_the_words_around_a_date_count():
    assert dates("She will see us, fever on Friday.", "Friday") == ["2024-03-15"]
    assert dates("She fell and had fever on Friday.", "Friday") == ["2024-03-08"]
    assert dates("fever for 3 days.", "3 days") == [None]
    assert dates("MI before 2010.", "2010") == [None]
    assert dates("ECG 0600. BP 0800. MI 2019.", "2019")[-1] == "2019"


def test_a_date_right_behind_a_mention_is_added():
    assert dates("MI in 2010, CABG (3/5/2011). fever 2015 mg.", "-") == ["2010", "2011-03-05"]
    assert dates("CABG 1998.", "-") == ["1998"]


@given(st.text(alphabet="0123456789 /-.'[*]agoinlstwekdyMrTuPODHC,:\n\u2019\u00e9", min_size=1, max_size=60))
@settings(deadline=None)
def test_any_text_gives_a_date_or_none(text):
    whole = {"start": 0, "end": len(text), "text": text}
    own = Attribute(label=AttributeLabel.DATE, **whole)
    mention = Mention(id="m1", label="PROBLEM", attributes=(own,), **whole)
    note = ReadNote(text, tokenise(text), find_sections(text, rules().sections), rules().splitter.split(text))
    found = DateReader(rules().dates).dated(note, NOTE_TIME, [mention])[0].attributes[0].date
    assert found is None or re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", found)


def test_rules_refuse_an_unknown_key(tmp_path):
    file = tmp_path / "dates.yaml"
    source = Path(__file__).parents[2] / "rules" / "lexicons" / "dates.yaml"
    file.write_text(source.read_text(encoding="utf-8").replace("oldest_year", "oldst_year"))
    with pytest.raises(KnowledgeError, match="oldest_year"):
        DateReader(DateRules.load(file))
