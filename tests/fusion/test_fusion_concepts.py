"""Lint over rules/concepts and rules/fusion."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from nlp_engine.decisions import check_rules
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.knowledge import ConceptLab, load_concepts, normalise_phrase, resource
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.intervals import IntervalBook, Person
from nlp_engine.pictures.labels import ImageLabels
from nlp_engine.record import Sex

CONCEPTS = load_concepts()
ALL = sorted(CONCEPTS.values(), key=lambda concept: concept.id)
CATALOGUE = Catalogue.load()
PRIMARY = {analyte.code: analyte for analyte in CATALOGUE.analytes}
BOOK = IntervalBook.load(CATALOGUE)
WOMAN = Person(Sex.FEMALE, Decimal(50))
ICD = re.compile(r"^[A-TV-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$|^U07\.1$")
EVERY = pytest.mark.parametrize("concept", ALL, ids=lambda concept: concept.id)


def test_there_are_enough_concepts_and_the_rules_find_theirs():
    assert len(CONCEPTS) >= 100
    assert check_rules() == []


def test_no_name_stands_in_two_concepts_or_twice_in_one():
    seen: dict[str, str] = {}
    for concept in ALL:
        for name in concept.names:
            key = normalise_phrase(name)
            assert key not in seen, f"{name}: {seen.get(key)} and {concept.id}"
            seen[key] = concept.id


@EVERY
def test_a_concept_can_be_spoken_of(concept):
    assert concept.names
    denied = {normalise_phrase(phrase) for phrase in concept.normal_phrases}
    named = {normalise_phrase(name) for name in concept.names}
    others = {normalise_phrase(name) for name in concept.not_names}
    assert not denied & named
    assert not others & named


@EVERY
def test_short_names_that_mean_other_things_are_left_out(concept):
    assert not {"pe", "ms", "ra", "ca", "as", "all", "mr", "pt", "ed"} & {normalise_phrase(n) for n in concept.names}


@EVERY
def test_a_phrase_for_another_thing_holds_a_name_else_it_is_not_needed(concept):
    for other in concept.not_names:
        key = f" {normalise_phrase(other)} "
        assert any(f" {normalise_phrase(name)} " in key for name in all_names()), other


def all_names() -> list[str]:
    return [name for concept in ALL for name in concept.names]


@EVERY
def test_codes_look_like_icd_10_cm_and_have_a_display(concept):
    for code in concept.codes:
        assert code.system == "http://hl7.org/fhir/sid/icd-10-cm"
        assert ICD.match(code.code), code.code
        assert code.display == " ".join(code.display.split())


@EVERY
def test_labs_are_primary_codes_in_the_analytes_own_unit(concept):
    for lab in concept.labs:
        for code in lab.codes:
            assert code in PRIMARY, f"{code} is no primary code of rules/labs"
            if lab.unit is not None:
                assert PRIMARY[code].unit == lab.unit


@EVERY
def test_a_defining_limit_of_reference_has_an_interval_somewhere(concept):
    without = {"89579-7", "67151-1"}  # high-sensitivity troponins: the interval comes with the result
    for lab in concept.labs:
        if lab.role == "defining" and "reference" in {lab.above, lab.below}:
            assert all(BOOK.bounds(PRIMARY[code], WOMAN)[0] or code in without for code in lab.codes)


@EVERY
def test_image_labels_are_labels_of_the_imaging_room(concept):
    labels = ImageLabels.load()
    for label in concept.all_image_labels:
        assert labels.label(label) == label
        assert label in (resource("rules") / "imaging" / "labels.yaml").read_text(encoding="utf-8")


def test_every_image_label_but_no_finding_has_a_concept():
    labels = set(re.findall(r"^  (\w+): \[", (resource("rules") / "imaging" / "labels.yaml").read_text(), re.M))
    assert labels - {label for concept in ALL for label in concept.all_image_labels} == {"no_finding"}


@EVERY
def test_expected_modalities_can_speak(concept):
    if "image" in concept.expects:
        assert concept.image_labels
    if "observation" in concept.expects:
        assert concept.labs
    if concept.kind == "laboratory" and any(lab.role != "supporting" for lab in concept.labs):
        assert "observation" in concept.expects


@EVERY
def test_plain_words_are_plain(concept):
    assert concept.plain == concept.plain.strip()
    assert not concept.plain.endswith(".")
    assert len(concept.plain.split()) <= 14
    words = re.findall(r"[A-Za-z-]+", concept.plain)
    shouted = [word for word in words if word.isupper() and len(word) > 1 and word != "COVID-"]
    assert not shouted, shouted
    assert not [word for word in words if len(word) > 13], concept.plain
    assert not re.search(r"(emia|uria|itis|osis|opathy|megaly|pnea)\b", re.sub(r"\([^)]*\)", "", concept.plain)) or (
        concept.id in {"leukemia", "tuberculosis"}
    )


def test_sections_that_do_not_count_are_sections_of_the_text_room():
    text = (resource("rules") / "lexicons" / "sections.yaml").read_text(encoding="utf-8")
    known = set(re.findall(r"^  - id: (\w+)$", text, re.M))
    sections = FusionSettings.load().sections
    assert sections.history | sections.ignored <= known
    assert not sections.history & sections.ignored


def test_a_normal_value_does_not_deny_a_treated_chronic_disease():
    assert not [concept.id for concept in ALL if concept.chronic and concept.normal_phrases]
    assert not [c.id for c in ALL if c.chronic and c.id != "obesity" and any(lab.role == "defining" for lab in c.labs)]


def test_a_chronic_concept_is_a_disease():
    assert all(concept.kind == "disease" for concept in ALL if concept.chronic)


def test_a_defining_analyte_without_unit_is_refused():
    with pytest.raises(ValueError, match="needs its unit"):
        ConceptLab(codes=("2823-3",), above="reference", role="defining")
