"""Reasons for an examination, and notes of one day that disagree."""

import pytest
from fusion_builders import absent, day, fuse, image, said

from nlp_engine.assessment import Presence, Status


def test_an_indication_never_outvotes_the_findings():
    asked = said("pneumothorax", before="INDICATION: Evaluate for ", section="indication", note_id="a")
    denied = absent("pneumothorax", section="findings", note_id="b")
    assert fuse(asked, denied)["pneumothorax"].status is Status.ABSENT
    found = fuse(asked, denied, images=(image("pneumothorax", 0.91),))["pneumothorax"]
    assert found.status is Status.CONFLICTING
    assert {evidence.section for evidence in found.supporting} == {None}


def test_an_indication_alone_is_possible_at_most():
    assert fuse(said("pulmonary embolism", section="indication"))["pulmonary_embolism"].status is Status.POSSIBLE
    assert fuse(said("atrial fibrillation", section="indication"))["atrial_fibrillation"].status is Status.POSSIBLE
    assert fuse(said("cough", section="indication"))["cough"].status is Status.PRESENT


def test_a_newer_question_is_no_answer_to_be_left_out():
    asked = said("pulmonary embolism", section="indication", time=day(10), note_id="a")
    assert fuse(asked, absent("pulmonary embolism", time=day(8), note_id="b"))["pulmonary_embolism"].status is (
        Status.POSSIBLE
    )


@pytest.mark.parametrize("hours", [(9, 11), (11, 9)])
def test_the_later_note_of_a_day_wins(hours):
    first, second = hours
    found = fuse(
        said("pneumonia", time=day(10, first), note_id="a"), absent("pneumonia", time=day(10, second), note_id="b")
    )["pneumonia"]
    assert found.status is (Status.ABSENT if second > first else Status.PRESENT)
    assert [evidence.source_id for evidence in found.supporting + found.opposing] == ["a", "b"]


def test_notes_of_a_day_without_a_time_of_day_have_no_order():
    found = fuse(said("pneumonia", time=day(10), note_id="a"), absent("pneumonia", time=day(10), note_id="b"))
    assert found["pneumonia"].status is Status.PRESENT


def test_a_later_guess_does_not_weaken_what_was_said():
    found = fuse(
        said("pneumonia", time=day(10, 8), note_id="a"),
        said("pneumonia", presence=Presence.POSSIBLE, time=day(10, 9), note_id="b"),
    )
    assert found["pneumonia"].status is Status.PRESENT


@pytest.mark.parametrize("hour", [0, 11])
def test_notes_of_one_day_that_disagree_on_a_chronic_disease_make_it_possible(hour):
    found = fuse(
        said("hypertension", time=day(10), note_id="a"), absent("hypertension", time=day(10, hour), note_id="b")
    )
    assert found["hypertension"].status is Status.POSSIBLE
