"""The pictures of a record that no other model has judged."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from pictures import chest, save, write_model

from nlp_engine.engine import Engine
from nlp_engine.imaging import ImageStage
from nlp_engine.imaging.chest.records import RecordReader
from nlp_engine.record import Image, ImageOutput, Patient, PatientRecord

NOW = datetime(2024, 5, 1)


@pytest.fixture
def reader(tmp_path):
    return RecordReader(write_model(tmp_path / "tiny"))


@pytest.fixture
def images(tmp_path):
    good, flat = save(chest(), tmp_path / "good.png"), save(np.zeros((90, 90)), tmp_path / "flat.png")
    return Image(id="good", path=good, time=NOW), Image(id="flat", path=flat, time=NOW)


def record(images, age=4, **more):
    return PatientRecord(patient=Patient(id="p", age_years=age), images=images, **more)


def test_a_picture_becomes_findings_that_name_the_model(reader, images):
    findings, problems = reader.read(record(images[:1]))
    assert [(found.image_id, found.label) for found in findings] == [
        ("good", "pneumonia"),
        ("good", "bacterial_pneumonia"),
    ]
    assert {(found.model, found.threshold, found.time, found.source) for found in findings} == {
        ("tiny", 0.6, NOW, "images/good.png")
    }
    assert len({found.output_id for found in findings}) == 2
    assert problems == []


def test_a_picture_that_was_not_judged_is_told(reader, images):
    findings, problems = reader.read(record(images))
    assert {found.image_id for found in findings} == {"good"}
    (problem,) = problems
    assert problem.where == "images/flat.png"
    assert problem.sentence.startswith("The chest network did not judge the picture. The picture is blank")


def test_a_grown_up_is_not_judged_and_an_unknown_age_is_remarked(reader, images):
    findings, problems = reader.read(record(images[:1], age=54))
    assert findings == []
    assert "18 years or older" in problems[0].sentence
    findings, problems = reader.read(record(images[:1], age=None))
    assert len(findings) == 2
    assert "age of the patient is not known" in problems[0].sentence


def test_a_picture_that_another_model_judged_is_left(reader, images):
    output = ImageOutput(id="o", image_id="good", label="pneumonia", score=0.9, model="theirs")
    given = record(images, image_outputs=(output,))
    read = ImageStage.load(pictures=reader).read(given)
    assert [(found.model, found.image_id) for found in read.findings] == [("theirs", "good")]
    assert [problem.where for problem in read.problems] == ["images/flat.png"]


@pytest.fixture
def doubtful(tmp_path):
    return Image(
        id="d", path=save(chest(), tmp_path / "d.png").rename(tmp_path / "d.jpg"), time=NOW, source="images/s/d.jpg"
    )


@pytest.mark.parametrize("age", [4, 54])
@pytest.mark.parametrize("is_judged", [True, False])
def test_what_is_doubtful_about_a_file_is_told_whoever_judges_it(reader, doubtful, age, is_judged):
    output = ImageOutput(id="o", image_id="d", label="pneumonia", score=0.9, model="theirs")
    given = record((doubtful,), age=age, image_outputs=(output,) if is_judged else ())
    _, problems = reader.read(given)
    told = [problem.sentence for problem in problems if "name ends in .jpg" in problem.sentence]
    assert len(told) == 1
    assert {problem.where for problem in problems} == {"images/s/d.jpg"}
    before = tuple(replace_where(problem) for problem in problems)
    assert reader.read(given.model_copy(update={"problems": before}))[1] == []


def replace_where(problem):
    return problem.model_copy(update={"where": f"p1/{problem.where}"})


def test_without_pictures_the_network_is_never_loaded(tmp_path):
    assert RecordReader(tmp_path / "none").read(record(())) == ([], [])


def test_an_assessment_carries_findings_and_refusals(reader, images):
    engine = Engine(imaging=ImageStage.load(pictures=reader))
    assessment = engine.assess(record(images))
    assert {found.image_id for found in assessment.image_findings} == {"good"}
    assert [problem.where for problem in assessment.problems] == ["images/flat.png"]
    silent = replace(engine, imaging=ImageStage.load()).assess(record(images))
    assert (silent.image_findings, silent.problems) == ((), ())
