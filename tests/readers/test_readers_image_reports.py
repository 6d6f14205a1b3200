"""Structured reports of image models become outputs with model, version, threshold and picture."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from image_report_files import coded, item, picture, report, standard_report
from reader_files import sentences, write

from nlp_engine.record import PatientRecord

SHARED = Path(__file__).parents[3] / "shared" / "data" / "images" / "dicom"
PERCENT_CERTAIN = coded("111012", "Certainty of Finding")


@pytest.fixture
def folder(tmp_path) -> Path:
    write(tmp_path / "p" / "notes" / "a.txt", "x")
    return tmp_path / "p"


def read(folder):
    record = PatientRecord.from_folder(folder)
    assert "zz" not in " ".join(sentences(record.problems)).lower()
    return record


def group(*children):
    return item("CONTAINER", coded("125007", "Measurement Group"), *children)


def finding(name):
    return item("CODE", coded("121071", "Finding"), code=coded("1", name, "SCT"))


def certain(number, unit="%"):
    return item("NUM", PERCENT_CERTAIN, number=number, unit=unit)


def by_device(name="Box"):
    return (
        item("CODE", coded("121005", "Observer Type"), code=coded("121007", "Device")),
        item("TEXT", coded("121013", "Device Observer Name"), text=name),
    )


@pytest.mark.parametrize("place", ["images", "image_findings"])
def test_standard_report_of_highdicom(folder, place):
    pytest.importorskip("highdicom")
    picture(folder / "images" / "cxr.dcm")
    standard_report(folder / place / "ai.dcm", folder / "images" / "cxr.dcm")
    record = read(folder)
    (image,), (output,) = record.images, record.image_outputs
    assert (image.modality, image.body_part, image.view) == ("DX", "CHEST", "AP")
    assert image.time == output.time == datetime(2024, 5, 1, 8, 30)
    assert (output.image_id, output.label, output.score) == ("cxr", "Pneumonia", 0.93)
    assert (output.model, output.model_version, output.threshold) == ("CXR-Net", "2.1", 0.4)
    assert output.source == f"{place}/ai.dcm item 1"
    assert sentences(record.problems) == [
        f"warning {place}/ai.dcm: Numbers that are no probability of a finding were not read (1)."
    ]


def test_device_of_the_report_stands_in_for_the_algorithm(folder):
    report(
        folder / "image_findings" / "a.dcm", *by_device("ChestBox"), group(finding("Pneumothorax"), certain(0.07, "1")),
        SoftwareVersions="3.0",
    )  # fmt: skip
    (output,) = read(folder).image_outputs
    assert (output.label, output.score) == ("Pneumothorax", 0.07)
    assert (output.model, output.model_version, output.threshold) == ("ChestBox", "3.0", 0.5)
    assert (output.image_id, output.time) == ("image of a.dcm", datetime(2024, 5, 2, 10, 15))


def test_version_of_a_device_is_not_that_of_an_algorithm(folder):
    name = item("TEXT", coded("111001", "Algorithm Name"), text="CXR-Net")
    report(
        folder / "image_findings" / "a.dcm", *by_device("ChestBox"), group(finding("Pneumonia"), name, certain(7)),
        SoftwareVersions="3.0",
    )  # fmt: skip
    (output,) = read(folder).image_outputs
    assert (output.model, output.model_version) == ("CXR-Net", "unknown")


def test_a_certain_no_is_not_taken_for_a_yes(folder):
    number = item("NUM", coded("1", "Probability of pneumonia"), number=95, unit="%")
    no = item("CODE", coded("2", "pneumonia", "SCT"), code=coded("3", "Absent", "SCT"))
    report(folder / "image_findings" / "a.dcm", *by_device(), group(number, no))
    record = read(folder)
    assert record.image_outputs == ()
    (told,) = sentences(record.problems)
    assert told.startswith("error image_findings/a.dcm: A finding is said to be absent with a high probability")


def test_a_report_of_another_patient_than_the_pictures_is_told(folder):
    picture(folder / "images" / "cxr.dcm", PatientID="zz1")
    report(folder / "image_findings" / "a.dcm", group(finding("Pneumonia"), certain(7)), PatientID="zz2")
    assert any("names another patient than the pictures" in told for told in sentences(read(folder).problems))


def test_each_group_keeps_its_own_finding_and_picture(folder):
    uids = [picture(folder / "images" / f"{name}.dcm") for name in "ab"]
    groups = [
        group(finding(name), certain(score), item("IMAGE", coded("121112", "Source of Measurement"), image=uid))
        for name, score, uid in (("Pneumonia", 10, uids[1]), ("Pleural effusion", 20, uids[0]))
    ]
    report(folder / "images" / "z.dcm", *by_device(), *groups)
    record = read(folder)
    assert [(o.label, o.score, o.image_id) for o in record.image_outputs] == [
        ("Pneumonia", 0.1, "b"),
        ("Pleural effusion", 0.2, "a"),
    ]


def test_name_of_a_number_may_hold_the_finding(folder):
    numbers = [
        item("NUM", coded("1", name, "99X"), number=number, unit=unit)
        for name, number, unit in (
            ("Probability of pneumonia", 0.3, "1"), ("Cardiomegaly", 0.4, "{ratio}"), ("Ejection fraction", 55, "%"),
            ("Cardiothoracic ratio", 0.5, "1"), ("Pneumonia", 12, "mm"),
        )
    ]  # fmt: skip
    report(folder / "image_findings" / "a.dcm", *by_device(), *numbers)
    record = read(folder)
    assert [(o.label, o.score) for o in record.image_outputs] == [("pneumonia", 0.3), ("Cardiomegaly", 0.4)]
    assert "Numbers that are no probability of a finding were not read (3)" in sentences(record.problems)[0]


def test_finding_of_computer_aided_detection(folder):
    single = item("CODE", coded("111059", "Single Image Finding"), certain(80), code=coded("1", "Lung nodule", "SCT"))
    report(folder / "image_findings" / "a.dcm", *by_device(), single)
    (output,) = read(folder).image_outputs
    assert (output.label, output.score) == ("Lung nodule", 0.8)


def test_yes_and_no_without_a_probability_are_told(folder):
    answers = [
        item("CODE", coded("1", name, "SCT"), code=coded("2", answer, "SCT"))
        for name, answer in (("Pneumonia", "Present"), ("Pneumothorax", "Absent"), ("Pneumonia type", "Present"))
    ]
    report(folder / "image_findings" / "a.dcm", *by_device(), *answers)
    record = read(folder)
    assert [(o.label, o.score) for o in record.image_outputs] == [("Pneumonia", 1), ("Pneumothorax", 0)]
    assert "Findings without a probability: present counts as 1 and absent as 0 (2)" in sentences(record.problems)[0]


def test_what_a_person_reported_is_no_output_of_a_model(folder):
    person = item("CODE", coded("121005", "Observer Type"), code=coded("121006", "Person"))
    report(folder / "image_findings" / "a.dcm", person, group(finding("Pneumonia"), certain(90)))
    record = read(folder)
    assert record.image_outputs == ()
    assert "Findings that a person, no model, reported were not read (1)" in sentences(record.problems)[0]


@pytest.mark.parametrize(("number", "unit"), [(130, "%"), (7, "1"), (-1, "%")])
def test_impossible_probabilities_are_told(folder, number, unit):
    report(folder / "image_findings" / "a.dcm", *by_device(), group(finding("Pneumonia"), certain(number, unit)))
    record = read(folder)
    assert record.image_outputs == ()
    assert sentences(record.problems)[0].startswith('error image_findings/a.dcm item 1: "score" cannot be used')


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_cut_off_reports_do_not_stop_the_others(folder, share):
    whole = report(folder / "image_findings" / "a.dcm", *by_device(), group(finding("Pneumonia"), certain(90)))
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    write(folder / "image_findings" / "b.csv", "image,label,score,model\na,pneumonia,0.2,net\n")
    record = read(folder)
    assert [output.source for output in record.image_outputs][-1] == "image_findings/b.csv row 2"
    assert any(problem.where.startswith("image_findings/a.dcm") for problem in record.problems)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared DICOM files are not there")
@pytest.mark.parametrize("name", ["test-SR.dcm", "reportsi.dcm"])
def test_other_reports_say_what_they_hold(folder, name):
    (folder / "images").mkdir()
    shutil.copyfile(SHARED / name, folder / "images" / name)
    record = read(folder)
    assert (record.images, record.image_outputs) == ((), ())
    assert "holds no probability of a finding (" in sentences(record.problems)[0]
    assert "texts" in sentences(record.problems)[0]
