"""Abbreviations: what a note defines, the clinical list, and the choice between meanings."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_fakes import rules, stage

from nlp_engine.errors import KnowledgeError
from nlp_engine.record import Note
from nlp_engine.text.abbreviations.definitions import find_abbreviations
from nlp_engine.text.abbreviations.rules import AbbreviationRules
from nlp_engine.text.abbreviations.senses import Expander
from nlp_engine.text.note import Span


def read(text, phrase, label="PROBLEM"):
    """Return the mention of the last place of a phrase."""
    start = text.rindex(phrase)
    return reader().extract(Note(id="n", text=text), mentions=[(start, start + len(phrase), label)]).mentions[0]


@cache
def reader():
    return stage()


@pytest.mark.parametrize(
    ("text", "phrase", "label", "expected"),
    [
        ("Known COPD.", "COPD", "PROBLEM", "chronic obstructive pulmonary disease"),
        ("pmh copd, dm2", "copd", "PROBLEM", "chronic obstructive pulmonary disease"),
        ("C.O.P.D. exacerbation", "C.O.P.D.", "PROBLEM", "chronic obstructive pulmonary disease"),
        ("recurrent UTIs", "recurrent UTIs", "PROBLEM", "recurrent urinary tract infections"),
        ("RLE DVT today", "RLE DVT", "PROBLEM", "right lower extremity deep vein thrombosis"),
        ("L knee pain", "L knee pain", "PROBLEM", "left knee pain"),
        ("FBC and U&Es sent", "U&Es", "TEST", "urea and electrolytes"),
        ("MS flare, on natalizumab", "MS", "PROBLEM", "multiple sclerosis"),
        ("Echo: severe MS, MVA 0.9 cm2", "MS", "PROBLEM", "mitral stenosis"),
        ("MS: alert and oriented", "MS", "TEST", "mental status"),
        ("Took heparin.\nPain: MS 2 mg IV.", "MS", "DRUG", "morphine sulfate"),
        ("SpO2 97% on RA.", "RA", "TREATMENT", "room air"),
        ("RA on methotrexate.", "RA", "PROBLEM", "rheumatoid arthritis"),
        ("no CVA tenderness", "CVA tenderness", "PROBLEM", "costovertebral angle tenderness"),
        ("Cath: LAD 80% lesion", "LAD", "ANATOMY", "left anterior descending artery"),
        ("Neck: no LAD or JVD", "LAD", "PROBLEM", "lymphadenopathy"),
        ("D/C foley today", "D/C", "TREATMENT", "discontinue"),
        ("ready for DC home", "DC", "TREATMENT", "discharge"),
    ],
)
def test_the_meaning_that_label_and_context_choose(text, phrase, label, expected):
    expansion = read(text, phrase, label).expansion
    assert (expansion.text, expansion.is_defined) == (expected, False)


@pytest.mark.parametrize(
    ("text", "phrase", "label"),
    [
        ("all of the pain is gone", "all of the pain", "PROBLEM"),
        ("ALL LEADS SHOW PACING", "ALL LEADS", "TEST"),
        ("1.5 L fluid restriction", "1.5 L fluid restriction", "TREATMENT"),
        ("the 2nd pain", "2nd pain", "PROBLEM"),
        ("5 mg of it", "5 mg", "DRUG"),
        ("pneumonia", "pneumonia", "PROBLEM"),
        ("lead aVX", "aVX", "TEST"),
    ],
)
def test_other_words_have_no_expansion(text, phrase, label):
    assert read(text, phrase, label).expansion is None


def test_what_cannot_be_told_stays_open_and_gets_no_code():
    mention = read("PMH: CVA, hospital chart not available", "CVA")
    assert mention.expansion.text is None
    assert mention.expansion.others == ("cerebrovascular accident", "costovertebral angle")
    assert mention.codes == ()


@pytest.mark.parametrize(
    ("text", "phrase", "code"),
    [
        ("1. CHF: diurese", "CHF", "I50.9"),
        ("Exertional CP relieved by NTG", "CP", "R07.9"),
        ("L MCA CVA with aphasia", "CVA", "I63.9"),
        ("CVA tenderness", "CVA tenderness", None),
        ("spastic CP with contractures, wheelchair", "CP", None),
    ],
)
def test_codes_follow_the_meaning(text, phrase, code):
    codes = {c.code for c in read(text, phrase).codes}
    wrong = {"I50.9", "R07.9", "I63.9"} - {code}
    assert code is None or code in codes
    assert not codes & wrong


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("Chronic kidney disease (CKD)", "CKD", "Chronic kidney disease"),
        ("CKD (chronic kidney disease) stage 3. CKD is stable.", "CKD", "chronic kidney disease"),
        ("Mixed sleep apnea (MS) was found. MS is treated.", "MS", "Mixed sleep apnea"),
        ("Necrotizing autoimmune myopathy (NAM)", "NAM", "Necrotizing autoimmune myopathy"),
        ("QRP (quite rare pneumonia, since May) seen. QRP gone.", "QRP", "quite rare pneumonia"),
    ],
)
def test_a_definition_in_the_note_comes_first(text, phrase, expected):
    expansion = read(text, phrase).expansion
    assert (expansion.text, expansion.is_defined, expansion.others) == (expected, True, ())


def test_a_remark_in_brackets_is_no_definition():
    text = "COPD (on home oxygen since the pneumonia in May) and CAD (PCI) stable."
    assert find_abbreviations(text, rules().abbreviations.longs_of) == {}


def test_a_mention_that_says_both_is_left_as_it_is():
    assert read("chronic kidney disease (CKD)", "chronic kidney disease (CKD)").expansion is None


def test_abbreviations_among_the_names_of_concepts_lead_to_their_concept():
    """Else a name like CHF would lose its code, or "ARF" always be the kidney's."""
    listed, lexicon = rules().abbreviations, rules().lexicon
    names = [(n, c.id) for c in lexicon.concepts.values() for n in c.names if n.isupper() and " " not in n]
    lost = {
        (name, concept)
        for name, concept in names
        if (longs := listed.longs_of(name))
        and concept not in {found.id for long in (*longs, name) if (found := lexicon.concept_of(long))}
    }
    assert len(names) > 40
    assert lost == set()


def test_sections_of_the_list_exist():
    named = {
        section
        for senses in rules().abbreviations.file.several.values()
        if not isinstance(senses, str)
        for sense in senses
        for section in sense.sections
    }
    assert named
    assert named <= set(rules().sections.kinds)


@pytest.mark.parametrize(
    ("broken", "said"),
    [("single: {problems: A = x; A = y}", "twice"), ("single: {problems: A x}", "short = long")],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, broken, said):
    file = tmp_path / "abbreviations.yaml"
    file.write_text(
        "schema_version: 1\nabout: x\nsources: [{label: x, year: 2000}]\nneeds: 2\nneeds_for_problem: 3\nmargin: 1\n"
        "points: {label: 2, label_inside: 1, beside: 3, near: 2, each_more: 1, most_near: 4, around: 1, note: 2,"
        f" section: 1, usual: 2}}\nwords_around: 9\ncapitals_only: all\nbefore_word: [L]\nseveral: {{}}\n{broken}\n",
        encoding="utf-8",
    )
    with pytest.raises(KnowledgeError, match=said):
        AbbreviationRules.load(file)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["MS", "CP", " ", "(", ")", ".", "UTIs", "C.O.P.D.", "\n", "é", "5", "L", "chest pain "]))
)
def test_any_text_is_read(parts):
    text = "".join(parts)
    expansion = Expander(rules().abbreviations, rules().read(text), find_abbreviations(text)).expand(
        Span(0, len(text), "PROBLEM")
    )
    assert expansion is None or expansion.text not in expansion.others
