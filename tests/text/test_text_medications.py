"""Numbers of doses, what happens with a drug, what it is for, and doubts about doses."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_fakes import stage

from nlp_engine.record import Note
from nlp_engine.text.medications.dose_rules import DoseRules
from nlp_engine.text.medications.doses import Doses

DOSES = Doses(DoseRules.load())


def read(text, **labels):
    """Return the mentions of some words, each given by its label."""
    spans = sorted((text.index(word), text.index(word) + len(word), label) for word, label in labels.items())
    return {m.text: m for m in stage().extract(Note(id="n", text=text), mentions=spans).mentions}


def status(mention):
    details = mention.medication
    return details.status.value if details is not None and details.status is not None else None


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("q6h", "4"),
        ("q.6 h. p.r.n.", "4"),
        ("BID", "2"),
        ("b.i.d.", "2"),
        ("every other day", "0.5"),
        ("weekly", "0.1429"),
        ("every three months", "0.0111"),
        ("Mon/Wed/Fri", "0.4286"),
        ("qAM and qHS", "2"),
        ("qhs", "1"),
        ("3 x daily", "3"),
        ("once daily", "1"),
    ],
)
def test_a_frequency_is_times_a_day(text, times):
    assert DOSES.frequency(text) == (Decimal(times), "/d")


@pytest.mark.parametrize(
    "text", ["once", "stat", "x1", "PRN", "q4-6h", "every 4 to 6 hours", "b.i.d. to q.i.d.", "q0h"]
)
def test_no_rate_where_there_is_none_or_more_than_one(text):
    assert DOSES.frequency(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("500 mg", "500", "mg"),
        ("1,000 mcg", "1000", "ug"),
        ("20 units", "20", "[iU]"),
        ("one (1) tablet", "1", "{tablet}"),
        ("half a tablet", "0.5", "{tablet}"),
        ("1/2 tab", "0.5", "{tablet}"),
        ("two puffs", "2", "{puff}"),
        ("250 mg/5 mL", "250", "mg/(5.mL)"),
        ("25", "25", None),
        ("1-2 tablets", None, None),
        ("5 mg/325 mg", None, None),
    ],
)
def test_amounts(text, value, unit):
    assert DOSES.amount(text) == (None if value is None else Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("10 days", 10, "d"),
        ("x 2 wk", 2, "wk"),
        ("ten-day course", 10, "d"),
        ("2/52", 2, "wk"),
        ("7-10 days", None, None),
    ],
)
def test_durations(text, value, unit):
    assert DOSES.duration(text) == (value, unit)


@given(st.text(st.sampled_from("q0123456789 .-/½xhdaily mgtab()onceyrwk\u0301\n"), max_size=40))
def test_any_words_can_be_read(text):
    for value, unit in (DOSES.frequency(text), DOSES.duration(text), DOSES.amount(text)):
        assert value is not None or unit is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Start metformin, hold lisinopril.", ["started", "held"]),
        ("Metformin held, lisinopril increased to 20 mg.", ["held", "increased"]),
        ("Switched from metformin to lisinopril.", ["stopped", "started"]),
        ("Metformin 500 mg and lisinopril 10 mg were held.", ["held", "held"]),
        ("Continue metformin 500 mg bid, lisinopril 10 mg.", ["continued", "continued"]),
        ("Metformin level checked after lisinopril.", [None, None]),
        ("Do not stop metformin. Not a candidate for lisinopril.", ["continued", None]),
        ("Will start metformin. Add lisinopril if BP stays high.", ["planned", "planned"]),
        ("ALLERGIES: metformin, lisinopril", ["allergic", "allergic"]),
        ("HOME MEDICATIONS: metformin, lisinopril - STOP", ["taken", "stopped"]),
        ("Stop taking:\n- metformin\n- lisinopril", ["stopped", "stopped"]),
        ("Metformin was held for surgery and then restarted.\nOff lisinopril.", ["started", "stopped"]),
        (
            "Medications changed at this visit: metformin 5 mg PO daily (INCREASED from 4 mg)\nlisinopril - STOP",
            ["increased", "stopped"],
        ),
        ("D/c home on metformin; lisinopril 10 mg, hold for SBP < 100.", ["taken", None]),
    ],
)
def test_status(text, expected):
    folded = text.replace("Metformin", "metformin")
    found = read(folded, metformin="DRUG", lisinopril="DRUG")
    assert [status(found["metformin"]), status(found["lisinopril"])] == expected


def test_a_change_on_a_condition_is_no_status():
    found = read("If the fever returns, stop metformin. Stop lisinopril.", metformin="DRUG", lisinopril="DRUG")
    assert [status(found["metformin"]), status(found["lisinopril"])] == [None, "stopped"]


def test_the_cue_of_a_status_is_kept_and_a_section_has_none():
    found = read("MEDICATIONS: metformin. Plan: hold lisinopril.", metformin="DRUG", lisinopril="DRUG")
    assert found["metformin"].medication.cue is None
    assert found["lisinopril"].medication.cue.text == "hold"


@pytest.mark.parametrize(
    ("text", "has_reason"),
    [
        ("metformin 500 mg bid for diabetes", True),
        ("metformin prn diabetes", True),
        ("diabetes: continue metformin", True),
        ("diabetes on metformin", True),
        ("metformin held for diabetes", False),
        ("metformin. He has diabetes", False),
        ("no diabetes: metformin", False),
        ("lisinopril (held for diabetes), metformin", False),
        ("metformin for 3 days, then diabetes", False),
    ],
)
def test_reason(text, has_reason):
    found = read(text, metformin="DRUG", diabetes="PROBLEM")
    details = found["metformin"].medication
    assert (details is not None and details.reason == found["diabetes"].id) == has_reason


@pytest.mark.parametrize(
    ("text", "drug", "words"),
    [
        ("levothyroxine 50 mg daily", "levothyroxine", "above the highest usual dose of the label (300 mcg)"),
        ("gabapentin 1200 mg four times a day", "gabapentin", "4800 mg a day"),
        ("lisinopril 40 mg, 3 tablets daily", "lisinopril", "120 mg"),
        ("methotrexate 10 mg daily", "methotrexate", "once a week"),
        ("digoxin 125 mg daily", "digoxin", "mcg"),
        ("metformin 500 mcg bid", "metformin", "far below"),
    ],
)
def test_doubts(text, drug, words):
    (doubt,) = read(text, **{drug: "DRUG"})[drug].medication.doubts
    assert words in doubt


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("levothyroxine 50 mcg daily", "levothyroxine"),
        ("methotrexate 15 mg weekly", "methotrexate"),
        ("alendronate 70 mg weekly", "alendronate"),
        ("ibuprofen 800 mg tid", "ibuprofen"),
        ("labetalol 5000 mg IV", "labetalol"),
        ("amlodipine 10-20 mg", "amlodipine"),
        ("zzz 9000 mg daily", "zzz"),
    ],
)
def test_no_doubt(text, drug):
    details = read(text, **{drug: "DRUG"})[drug].medication
    assert details is None or not details.doubts
