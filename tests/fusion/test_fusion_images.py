"""What image models say of a concept and of its kinds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fusion_builders import NOW, absent, crp, fuse, image, said

from nlp_engine.assessment import EvidenceKind, Status

BACTERIAL, VIRAL = "bacterial_pneumonia", "viral_pneumonia"


def read(pneumonia, bacterial, viral):
    return (
        image("pneumonia", pneumonia, id="o1"),
        image(BACTERIAL, bacterial, id="o2"),
        image(VIRAL, viral, id="o3"),
    )


def test_a_kind_that_is_seen_supports_and_one_that_is_not_seen_does_not_oppose():
    finding = fuse(images=read(0.95, 0.88, 0.07))["pneumonia"]
    assert finding.status is Status.PRESENT
    assert [evidence.statement for evidence in finding.supporting] == [
        "pneumonia 0.95 (present)",
        "bacterial pneumonia 0.88 (present)",
    ]
    assert finding.opposing == ()


def test_a_kind_that_is_seen_is_enough():
    finding = fuse(images=(image(VIRAL, 0.9),))["pneumonia"]
    assert finding.status is Status.PRESENT
    assert [evidence.statement for evidence in finding.supporting] == ["viral pneumonia 0.90 (present)"]


@pytest.mark.parametrize("score", [0.1, 0.55])
def test_a_kind_that_is_not_seen_says_nothing_of_the_whole(score):
    assert "pneumonia" not in fuse(images=(image(VIRAL, score),))
    told = fuse(said("pneumonia"), images=(image(VIRAL, score),))["pneumonia"]
    assert (told.status, told.opposing) == (Status.PRESENT, ())
    assert EvidenceKind.IMAGE in told.missing


def test_the_whole_that_is_not_sure_is_possible_whatever_the_kinds():
    assert fuse(images=read(0.55, 0.3, 0.25))["pneumonia"].status is Status.POSSIBLE


def test_a_kind_against_a_note_is_a_conflict():
    finding = fuse(absent("pneumonia"), images=read(0.95, 0.05, 0.9))["pneumonia"]
    assert finding.status is Status.CONFLICTING
    assert [evidence.kind for evidence in finding.opposing] == [EvidenceKind.NOTE]


def test_evidence_carries_model_version_threshold_score_and_time():
    (evidence,) = fuse(images=(image("pneumonia", 0.95),))["pneumonia"].supporting
    assert (evidence.method, evidence.method_version, evidence.score) == ("test-net", "1.2", 0.95)
    assert (evidence.threshold, evidence.time, evidence.source) == (0.5, NOW, "image_findings.json item 1")
    assumed = image("pneumonia", 0.95).model_copy(update={"threshold_assumed": True})
    assert fuse(images=(assumed,))["pneumonia"].supporting[0].threshold is None


def test_an_image_of_yesterday_meets_the_results_of_today_and_one_of_three_weeks_ago_does_not():
    def kinds(days):
        finding = fuse(labs=(crp("180"),), images=(image("pneumonia", 0.95, time=NOW - timedelta(days=days)),))
        return {evidence.kind for evidence in finding["pneumonia"].supporting} if "pneumonia" in finding else set()

    assert kinds(1) == kinds(7) == {EvidenceKind.IMAGE, EvidenceKind.OBSERVATION}
    assert kinds(8) == kinds(21) == set()


def test_an_image_without_results_to_meet_is_looked_at_for_a_month():
    old = image("fracture", 0.95, time=NOW - timedelta(days=21))
    assert fuse(images=(old,))["fracture"].status is Status.PRESENT


def test_two_models_that_disagree_are_a_conflict_with_both_sides():
    finding = fuse(images=(image("pneumonia", 0.95), image("pneumonia", 0.04, id="o2", model="other")))["pneumonia"]
    assert finding.status is Status.CONFLICTING
    assert [evidence.method for evidence in finding.supporting] == ["test-net"]
    assert [evidence.method for evidence in finding.opposing] == ["other"]


def test_one_model_that_sees_it_on_one_of_two_pictures_sees_it():
    finding = fuse(images=(image("pneumonia", 0.95), image("pneumonia", 0.04, id="o2")))["pneumonia"]
    assert finding.status is Status.PRESENT


def test_a_newer_picture_counts_whichever_model_judged_it():
    older = image("pneumonia", 0.04, id="o2", model="other", time=NOW - timedelta(days=2))
    assert fuse(images=(image("pneumonia", 0.95), older))["pneumonia"].status is Status.PRESENT
