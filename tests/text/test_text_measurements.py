"""Results told in notes as observations, and values joined to their tests."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_fakes import stage

from nlp_engine.decisions import DecisionStage
from nlp_engine.engine import Engine
from nlp_engine.fusion import FusionStage
from nlp_engine.labs import LabStage
from nlp_engine.record import Note, Patient, PatientRecord

NOW = datetime(2026, 3, 4, 10)


def observations(text, time=NOW, phrases=None):
    return stage(phrases).extract(Note(id="n", text=text, time=time)).observations


def said(text, **options):
    return [(one.name, one.value, one.unit, one.time) for one in observations(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("K+5.9mmol", [("K+", "5.9", "mmol")]),
        ("BP 140/90", [("BP systolic", "140", None), ("BP diastolic", "90", None)]),
        ("WBC of 14", [("WBC", "14", None)]),
        ("Cr 1.2->2.3", [("Cr", "2.3", None)]),
        ("T 38.4 C", [("T", "38.4", "C")]),
        ("sats 91% on 2L", [("sats", "91", "%")]),
        ("Na/K 135/4.1", [("Na", "135", None), ("K", "4.1", None)]),
        ("AST and ALT were 24 and 19, respectively.", [("AST", "24", None), ("ALT", "19", None)]),
        ("CBC: 11.4/7.2/22.1/287", [("White blood cells", "11.4", None), ("Hemoglobin", "7.2", None),
                                    ("Hematocrit", "22.1", None), ("Platelets", "287", None)]),
        ("Hb 104 g/L, urea 12,4 mmol/L", [("Hb", "104", "g/L"), ("urea", "12,4", "mmol/L")]),
        ("BP165/60 HR86", [("BP systolic", "165", None), ("BP diastolic", "60", None), ("HR", "86", None)]),
        ("D-dimer <0.27 mg/L", [("D-dimer", "<0.27", "mg/L")]),
        ("troponin was negative", [("troponin", "negative", None)]),
        ("GCS 15", [("GCS", "15", None)]),
        ("Hgb was 7.2 on admission, now 9.4", [("Hgb", "9.4", None)]),
        ("creatinine has increased from 1.1 to 2.3", [("creatinine", "2.3", None)]),
        ("Potassium 5.9 H 3.5-5.1 mmol/L", [("Potassium", "5.9", "mmol/L")]),
    ],
)  # fmt: skip
def test_a_told_result_is_an_observation(text, expected):
    assert [(name, value, unit) for name, value, unit, _ in said(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "goal BP < 130/80",
        "keep K > 4, Mg > 2",
        "K 20 mEq PO daily",
        "potassium chloride 40 mEq PO",
        "call for T > 101 or HR > 120",
        "transfuse for Hgb < 7",
        "if INR >2 hold warfarin",
        "Her mother's glucose was 300.",
        "K 59",
        "HR 80-90",
        "Cr 1.2 1.4 2.3",
        "K+ 5.2 (hemolyzed)",
        "Jaundiced at 36 h, mother's Hb 9.",
        "O2 sat dropped to 84% with ambulation",
        "Hb 104 > 98",
        "UA: RBC >100, WBC 3",
        "Creatinine in 2019 was 1.1.",
        "Hb 7.8 -> 2u PRBC -> 9.1",
        "VT 400, RR 14, PEEP 5",
        "PAST MEDICAL HISTORY: hyperkalemia, K 6.1",
        "MEDICATIONS: calcium 600, Mg 400 bid",
        "BP running 150s/90s",
        "Afebrile, T-spine clear, 5 mg",
    ],
)
def test_what_is_no_sure_result_gives_none(text):
    assert observations(text) == ()


def test_a_name_that_is_a_drug_here_gives_none():
    assert observations("Calcium 9.1 mg/dL", phrases={"Calcium": "TEST"})
    assert observations("Calcium 9.1 mg/dL", phrases={"Calcium": "DRUG"}) == ()


def test_an_earlier_value_has_its_own_day_or_is_left_out():
    assert said("Hgb 9.2 (from 11.1 on 3/2)") == [
        ("Hgb", "9.2", None, NOW),
        ("Hgb", "11.1", None, datetime(2026, 3, 2)),
    ]
    assert [value for _, value, _, _ in said("Hgb 9.2 (baseline 11.1)")] == ["9.2"]


def test_the_date_of_a_heading_line_and_of_a_list_counts():
    assert {time for *_, time in said("LABS 3/1: alb 2.6, Hgb 10.1. TSH 3.8")} == {datetime(2026, 3, 1)}
    assert said("K 5.9", time=None) == [("K", "5.9", None, None)]


def test_the_clock_behind_a_value_counts_in_a_note_with_a_time():
    text = "FSBG 42 at 0630, diaphoretic. Gave D50, BG 118 at 06:50. Glucose 90 at 1900"
    assert [(value, time.hour, time.minute) for _, value, _, time in said(text)] == [
        ("42", 6, 30), ("118", 6, 50), ("90", 10, 0),
    ]  # fmt: skip
    assert {time.hour for *_, time in said(text, time=datetime(2026, 3, 4))} == {0}


TABLE = "Lab      3/1     3/2     today\nCr       1.2     1.9     2.3\nK        4.1     --      5.9"
ROWS = "Date      Cr    K\n03/01     2.1   4.7\n03/02     2.5   5.3"


def test_tables_give_each_cell_its_day():
    assert [(name, value, time.day) for name, value, _, time in said(TABLE)] == [
        ("Cr", "1.2", 1), ("Cr", "1.9", 2), ("Cr", "2.3", 4), ("K", "4.1", 1), ("K", "5.9", 4),
    ]  # fmt: skip
    assert [(name, value, time.day) for name, value, _, time in said(ROWS)] == [
        ("Cr", "2.1", 1), ("K", "4.7", 1), ("Cr", "2.5", 2), ("K", "5.3", 2),
    ]  # fmt: skip


def test_bare_vital_signs_are_told_apart_by_size_or_left_alone():
    assert [value for _, value, _, _ in said("VS 37.9 112 96/54 22 94% RA")] == ["37.9", "112", "96", "54", "22", "94"]
    assert [value for _, value, _, _ in said("VS 98.6 98 120/80 96")] == ["98.6", "120", "80"]


def test_a_summary_of_a_stay_tells_no_day_without_a_date():
    text = "DISCHARGE SUMMARY\n\nHOSPITAL COURSE: K 6.1 was treated.\n\nDischarge labs: K 4.1"
    assert [value for _, value, _, _ in said(text)] == ["4.1"]


def linked(text, phrases):
    mentions = stage(phrases).extract(Note(id="n", text=text)).mentions
    return {
        mention.text: [value.text for value in mention.attributes if value.label == "VALUE"] for mention in mentions
    }


@pytest.mark.parametrize(
    ("text", "phrases", "expected"),
    [
        ("CBC, BMP and LFTs were unremarkable", {"unremarkable": "VALUE"},
         {"CBC": ["unremarkable"], "BMP": ["unremarkable"], "LFTs": ["unremarkable"]}),
        ("Normal CBC and BMP.", {"Normal": "VALUE"}, {"CBC": ["Normal"], "BMP": ["Normal"]}),
        ("BMP: \n\nCBC was done. It was normal.", {"normal": "VALUE"}, {"BMP": [], "CBC": ["normal"]}),
        ("CBC, BMP and lactate 2.4", {}, {"CBC": [], "BMP": [], "lactate": ["2.4"]}),
        ("EF on echo was low", {"EF": "TEST", "echo": "TEST", "low": "VALUE"}, {"EF": ["low"], "echo": []}),
    ],
)  # fmt: skip
def test_values_belong_to_the_tests_of_their_list(text, phrases, expected):
    names = {"CBC": "TEST", "BMP": "TEST", "LFTs": "TEST"} | phrases
    assert linked(text, names) == expected


PIECES = st.sampled_from(
    [
        "K 5.9",
        "BP 140/90",
        "->",
        "3/2",
        "(",
        ")",
        "from",
        "VS",
        "CBC:",
        "/",
        ",",
        "\n",
        "\n\n",
        "1.2",
        "98%",
        "no",
        "goal",
    ]
    + ["Cr", "today", "  ", "Date", "7", "HR86", "T", "on admission", "now"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60))
def test_observations_stand_in_the_text(text):
    found = observations(text)
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert text[one.said_in.start :].startswith(one.value)
        assert text[one.said_in.start : one.said_in.end].startswith(one.value)


def test_a_result_told_in_a_note_reaches_rules_and_report():
    engine = Engine(text=stage(), labs=LabStage.load(), fusion=FusionStage.load(), decisions=DecisionStage.load())
    note = Note(id="n1", text="LABS: K 6.7. Goal K < 5.", time=NOW)
    made = engine.assess(PatientRecord(patient=Patient(id="p", age_years=70), notes=(note,)))
    card = next(card for card in made.cards if card.rule_id == "potassium-severe-high")
    (evidence,) = card.evidence
    assert evidence.source_id in {one.id for one in made.record.observations}
    assert evidence.method == "value in the text of a note"
    assert 'href="#note-1-8-11"' in made.to_html()
    assert len(engine.assess(made.record).lab_results) == len(made.lab_results)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Labs 3/4/26 (prior 2/18/26): WBC 2.1 (3.4), plt 71K.", [("2.1", (3, 4)), ("71", (3, 4))]),
        ("INR was 4.8 on 3/2, held, INR 2.3 on 3/3.", [("4.8", (3, 2)), ("2.3", (3, 3))]),
        ("CRP 24 (from 186 pre-op), ALT 38, K 3.9", [("24", (3, 4)), ("38", (3, 4)), ("3.9", (3, 4))]),
        ("Trop 0.42 (ref <0.04), lactate 2.8", [("0.42", (3, 4)), ("2.8", (3, 4))]),
        ("Meds: metoprolol bid\nNa 133, K 5.1", [("133", (3, 4)), ("5.1", (3, 4))]),
        ("Meds: metoprolol bid, Na 133, K 5.1", []),
        ("HbA1c 71 mmol/mol", [("71", (3, 4))]),
    ],
)
def test_dates_brackets_and_lists_of_drugs_beside_results(text, expected):
    found = said(text, phrases={"metoprolol": "DRUG"})
    assert [(value, (time.month, time.day)) for _, value, _, time in found] == expected


def test_a_date_in_brackets_is_that_of_the_value_in_them():
    text = "Labs 3/3: K 6.8, Cr 3.1 (baseline 1.6 on 1/2), glucose 212."
    days = {(name, value): time and time.date().isoformat() for name, value, _, time in said(text)}
    assert days["Cr", "1.6"] == "2026-01-02"
    assert days["glucose", "212"] == days["K", "6.8"] == "2026-03-03"
