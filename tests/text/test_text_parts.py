"""Sections, sentences, names, values and doses."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_fakes import rules, stage

from nlp_engine.record import Note
from nlp_engine.text.sections import find_sections
from nlp_engine.text.tokens import tokenise


def extract(text, phrases=None):
    return stage(phrases).extract(Note(id="n", text=text)).mentions


def headings(text):
    found = find_sections(text, rules().sections).headings
    return [(text[h.start : h.end], h.kind.id if h.kind else None) for h in found if not h.stays]


def sentences(text):
    return [text[s.start : s.end] for s in rules().splitter.split(text).spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HPI: x\nPMH: y", [("HPI", "history_of_present_illness"), ("PMH", "past_medical_history")]),
        ("FAMILY HISTORY\n\nMother healthy", [("FAMILY HISTORY", "family_history")]),
        ("# Plan\nx\n**Allergies**\ny", [("Plan", "plan"), ("Allergies", "allergies")]),
        ("MEDICATIONS:\nALLERGIES:\nnone", [("MEDICATIONS", "medications"), ("ALLERGIES", "allergies")]),
        ("He is well.,SOCIAL HISTORY:, smoker.,PLAN: x", [("SOCIAL HISTORY", "social_history"), ("PLAN", "plan")]),
        ("IMPRESSION - pneumonia", [("IMPRESSION", "impression")]),
        ("ZEBRA COUNTS:\n3", [("ZEBRA COUNTS", None)]),
        ("He said: no. The plan: rest.", []),
        ("fever and cough", []),
    ],
)
def test_headings(text, expected):
    assert headings(text) == expected


def test_a_section_ends_where_the_next_heading_begins():
    text = "Fever.\nFAMILY HISTORY: fever\nZEBRA COUNTS:\nfever\nSkin: fever"
    assert [m.section for m in extract(text, {"fever": "PROBLEM"})][1:] == ["family_history", None, None]


@pytest.mark.parametrize(
    ("text", "section", "experiencer"),
    [
        ("Family history\nFather had stroke.\n\nFindings at transfer\n\nNo fever.", "findings", "patient"),
        ("Family history: CAD in father\r\n\r\nFindings at transfer\r\nNo fever.", "findings", "patient"),
        ("Family history\nFather had stroke.\n\nWhat we saw\n\nHigh fever.", None, "patient"),
        ("Family history\nFather had stroke.\n\nState on arrival:\nfever.", None, "patient"),
        ("FAMILY HISTORY: CAD.,REVIEW OF SYSTEMS,CONSTITUTIONAL: fever.", "review_of_systems", "patient"),
        ("Family history\n\nFather had stroke.\n\nBrother healthy\n\nSister had fever.", "family_history", "family"),
        ("Family history\n\nStroke\n\nMigraine\n\nfever", "family_history", "family"),
        ("Family history:\nMaternal aunt:\nfever", "family_history", "family"),
    ],
)
def test_where_family_history_ends(text, section, experiencer):
    last = extract(text, {"fever": "PROBLEM"})[-1]
    assert (last.section, last.experiencer.value) == (section, experiencer)


@pytest.mark.parametrize("last", ["Gout\nAsthma since childhood.", "Pneumonia\nin 2015 with fever."])
def test_a_list_of_past_diseases_is_no_heading(last):
    text = f"Past medical history\n\nHypertension.\nDiabetes\n\n{last}"
    assert {m.section for m in extract(text, {"fever": "PROBLEM"})} == {"past_medical_history"}


def test_a_disease_in_a_list_of_vaccines_is_no_problem_of_the_patient():
    found = extract("IMMUNIZATIONS: influenza, pneumonia.\nASSESSMENT: pneumonia.", {"influenza": "PROBLEM"})
    assert [m.presence.value for m in found] == ["hypothetical", "hypothetical", "present"]


def test_a_body_system_stays_in_its_section():
    text = "REVIEW OF SYSTEMS\nCONSTITUTIONAL: Negative for fever.\nSKIN: rash"
    assert [(m.section, m.presence.value) for m in extract(text)] == [
        ("review_of_systems", "absent"),
        ("review_of_systems", "present"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seen by Dr. Smith. Cr 1.4 today.", ["Seen by Dr. Smith.", "Cr 1.4 today."]),
        ("- fever\n- cough\n1. rash", ["- fever", "- cough", "1. rash"]),
        ("fever\nno cough", ["fever", "no cough"]),
        ("Pain.Denies fever", ["Pain.", "Denies fever"]),
        ("He denies cough and\nfever.", ["He denies cough and\nfever."]),
        ("Fever? No. Cough? Yes.", ["Fever? No.", "Cough? Yes."]),
        ("? pneumonia", ["? pneumonia"]),
        ("Lisinopril 0.5 mg q.d. Denies fever.", ["Lisinopril 0.5 mg q.d.", "Denies fever."]),
        ("Given q.4h. p.r.n. for pain. Next.", ["Given q.4h. p.r.n. for pain.", "Next."]),
        ("No. 5 rib is broken. Next.", ["No. 5 rib is broken.", "Next."]),
        ("Fever? No. 5 days of cough.", ["Fever? No.", "5 days of cough."]),
        ("1. Fever.,2.  Metformin.", ["1. Fever.", ",2.  Metformin."]),
        ("Fever no\nCough yes", ["Fever no", "Cough yes"]),
        ("no final stop", ["no final stop"]),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("aB1.?!,;:\n\r\t -*[](){}é\u0301\u200b\u2028\x00")),
    st.lists(st.integers(0, 60), max_size=4),
)
def test_sentences_hold_every_word_once(text, breaks):
    spans = rules().splitter.split(text, sorted(set(breaks))).spans
    assert "".join("".join(text[s.start : s.end].split()) for s in spans) == "".join(text.split())
    assert all(first.end <= second.start for first, second in pairwise(spans))


@given(st.text())
def test_tokens_hold_every_word_once(text):
    tokens = tokenise(text)
    assert "".join(text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)) == "".join(text.split())
    assert all(tokens.keys)


@pytest.mark.parametrize(
    ("text", "value", "unit", "comparator"),
    [
        ("creatinine 3.1", "3.1", None, None),
        ("Creatinine was 3.1 mg/dl", "3.1", "mg/dL", None),
        ("K+5.9mmol", "5.9", "mmol", None),
        ("WBC of 14", "14", None, None),
        ("T 38.4 C", "38.4", "Cel", None),
        ("sats 91% on 2L", "91", "%", None),
        ("Hgb 9.2 (from 11.1 on admission)", "9.2", None, None),
        ("creatinine up from 1.1 to 2.3", "2.3", None, None),
        ("troponin < 0.01 ng/mL", "0.01", "ng/mL", "<"),
        ("glucose: 1,200 mg/dL", "1200", "mg/dL", None),
        ("platelets = 90 K/uL", "90", "10*3/uL", None),
        ("lactate .8", "0.8", None, None),
    ],
)
def test_values(text, value, unit, comparator):
    (mention,) = extract(text)
    (attribute,) = mention.attributes
    assert (mention.label, attribute.label) == ("TEST", "VALUE")
    assert (attribute.value, attribute.unit, attribute.comparator) == (Decimal(value), unit, comparator)


@pytest.mark.parametrize("text", ["K+5.9mmol", "K+ 5.9 mmol", "K+: 5.9 mmol"])
def test_a_mention_that_ends_before_the_sign_of_the_ion_grows_to_its_name(text):
    (mention,) = extract(text, {"K": "TEST", "+": "VALUE"})
    (attribute,) = mention.attributes
    assert (mention.text, attribute.value, attribute.unit) == ("K+", Decimal("5.9"), "mmol")


def test_a_pair_keeps_its_text_and_has_no_single_number():
    ((attribute,),) = [m.attributes for m in extract("BP 140/90 mmHg")]
    assert (attribute.text, attribute.value, attribute.unit) == ("140/90 mmHg", None, "mm[Hg]")


@pytest.mark.parametrize(
    "text",
    ["creatinine 3/14", "WBC 2 days ago", "lisinopril 10 mg 2 tablets", "creatinine 10:30", "K 1.2.3", "CT 4 mm"],
)
def test_no_value_where_the_number_is_something_else(text):
    assert all(m.label != "TEST" for m in extract(text))


def test_flags():
    assert [m.attributes[0].flag for m in extract("Na 128 (L), K 5.9 H, glucose 90 mg/dL")] == ["L", "H", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metformin 500 mg PO BID", ["STRENGTH 500 mg", "ROUTE PO", "FREQUENCY BID"]),
        ("ceftriaxone 1 g IV q24h for 7 days", ["STRENGTH 1 g", "ROUTE IV", "FREQUENCY q24h", "DURATION 7 days"]),
        ("lisinopril 10 mg oral tablet daily", ["STRENGTH 10 mg", "FORM oral tablet", "FREQUENCY daily"]),
        ("insulin 20 units at bedtime", ["STRENGTH 20 units", "FREQUENCY at bedtime"]),
        ("metformin, zzz 80 mg daily", []),
    ],
)
def test_medications(text, expected):
    (mention,) = extract(text)
    assert [f"{a.label} {a.text}" for a in mention.attributes] == expected


def test_each_drug_has_its_own_dose():
    found = extract("metformin 500 mg daily, lisinopril 10 mg")
    assert [[a.text for a in m.attributes] for m in found] == [["500 mg", "daily"], ["10 mg"]]


def test_a_dose_of_the_network_with_a_unit_of_mass_is_a_strength():
    phrases = {"zzz": "DRUG", "500 mg": "DOSAGE", "one": "DOSAGE"}
    ((strength,), (dose,)) = [m.attributes for m in extract("zzz 500 mg.\nzzz one.", phrases)]
    assert (strength.label, strength.value, strength.unit, dose.label) == ("STRENGTH", 500, "mg", "DOSAGE")


def test_descriptions_and_body_parts():
    phrases = {"pain": "PROBLEM", "knee": "ANATOMY", "ache": "PROBLEM"}
    first, _, _, last = extract("Severe ache. Knee: fine. pain in the knee", {**phrases, "Knee": "ANATOMY"})[:4]
    assert [(a.label, a.text) for a in first.attributes] == [("SEVERITY", "Severe")]
    assert last.text == "knee"


def test_names_win_over_pieces_and_yield_to_longer_mentions():
    assert [m.text for m in extract("normal renal function", {"renal": "ANATOMY"})] == ["normal renal function"]
    assert [m.text for m in extract("acute severe pneumonia", {"acute severe pneumonia": "PROBLEM"})] == [
        "acute severe pneumonia"
    ]
    assert [(m.text, m.label) for m in extract("posterior pneumonia", {"posterior pneumonia": "ANATOMY"})] == [
        ("posterior pneumonia", "PROBLEM")
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [("MI", 1), ("mi", 0), ("DOE", 1), ("Jane doe", 0), ("copd", 1), ("hay fever", 0), ("heart-failure", 1)],
)
def test_short_names_need_capitals_and_other_meanings_hide(text, count):
    assert len(extract(text)) == count


def test_a_name_does_not_run_over_a_list_item():
    assert [m.text for m in extract("- heart\n- failure")] == []


def test_titles_are_no_mentions_but_tests_with_values_are():
    assert [m.text for m in extract("Allergies: none\nPulse: 80", {"Allergies": "PROBLEM"})] == ["Pulse"]


def test_a_drug_in_a_history_may_be_taken_today():
    found = extract("PAST MEDICAL HISTORY: pneumonia, on metformin.")
    assert [(m.text, m.temporality.value) for m in found] == [("pneumonia", "historical"), ("metformin", "current")]
    assert found[0].cues[0].text == "PAST MEDICAL HISTORY"
