"""Outputs of image models as FHIR Observations, alone, in reports and in bundles."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_report_files import picture
from reader_files import sentences, write, write_picture_folder

from nlp_engine.record import PatientRecord


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_picture_folder(tmp_path)


DEVICE = {
    "resourceType": "Device",
    "id": "d",
    "deviceName": [{"name": "CXR-Net", "type": "model-name"}],
    "version": [{"value": "2.1"}],
}


def observation(**more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "233604007", "display": "Pneumonia"}]},
        "subject": {"display": "Zzmueller Anna"},
        "effectiveDateTime": "2024-05-02T08:30:00Z",
        "device": {"reference": "#d"},
        "derivedFrom": [{"display": "2024-05-01_cxr.png"}],
        "contained": [DEVICE],
        **more,
    }


def read(folder, resource):
    write(folder / "image_findings" / "ai.json", resource)
    record = PatientRecord.from_folder(folder)
    assert "zz" not in " ".join(sentences(record.problems)).lower()
    return record


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"value": 0.93}},
        {"valueQuantity": {"value": 93, "unit": "%", "code": "%"}},
        {"component": [{"code": {"text": "Probability"}, "valueQuantity": {"value": 0.93}}]},
        {
            "code": {"text": "Finding"},
            "valueCodeableConcept": {"text": "Pneumonia"},
            "component": [{"code": {"text": "confidence score"}, "valueQuantity": {"value": 93, "unit": "%"}}],
        },
    ],
)
def test_observation_of_a_model(folder, value):
    record = read(folder, observation(**value))
    (output,) = record.image_outputs
    assert (output.image_id, output.label, output.score) == ("2024-05-01_cxr", "Pneumonia", 0.93)
    assert (output.model, output.model_version, output.threshold) == ("CXR-Net", "2.1", 0.5)
    assert (output.time, output.source) == (datetime(2024, 5, 1), "image_findings/ai.json Observation 1")
    assert record.problems == ()


def test_findings_as_components_with_a_threshold(folder):
    parts = [
        ("Pneumonia probability", 0.6),
        ("Pleural effusion", 0.2),
        ("Operating threshold", 0.4),
        ("Lung area", 0.9),
    ]
    component = [{"code": {"text": name}, "valueQuantity": {"value": value}} for name, value in parts]
    record = read(folder, observation(code={"text": "Chest AI result"}, component=component))
    assert [(o.label, o.score, o.threshold) for o in record.image_outputs] == [
        ("Pneumonia", 0.6, 0.4),
        ("Pleural effusion", 0.2, 0.4),
    ]


def test_bundle_with_a_report_device_and_study(folder):
    uid = picture(folder / "images" / "b.dcm")
    study = {"resourceType": "ImagingStudy", "id": "s", "series": [{"instance": [{"uid": uid}]}]}
    entries = [
        {"resource": {"resourceType": "DiagnosticReport", "id": "r", "result": [{"reference": "Observation/o"}]}},
        {"fullUrl": "urn:uuid:1", "resource": DEVICE},
        {"resource": study},
        {
            "resource": observation(
                id="o", contained=[], device={"reference": "urn:uuid:1"}, valueQuantity={"value": 0.2},
                derivedFrom=[{"reference": "ImagingStudy/s"}],
            )
        },
    ]  # fmt: skip
    (output,) = read(folder, {"resourceType": "Bundle", "type": "collection", "entry": entries}).image_outputs
    assert (output.image_id, output.model, output.score) == ("b", "CXR-Net", 0.2)


def test_report_with_contained_observations_and_no_picture(folder):
    inner = [DEVICE, observation(contained=[], derivedFrom=[], valueQuantity={"value": 0.2})]
    record = read(folder, {"resourceType": "DiagnosticReport", "contained": inner})
    (output,) = record.image_outputs
    assert (output.image_id, output.time) == ("image of ai.json", datetime(2024, 5, 2, 8, 30, tzinfo=UTC))
    assert "The image that it names is not in images/" in sentences(record.problems)[0]


def test_yes_without_a_probability_is_told(folder):
    record = read(folder, observation(valueBoolean=False))
    assert [output.score for output in record.image_outputs] == [0]
    assert "has no probability; present counts as 1 and absent as 0" in sentences(record.problems)[0]


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (observation(), "holds no probability of a finding and was left out"),
        (observation(code={"text": "Ejection fraction"}, valueQuantity={"value": 55, "unit": "%"}), "no probability"),
        (observation(valueQuantity={"value": 12, "unit": "mm"}), "holds no probability of a finding"),
        (observation(valueQuantity={"value": 130, "unit": "%"}), '"score" cannot be used'),
        (observation(status="entered-in-error", valueQuantity={"value": 1}), "is entered-in-error and was left out"),
        (observation(valueQuantity={"value": "Zzmueller"}), '"valueQuantity.value" is not as FHIR R4 has it'),
        (
            {"resourceType": "Patient", "name": [{"text": "Zzmueller"}]},
            "holds no Observation, and nothing else is read",
        ),
    ],
)
def test_fhir_that_cannot_be_used_is_told_in_one_sentence(folder, resource, told):
    record = read(folder, resource)
    assert record.image_outputs == ()
    assert len(record.problems) == 1
    assert told in sentences(record.problems)[0]


def test_names_and_answers_with_the_tags_of_snomed(folder):
    code = {"coding": [{"display": "Pneumonia (disorder)"}]}
    value = {"coding": [{"display": "Absent (qualifier value)"}]}
    part = {"code": {"text": "Probability"}, "valueQuantity": {"value": 0.07}}
    (output,) = read(folder, observation(code=code, valueCodeableConcept=value, component=[part])).image_outputs
    assert (output.label, output.score) == ("Pneumonia", 0.07)


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ({"interpretation": [{"coding": [{"code": "NEG", "display": "Negative"}]}]}, 0),
        ({"interpretation": [{"coding": [{"code": "POS"}]}]}, 1),
    ],
)
def test_an_interpretation_is_an_answer(folder, answer, score):
    assert [output.score for output in read(folder, observation(**answer)).image_outputs] == [score]


def test_a_certain_no_is_not_taken_for_a_yes(folder):
    part = {"code": {"text": "Confidence"}, "valueQuantity": {"value": 0.95}}
    record = read(folder, observation(valueCodeableConcept={"text": "Absent"}, component=[part]))
    assert record.image_outputs == ()
    (told,) = sentences(record.problems)
    assert told.startswith("error image_findings/ai.json Observation 1: A finding is said to be absent with a high")


@pytest.mark.parametrize(
    "time",
    [
        {"effectiveInstant": "2024-05-02T08:30:00Z"},
        {"effectivePeriod": {"start": "2024-05-02T08:00:00Z", "end": "2024-05-02T08:30:00Z"}},
        {"effectivePeriod": {"start": "2024-05-02T08:30:00Z"}},
    ],
)
def test_times_of_observations(folder, time):
    resource = observation(derivedFrom=[], valueQuantity={"value": 0.2}, **time)
    del resource["effectiveDateTime"]
    assert read(folder, resource).image_outputs[0].time == datetime(2024, 5, 2, 8, 30, tzinfo=UTC)


def test_a_panel_holds_others_together_and_versions_of_references_are_passed_over(folder):
    inner = observation(
        id="o", contained=[], valueQuantity={"value": 0.2},
        device={"reference": "https://zzserver/fhir/Device/d/_history/2"},
    )  # fmt: skip
    panel = observation(code={"text": "AI chest panel"}, hasMember=[{"reference": "Observation/o"}], contained=[])
    entries = [{"resource": resource} for resource in (panel, DEVICE, inner)]
    record = read(folder, {"resourceType": "Bundle", "entry": entries})
    assert [(output.model, output.score) for output in record.image_outputs] == [("CXR-Net", 0.2)]
    assert record.problems == ()


def bundle(*subjects):
    observations = [observation(subject=subject, valueQuantity={"value": 0.2}) for subject in subjects]
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in observations]}


OWN, OTHER, THIRD = {"identifier": {"value": "p"}}, {"reference": "Patient/zz1"}, {"reference": "Patient/zz2"}


@pytest.mark.parametrize(
    ("subjects", "kept", "told"),
    [
        ((OWN, OWN), 2, []),
        ((OWN, OTHER), 1, ["error image_findings/ai.json Observation 2: The Observation names another patient and"]),
        ((OTHER, OTHER), 2, ["warning image_findings/ai.json: The patient has another id than this folder"]),
        (
            (OTHER, THIRD),
            0,
            ["error image_findings/ai.json Observation 1", "error image_findings/ai.json Observation 2"],
        ),
        (({"display": "Zzmueller"}, OWN), 2, []),
    ],
)
def test_observations_of_another_patient_are_left_out(folder, subjects, kept, told):
    record = read(folder, bundle(*subjects))
    assert len(record.image_outputs) == kept
    assert len(record.problems) == len(told)
    assert all(one.startswith(begin) for one, begin in zip(sentences(record.problems), told, strict=True))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=6) | st.sampled_from(["Observation", "#d", "Bundle"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "resourceType",
                    "entry",
                    "resource",
                    "contained",
                    "code",
                    "text",
                    "value",
                    "valueQuantity",
                    "component",
                ]
                + ["device", "reference", "derivedFrom", "status", "id", "coding", "referenceRange"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(["entry", "contained", "component", "code", "device"]), _VALUES), st.booleans())
@settings(deadline=None, max_examples=60)
def test_no_fhir_content_stops_the_reader(content, is_bundle):
    with tempfile.TemporaryDirectory() as root:
        write(Path(root) / "notes" / "a.txt", "fever")
        data = {"resourceType": "Bundle" if is_bundle else "Observation", **content}
        write(Path(root) / "image_findings" / "a.json", json.dumps(data))
        record = PatientRecord.from_folder(root)
    assert len(record.notes) == 1
    assert record.problems or record.image_outputs
