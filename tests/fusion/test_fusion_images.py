"""What image models say of a concept and of its kinds."""

from __future__ import annotations

import pytest
from fusion_builders import absent, fuse, image, said

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
