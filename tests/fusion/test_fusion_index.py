"""Which concepts the words of a mention are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.errors import KnowledgeError
from nlp_engine.fusion.index import ConceptIndex
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.knowledge import Concept, load_concepts

MATCHING = FusionSettings.load().matching
CONCEPTS = load_concepts()
INDEX = ConceptIndex(CONCEPTS, MATCHING)


@pytest.mark.parametrize(
    ("words", "concepts"),
    [
        ("CHF", {"heart_failure"}),
        ("history of congestive heart failure", {"heart_failure"}),
        ("acute on chronic systolic heart failure exacerbation", {"heart_failure"}),
        ("heart failure with reduced ejection fraction", {"heart_failure"}),
        ("Type 2 diabetes mellitus without complications", {"diabetes"}),
        ("T2DM", {"diabetes"}),
        ("type II diabetes", {"diabetes"}),
        ("a-fib", {"atrial_fibrillation"}),
        ("HTN", {"hypertension"}),
        ("pneumonia of the right lower lobe", {"pneumonia"}),
        ("bilateral pleural effusions", {"pleural_effusion"}),
        ("Anaemia", {"anemia"}),
        ("oedema of the legs", {"edema"}),
        ("Parkinson\u2019s disease", {"parkinson_disease"}),
        ("nausea and vomiting", {"nausea_vomiting"}),
        ("fever, chills", {"fever", "chills"}),
        ("dyspnea due to heart failure", {"dyspnea", "heart_failure"}),
        ("AKI on CKD stage 3", {"acute_kidney_injury", "chronic_kidney_disease"}),
        ("COPD exacerbation", {"copd"}),
        ("s/p MI", {"myocardial_infarction"}),
        ("pulmonary hypertension", {"pulmonary_hypertension"}),
        ("pulmonary edema", {"pulmonary_edema"}),
        ("septic shock", {"sepsis"}),
        ("ARF", {"acute_kidney_injury"}),
    ],
)
def test_a_name_that_heads_the_mention_is_found(words, concepts):
    assert set(INDEX.find(words)) == concepts


@pytest.mark.parametrize(
    "words",
    [
        "PE",
        "PE: lungs clear",
        "MS",
        "RA",
        "heart failure clinic",
        "treatment of pneumonia",
        "fear of cancer",
        "pneumonia vaccine",
        "DVT prophylaxis",
        "stroke risk",
        "risk of pneumonia",
        "sepsis protocol",
        "seizure precautions",
        "hay fever",
        "ST depression",
        "respiratory depression",
        "diabetes insipidus",
        "gestational diabetes",
        "portal hypertension",
        "ventricular tachycardia",
        "heat stroke",
        "subcutaneous emphysema",
        "no fever",
        "pain without fever",
        "anemically",
        "",
    ],
)
def test_a_name_that_does_not_head_the_mention_is_not_found(words):
    assert INDEX.find(words) == ()


def test_a_denied_mention_keeps_its_name():
    assert INDEX.find("no fever", denied=True) == ("fever",)


@pytest.mark.parametrize(
    ("text", "mention", "denied"),
    [
        ("She has normal renal function.", "renal function", {"kidney_impairment"}),
        ("Kidney function is\nnormal today.", "Kidney function", {"kidney_impairment"}),
        ("Creatinine: normal.", "Creatinine", {"kidney_impairment"}),
        ("Sclerae are anicteric.", "Sclerae", set()),
        ("Normal potassium.", "potassium", {"hyperkalemia", "hypokalemia"}),
        ("Not normal renal function.", "renal function", set()),
        ("Abnormal renal function.", "renal function", set()),
        ("All normal. Renal function reduced.", "Renal function", set()),
        ("Normal renal function. Potassium 4.", "Potassium", set()),
    ],
)
def test_normal_phrases_deny_a_concept_inside_their_sentence(text, mention, denied):
    start = text.index(mention)
    hits = INDEX.normal_phrases(text, start, start + len(mention))
    assert {concept for hit in hits for concept in hit.concepts} == denied
    assert all(hit.start < start + len(mention) and start < hit.end for hit in hits)


@pytest.mark.parametrize(
    ("text", "mention", "grown"),
    [
        ("known pulmonary hypertension, stable", "hypertension", "pulmonary hypertension"),
        ("with hay fever", "fever", "hay fever"),
        ("2 mm ST depression", "depression", "ST depression"),
        ("on DVT prophylaxis", "DVT", "DVT prophylaxis"),
        ("No CVA tenderness.", "CVA", "CVA tenderness"),
        ("elevated creatinine", "creatinine", "elevated creatinine"),
        ("no hay, fever", "fever", "fever"),
        ("She has pneumonia. Clinic tomorrow.", "pneumonia", "pneumonia"),
        (
            "heart failure with reduced ejection fraction",
            "heart failure",
            "heart failure with reduced ejection fraction",
        ),
        ("fever and cough", "fever", "fever"),
        ("fever", "fever", "fever"),
        ("a fever\n\nclinic", "fever", "fever"),
    ],
)
def test_a_mention_grows_to_the_phrase_it_is_a_part_of(text, mention, grown):
    start = text.index(mention)
    first, behind = INDEX.grow(text, start, start + len(mention))
    assert text[first:behind] == grown


@given(st.text(min_size=1, max_size=60), st.data())
def test_growing_keeps_the_mention_and_stays_in_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, behind = INDEX.grow(text, start, end)
    assert 0 <= first <= start < end <= behind <= len(text)


def test_one_name_in_two_concepts_is_refused():
    twice = {
        id: Concept(id=id, name=id, plain=id, kind="disease", names=("zebra disease",)) for id in ("zebra", "okapi")
    }
    with pytest.raises(KnowledgeError, match="zebra disease"):
        ConceptIndex(twice, MATCHING)


@given(st.sampled_from(sorted(CONCEPTS)), st.data())
def test_every_name_finds_its_concept_whatever_its_case_and_hyphens(concept_id, data):
    names = CONCEPTS[concept_id].names
    name = data.draw(st.sampled_from(names))
    for written in (name, name.upper(), name.replace(" ", "-"), f" {name}\t"):
        assert INDEX.find(written) == (concept_id,)


@given(st.text(max_size=60))
def test_any_text_is_read_without_error(text):
    assert set(INDEX.find(text)) <= set(CONCEPTS)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in INDEX.normal_phrases(text, 0, len(text)))
