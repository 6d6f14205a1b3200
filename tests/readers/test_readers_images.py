"""Pictures with their headers, and the outputs of image models as CSV and JSON."""

from datetime import datetime
from pathlib import Path

import pytest
from image_report_files import picture
from reader_files import PNG, sentences, write, write_picture_folder

from nlp_engine.pictures.outputs import OutputWords
from nlp_engine.record import PatientRecord


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_picture_folder(tmp_path)


def test_header_gives_modality_body_part_view_and_time(folder):
    picture(folder / "images" / "b.dcm")
    image = PatientRecord.from_folder(folder).images[1]
    assert (image.id, image.modality, image.body_part, image.view) == ("b", "DX", "CHEST", "AP")
    assert image.time == datetime(2024, 5, 1, 8, 30)


def test_date_of_the_name_wins_and_another_one_is_told(folder):
    picture(folder / "images" / "2024-04-20_b.dcm")
    record = PatientRecord.from_folder(folder)
    assert record.images[0].time == datetime(2024, 4, 20)
    assert "date in the file name is not that of the DICOM header" in sentences(record.problems)[0]


def test_files_of_two_patients_are_told_without_their_names(folder):
    picture(folder / "images" / "a.dcm", PatientID="zz1")
    picture(folder / "images" / "b.dcm", PatientID="zz2")
    (told,) = sentences(PatientRecord.from_folder(folder).problems)
    assert told == (
        "warning images: The DICOM files name more than one patient; check that all of them belong to this one."
    )


def test_pictures_are_known_by_their_content(folder):
    picture(folder / "images" / "IM0001")
    write(folder / "images" / "c.jpg", PNG)
    write(folder / "images" / "thesis.docx", b"PK")
    write(folder / "images" / "empty.png", b"")
    record = PatientRecord.from_folder(folder)
    assert [image.id for image in record.images] == ["2024-05-01_cxr", "IM0001", "c"]
    assert [(problem.severity, problem.where) for problem in record.problems] == [
        ("error", "images/empty.png"),
        ("warning", "images/thesis.docx"),
    ]


def test_pictures_in_folders_of_studies_and_series_are_found(folder):
    picture(folder / "images" / "study 1" / "series1" / "IM0001")
    picture(folder / "images" / "study 1" / "series2" / "IM0001")
    write(folder / "images" / "study 1" / "c.png", PNG)
    write(folder / "images" / ".cache" / "d.png", PNG)
    (folder / "images" / "loop").symlink_to(folder / "images", target_is_directory=True)
    entries = [
        {"image": image, "label": "x", "score": 1, "model": "net", "threshold": 0.5}
        for image in ("study 1/series2/IM0001", "IM0001")
    ]
    write(folder / "images" / "study 1" / "ai.json", entries)
    record = PatientRecord.from_folder(folder)
    ids = ["2024-05-01_cxr", "c", "study 1/series1/IM0001", "study 1/series2/IM0001"]
    assert [image.id for image in record.images] == ids
    assert record.images[1].place == "images/study 1/c.png"
    assert [(output.image_id, output.source) for output in record.image_outputs] == [
        ("study 1/series2/IM0001", "images/study 1/ai.json entry 1"),
        ("IM0001", "images/study 1/ai.json entry 2"),
    ]
    assert sentences(record.problems) == [
        "warning images/loop: The folder is a link or lies too deep, and was not read.",
        "warning images/study 1/ai.json entry 2: The image that it names is not in images/; the entry was kept.",
    ]


def test_text_of_the_patient_in_the_pixels_is_told_when_the_folder_is_read(folder):
    picture(folder / "images" / "b.dcm", BurnedInAnnotation="YES")
    (told,) = sentences(PatientRecord.from_folder(folder).problems)
    assert told.startswith("warning images/b.dcm: The header says that text about the patient stands in the pixels")


@pytest.mark.parametrize("name", ["image_findings.csv", "image_findings/any.csv", "images/any.csv"])
def test_table_of_findings(folder, name):
    write(
        folder / name,
        "image;label;score;model;model version;threshold;time\n"
        "2024-05-01_cxr.png;pneumonia;0,93;Net;2;0.4;\n"
        "images/2024-05-01_cxr.png;effusion;0.1;Net;2;;02.05.2024\n",
    )
    record = PatientRecord.from_folder(folder)
    first, second = record.image_outputs
    assert record.problems == ()
    assert (first.id, first.source) == (f"{name}-2", f"{name} row 2")
    assert (first.image_id, first.label, first.score) == ("2024-05-01_cxr", "pneumonia", 0.93)
    assert (first.model, first.model_version, first.threshold, first.time) == ("Net", "2", 0.4, datetime(2024, 5, 1))
    assert (second.threshold, second.time) == (0.5, datetime(2024, 5, 2))


def test_rows_that_cannot_be_used_are_told_together(folder):
    rows = ["a,pneumonia,93,net", "a,pneumonia,high,net", "a,,0.2,net", ",pneumonia,0.2,net", "a,x,0.2,net,5"]
    write(folder / "image_findings.csv", "image,label,score,model\n" + "\n".join([*rows, "2024-05-01_cxr,y,1,net"]))
    record = PatientRecord.from_folder(folder)
    assert [output.source for output in record.image_outputs] == ["image_findings.csv row 7"]
    assert [problem.where for problem in record.problems] == [
        "image_findings.csv rows 2, 3",
        "image_findings.csv row 4",
        "image_findings.csv row 5",
        "image_findings.csv row 6",
    ]


def test_table_without_its_columns_is_told(folder):
    write(folder / "image_findings.csv", "picture,finding\na,b\n")
    (told,) = sentences(PatientRecord.from_folder(folder).problems)
    assert told.startswith('error image_findings.csv: The table lacks the columns "image" and "label" and "score"')


def test_rows_of_another_patient_are_left_out(folder):
    write(folder / "image_findings.csv", "patient_id,image,label,score,model\np,a,x,1,net\nq,a,x,1,net\n")
    record = PatientRecord.from_folder(folder)
    assert [output.source for output in record.image_outputs] == ["image_findings.csv row 2"]
    assert any("not that of this folder" in told for told in sentences(record.problems))


def test_json_and_csv_are_both_read(folder):
    entry = {"image": "2024-05-01_cxr", "label": "x", "score": 1, "model": "net"}
    write(folder / "image_findings.json", [entry])
    write(folder / "image_findings.csv", "image,label,score,model\n2024-05-01_cxr,y,1,net\n")
    assert [output.label for output in PatientRecord.from_folder(folder).image_outputs] == ["x", "y"]


@pytest.mark.parametrize("of_all", [True, False])
def test_entries_of_another_patient_are_left_out(folder, of_all):
    write(folder / "patient.json", {"id": "p"})
    entry = {"image": "2024-05-01_cxr", "label": "x", "score": 1, "model": "net"}
    own, other = entry | {"patient_id": "p"}, entry | {"patient_id": "zz9"}
    data = {"patient_id": "zz9", "findings": [own, entry]} if of_all else [own, other]
    write(folder / "image_findings.json", data)
    record = PatientRecord.from_folder(folder)
    assert [output.source for output in record.image_outputs] == ["image_findings.json entry 1"]
    (told,) = sentences(record.problems)
    assert told.startswith('error image_findings.json row 2: The row\'s "patient_id" is not that of this folder')


@pytest.mark.parametrize(("score", "expected"), [("93 %", 0.93), ("93,5%", 0.935), ("130 %", None), ("high %", None)])
def test_a_percent_sign_says_how_a_score_is_meant(folder, score, expected):
    entry = {"image": "2024-05-01_cxr", "label": "x", "score": score, "model": "net", "threshold": "40 %"}
    write(folder / "image_findings.json", [entry])
    outputs = PatientRecord.from_folder(folder).image_outputs
    assert [(output.score, output.threshold) for output in outputs] == ([(expected, 0.4)] if expected else [])


def test_a_threshold_that_nobody_told_is_known_to_be_assumed(folder):
    entry = {"image": "2024-05-01_cxr", "label": "pneumonia", "score": 0.9, "model": "net"}
    write(folder / "image_findings.json", [entry, entry | {"threshold": 0.5}])
    outputs = PatientRecord.from_folder(folder).image_outputs
    assert [(output.threshold, output.threshold_assumed) for output in outputs] == [(0.5, True), (0.5, False)]
    assert [type(output).model_validate_json(output.model_dump_json()) for output in outputs] == list(outputs)


@pytest.mark.parametrize(
    ("name", "is_probability", "finding"),
    [
        ("Probability of pneumonia", True, "pneumonia"),
        ("Certainty of Finding", True, None),
        ("pneumothorax - confidence score", True, "pneumothorax"),
        ("Ejection fraction", False, "Ejection fraction"),
    ],
)
def test_names_of_numbers(name, is_probability, finding):
    words = OutputWords.load()
    assert (words.is_probability(name), words.finding_in(name)) == (is_probability, finding)
