"""Broader and narrower concepts, and words around a name that make something else of it."""

from __future__ import annotations

import pytest
from fusion_builders import absent, fuse, image, said

from nlp_engine.assessment import MentionLabel, Presence, Status
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import broader_concepts, load_concepts

CONCEPTS = load_concepts()


@pytest.mark.parametrize("presence", [Presence.PRESENT, Presence.POSSIBLE])
def test_what_is_denied_gives_way_to_something_narrower_that_is_there(presence):
    findings = fuse(absent("infection"), said("cellulitis", presence=presence, note_id="n2"))
    assert "infection" not in findings
    assert findings["cellulitis"].status is not Status.ABSENT


def test_what_is_denied_stays_where_nothing_narrower_is_there():
    findings = fuse(absent("infection"), absent("cellulitis", note_id="n2"))
    assert {findings[concept].status for concept in ("infection", "cellulitis")} == {Status.ABSENT}


def test_something_narrower_that_is_denied_stays_beside_what_is_there():
    findings = fuse(said("infection"), absent("osteomyelitis", note_id="n2"))
    assert findings["infection"].status is Status.PRESENT
    assert findings["osteomyelitis"].status is Status.ABSENT


@pytest.mark.parametrize("words", ["graft infection", "wound infection", "surgical site infection", "ear infection"])
def test_an_infection_of_one_place_denied_does_not_deny_every_infection(words):
    assert "infection" not in fuse(absent(words))


def test_pneumonia_is_an_infection_at_any_distance():
    assert broader_concepts(CONCEPTS, "pneumonia") == {"respiratory_infection", "infection"}


def test_no_concept_is_broader_than_itself():
    for concept in CONCEPTS:
        reached = {
            above for parent in CONCEPTS[concept].is_a for above in (parent, *broader_concepts(CONCEPTS, parent))
        }
        assert concept not in reached


def test_a_broader_concept_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "schema_version: 1\nabout: a\nconcepts:\n"
        "  - {id: pneumonia, name: P, plain: p, kind: disease, is_a: [infektion]}\n"
        "  - {id: infection, name: I, plain: i, kind: disease}\n",
        encoding="utf-8",
    )
    with pytest.raises(KnowledgeError, match='unknown broader concept "infektion", did you mean "infection"'):
        load_concepts(tmp_path)


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [
        ("Patient was given the following immunizations: ", "influenza", ", seasonal, injectable, preservative free."),
        ("Vaccinated against ", "COVID-19", " in March."),
        ("He is due for his ", "pneumonia", " and tetanus shots."),
        ("There is ", "CVA", " located near her flank with tenderness."),
        ("Alcohol use disorders: ", "alcohol use disorders", " identification test score 3."),
        ("The patient's tooth #20 does have a small ", "fracture", " in its posterior part."),
        ("She will keep working on ", "weight loss", "."),
        ("In the left lateral ", "decubitus", " position he was draped."),
    ],
)
def test_words_around_a_name_make_something_else_of_it(before, words, after):
    assert fuse(said(words, before=before, after=after)) == {}


@pytest.mark.parametrize(
    ("before", "words", "after", "concept"),
    [
        ("She has ", "influenza", ". Vaccines are up to date.", "influenza"),
        ("- ", "Influenza", " A, on oseltamivir\n- Vaccines up to date", "influenza"),
        ("History of ", "CVA", " with left weakness.", "stroke"),
        ("Reports ", "weight loss", " of 10 pounds.", "weight_loss"),
    ],
)
def test_other_sentences_and_list_entries_do_not(before, words, after, concept):
    assert concept in fuse(said(words, before=before, after=after))


@pytest.mark.parametrize(
    ("section", "denies"), [("findings", True), ("imaging", True), ("physical_exam", False), (None, False)]
)
def test_clear_lungs_deny_a_shadow_only_where_pictures_are_told(section, denies):
    note = said("Lungs", after=" are clear.", label=MentionLabel.ANATOMY, section=section)
    assert ("lung_opacity" in fuse(note)) is denies


def test_a_stethoscope_is_no_conflict_with_a_picture():
    note = said("Lungs", after=" clear to auscultation.", label=MentionLabel.ANATOMY, section="physical_exam")
    assert fuse(note, images=(image("lung_opacity", 0.9),))["lung_opacity"].status is Status.PRESENT


def test_a_risk_that_was_explained_is_no_finding():
    risk = said("bleeding", before="The complications that were explained include ", presence=Presence.POSSIBLE)
    assert fuse(risk) == {}
    suspected = said("bleeding", before="The risks were explained. Possible ", presence=Presence.POSSIBLE)
    assert fuse(suspected)["bleeding"].status is Status.POSSIBLE
