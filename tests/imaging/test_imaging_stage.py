"""Outputs of image models -> image findings."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.errors import KnowledgeError
from nlp_engine.imaging import ImageStage
from nlp_engine.knowledge import load_concepts
from nlp_engine.pictures.labels import ImageLabels
from nlp_engine.record import ImageOutput, Patient, PatientRecord

STAGE = ImageStage.load()
NOW = datetime(2024, 5, 1, 8, 0)


def output(label="Pneumonia", score=0.93, **more):
    given_ = {
        "id": "i1",
        "image_id": "x1",
        "label": label,
        "score": score,
        "model": "m",
        "model_version": "2",
        "time": NOW,
    }
    return ImageOutput(**(given_ | more))


def findings(*outputs):
    return list(STAGE.read(PatientRecord(patient=Patient(id="p"), image_outputs=outputs)).findings)


@pytest.mark.parametrize(
    ("score", "threshold", "decision"),
    [
        (0.93, 0.5, "present"),
        (0.60, 0.5, "present"),
        (0.55, 0.5, "not_sure"),
        (0.41, 0.5, "not_sure"),
        (0.39, 0.5, "absent"),
        (0.02, 0.5, "absent"),
        (0.30, 0.2, "present"),
        (0.25, 0.2, "not_sure"),
        (0.95, 0.97, "not_sure"),
        (0.86, 0.97, "absent"),
        (0.999, 0.97, "present"),
        (0.001, 0.03, "absent"),
        (0.05, 0.03, "not_sure"),
        (1.0, 0.99, "present"),
        (0.0, 0.01, "absent"),
        (1.0, 1.0, "present"),
        (0.0, 0.0, "present"),
    ],
)
def test_the_models_own_threshold_decides(score, threshold, decision):
    assert findings(output(score=score, threshold=threshold))[0].decision == decision


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Pneumonia", "pneumonia"),
        ("PLEURAL_EFFUSION", "pleural_effusion"),
        ("Effusion", "pleural_effusion"),
        ("Enlarged Heart", "cardiomegaly"),
        ("Pneumonia (disorder)", "pneumonia"),
        ("Pulmonary nodule (finding)", "lung_nodule"),
        ("No Finding", "no_finding"),
        ("Hernia, hiatal", "hernia_hiatal"),
    ],
)
def test_labels(label, expected):
    assert findings(output(label=label))[0].label == expected


def test_a_finding_keeps_what_a_reader_needs_to_check_it():
    (finding,) = findings(output(threshold=0.4, source="image_findings.json entry 1"))
    assert (finding.output_id, finding.image_id, finding.model, finding.model_version) == ("i1", "x1", "m", "2")
    assert (finding.score, finding.threshold, finding.time) == (0.93, 0.4, NOW)
    assert finding.source == "image_findings.json entry 1"


def test_one_finding_an_output_in_order():
    outputs = [output(id=f"i{n}", score=n / 10) for n in (9, 1, 5)]
    assert [finding.output_id for finding in findings(*outputs)] == ["i9", "i1", "i5"]
    assert findings() == []


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_decision_is_never_on_the_other_side_of_the_threshold(score, threshold):
    decision = findings(output(score=score, threshold=threshold))[0].decision
    assert decision in ({"present", "not_sure"} if score >= threshold else {"absent", "not_sure"})


def test_every_image_label_of_a_concept_is_one_of_ours():
    for concept in load_concepts().values():
        for label in concept.all_image_labels:
            assert ImageLabels.load().label(label) == label.lower().replace(" ", "_"), concept.id


def test_one_name_for_two_labels_is_refused(tmp_path):
    path = tmp_path / "labels.yaml"
    path.write_text(
        "schema_version: 1\nabout: test\nnot_sure_half_width: 0.1\nlabels:\n  a: [x]\n  b: [X]\n", encoding="utf-8"
    )
    with pytest.raises(KnowledgeError, match='"X" stands for two labels'):
        ImageStage.load(path)
