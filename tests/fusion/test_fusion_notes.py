"""What notes contribute, and what they do not."""

from __future__ import annotations

import pytest
from fusion_builders import NOW, absent, day, fuse, said

from nlp_engine.assessment import (
    EvidenceKind,
    Expansion,
    Experiencer,
    MentionLabel,
    NoteExtraction,
    Presence,
    Status,
    Temporality,
)


def test_a_present_mention_makes_a_finding_with_its_words_as_evidence():
    note, extraction = said("community-acquired pneumonia", before="Dx: ", section="assessment", score=0.9)
    finding = fuse((note, extraction))["pneumonia"]
    assert finding.status is Status.PRESENT
    (evidence,) = finding.supporting
    assert evidence.kind is EvidenceKind.NOTE
    assert evidence.statement == note.text[evidence.start : evidence.end] == "community-acquired pneumonia"
    assert (evidence.section, evidence.presence, evidence.score) == ("assessment", Presence.PRESENT, 0.9)
    assert evidence.time == NOW
    assert evidence.method
    assert evidence.method_version
    assert finding.codes[0].code == "J18.9"
    assert set(finding.missing) == {EvidenceKind.OBSERVATION, EvidenceKind.IMAGE}


def test_an_absent_mention_makes_an_absent_finding():
    assert fuse(absent("pneumonia"))["pneumonia"].status is Status.ABSENT


@pytest.mark.parametrize(
    "more",
    [
        {"experiencer": Experiencer.FAMILY},
        {"experiencer": Experiencer.OTHER},
        {"presence": Presence.HYPOTHETICAL},
        {"presence": Presence.CONDITIONAL},
        {"temporality": Temporality.FUTURE},
        {"section": "family_history"},
        {"section": "allergies"},
        {"label": MentionLabel.DRUG},
        {"label": MentionLabel.ANATOMY},
        {"label": MentionLabel.TREATMENT},
        {"label": MentionLabel.TEST},
    ],
)
def test_what_is_not_the_patients_own_problem_today_makes_no_finding(more):
    assert fuse(said("diabetes", **more)) == {}


@pytest.mark.parametrize(
    "more",
    [
        {"temporality": Temporality.HISTORICAL},
        {"section": "past_medical_history"},
        {"time": day(1).replace(year=2023)},
    ],
)
def test_the_past_counts_for_a_chronic_disease_only(more):
    assert fuse(said("pneumonia", **more)) == {}
    chronic = fuse(said("diabetes", **more))["diabetes"]
    assert chronic.status is Status.PRESENT
    assert chronic.confidence < fuse(said("diabetes"))["diabetes"].confidence


def test_a_note_from_after_as_of_is_not_read():
    assert fuse(said("diabetes", time=day(20))) == {}


def test_a_possible_mention_is_possible():
    finding = fuse(said("pneumonia", presence=Presence.POSSIBLE))["pneumonia"]
    assert finding.status is Status.POSSIBLE
    assert finding.supporting[0].presence is Presence.POSSIBLE


def test_within_a_day_the_strongest_statement_wins_and_the_other_is_kept():
    finding = fuse(absent("fever", section="history_of_present_illness"), said("fever", note_id="n2"))["fever"]
    assert finding.status is Status.PRESENT
    assert [e.presence for e in finding.opposing] == [Presence.ABSENT]


def test_copy_forward_the_newest_note_wins_and_the_older_is_kept():
    finding = fuse(said("pneumonia", time=day(5)), absent("pneumonia", time=day(9), note_id="n2"))["pneumonia"]
    assert finding.status is Status.ABSENT
    assert len(finding.supporting) == len(finding.opposing) == 1


def test_a_new_problem_after_a_normal_note_is_present():
    finding = fuse(absent("pneumonia", time=day(5)), said("pneumonia", time=day(9), note_id="n2"))["pneumonia"]
    assert finding.status is Status.PRESENT


def test_a_normal_phrase_around_a_test_opposes_with_its_own_words():
    note, extraction = said("renal function", before="Labs: normal ", after=".", label=MentionLabel.TEST)
    finding = fuse((note, extraction))["kidney_impairment"]
    assert finding.status is Status.ABSENT
    (evidence,) = finding.opposing
    assert evidence.statement == note.text[evidence.start : evidence.end] == "normal renal function"
    assert evidence.presence is Presence.ABSENT


@pytest.mark.parametrize(
    "more",
    [
        {"presence": Presence.HYPOTHETICAL},
        {"temporality": Temporality.HISTORICAL},
        {"experiencer": Experiencer.FAMILY},
        {"section": "past_medical_history"},
    ],
)
def test_a_normal_phrase_that_is_not_asserted_today_says_nothing(more):
    assert fuse(said("normal renal function", label=MentionLabel.TEST, **more)) == {}


def test_a_physical_exam_heading_is_no_embolism():
    assert "pulmonary_embolism" not in fuse(said("PE", after=": lungs clear"))


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [("on ", "DVT", " prophylaxis"), ("No ", "CVA", " tenderness"), ("follows at ", "heart failure", " clinic")],
)
def test_a_word_behind_the_mention_can_make_something_else_of_it(before, words, after):
    assert fuse(said(words, before=before, after=after)) == {}


def test_a_mention_inside_a_longer_name_is_the_longer_thing_and_quotes_it():
    note, extraction = said("hypertension", before="Severe pulmonary ", after=".")
    findings = fuse((note, extraction))
    assert set(findings) == {"pulmonary_hypertension"}
    (evidence,) = findings["pulmonary_hypertension"].supporting
    assert evidence.statement == note.text[evidence.start : evidence.end] == "pulmonary hypertension"


def test_two_mentions_of_one_phrase_are_one_statement_by_the_later_word():
    note, first = said("joint", before="Denies ", after=" pain")
    _, second = said("pain", before="Denies joint ", presence=Presence.ABSENT)
    both = NoteExtraction(note_id=note.id, mentions=(*second.mentions, *first.mentions))
    finding = fuse((note, both))["joint_pain"]
    assert finding.status is Status.ABSENT
    assert [e.statement for e in finding.opposing] == ["joint pain"]
    assert finding.supporting == ()


@pytest.mark.parametrize(
    ("words", "expansion", "concept"),
    [
        ("COPD", Expansion(text="chronic obstructive pulmonary disease"), "copd"),
        ("PNA", Expansion(text="pneumonia", others=("para-nitroaniline",)), "pneumonia"),
        ("pneumonia", Expansion(text=None, others=("one thing", "another")), None),
        ("pneumonia", Expansion(text="something else", others=("pneumonia",)), None),
    ],
)
def test_of_an_abbreviation_the_chosen_meaning_counts(words, expansion, concept):
    note, extraction = said(words)
    mention = extraction.mentions[0].model_copy(update={"expansion": expansion})
    findings = fuse((note, extraction.model_copy(update={"mentions": (mention,)})))
    assert set(findings) == ({concept} if concept else set())
