import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from reader_files import PNG, sentences, write

from nlp_engine.errors import InputError
from nlp_engine.readers.textfile import Path as TextPath
from nlp_engine.record import Patient, PatientRecord, Sex


@pytest.fixture
def folder(tmp_path) -> Path:
    root = tmp_path / "p1"
    write(
        root / "patient.json",
        {"id": "P-1", "name": "Nobody", "sex": "F", "birth_date": "1950-12-31", "pregnant": False},
    )
    write(root / "notes" / "2024-05-01T0830_radiology_report.txt", "No\r\npneumonia.")
    write(root / "notes" / "discharge.txt", "Home.")
    write(root / "labs.csv", "name,value,unit\nCRP,220,mg/L\n")
    write(root / "vitals.csv", "name,value\nHR,120\n")
    write(root / "medications.csv", "name\nMetformin\n")
    write(root / "images" / "2024-05-01_cxr.png", PNG)
    write(
        root / "image_findings.json",
        [
            {
                "image": "images/2024-05-01_cxr.png",
                "label": "pneumonia",
                "score": 0.93,
                "model": "net",
                "model_version": 2,
            }
        ],
    )
    return root


def test_everything_is_read(folder):
    record = PatientRecord.from_folder(folder)
    assert record.problems == ()
    assert (record.patient.id, record.patient.sex, record.patient.pregnant) == ("P-1", Sex.FEMALE, False)
    assert record.patient.age_at(datetime(2024, 5, 1)) == Decimal(73)
    radiology, discharge = record.notes
    assert (radiology.time, radiology.type) == (datetime(2024, 5, 1, 8, 30), "radiology_report")
    assert radiology.text == "No\r\npneumonia."
    assert (discharge.id, discharge.time, discharge.type) == ("discharge", None, "discharge")
    assert [(o.id, o.kind.value, o.name) for o in record.observations] == [
        ("labs-2", "lab", "CRP"),
        ("vitals-2", "vital", "HR"),
    ]
    assert [medication.name for medication in record.medications] == ["Metformin"]
    (image,), (output,) = record.images, record.image_outputs
    assert image.path.is_file()
    assert (output.image_id, output.score, output.model_version) == (image.id, 0.93, "2")
    assert output.time == image.time == datetime(2024, 5, 1)


def test_id_defaults_to_the_folder_name(tmp_path):
    write(tmp_path / "p9" / "notes" / "a.txt", "x")
    assert PatientRecord.from_folder(tmp_path / "p9").patient.id == "p9"


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(folder):
    write(folder / "notes" / "scan.txt", b"\x00\x01\x02")
    write(folder / "notes" / "empty.txt", "")
    write(folder / "notes" / "letter.docx", b"PK")
    (folder / "notes" / "gone.txt").symlink_to("nowhere")
    write(folder / "notes" / "inner.txt" / "x.txt", "x")
    write(folder / "labs.csv", "name,result\nCRP,220\n")
    write(folder / "readme.md", "x")
    (folder / "loop").symlink_to("..")
    record = PatientRecord.from_folder(folder)
    assert [note.id for note in record.notes] == ["2024-05-01T0830_radiology_report", "discharge", "empty"]
    told = sentences(record.problems)
    assert [line.split(";")[0] for line in told] == [
        "warning notes/letter.docx: The file is not read",
        "warning notes/empty.txt: The note is empty",
        "error notes/gone.txt: The note cannot be opened (No such file or directory)",
        "error notes/inner.txt: The note is a folder, not a file",
        "error notes/scan.txt: The note holds binary data, not text",
        'error labs.csv: The table lacks the column "value" and was not read',
        "warning loop: The file is not read",
        "warning readme.md: The file is not read",
    ]


def test_a_note_without_permission_is_told(folder, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(TextPath, "read_bytes", refuse)
    record = PatientRecord.from_folder(folder)
    assert record.notes == ()
    assert "error notes/discharge.txt: The note cannot be opened (Permission denied); make it readable." in sentences(
        record.problems
    )


def test_hidden_and_system_files_are_not_told(folder):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$labs.csv"):
        write(folder / name, b"\x00")
        write(folder / "notes" / name, b"\x00")
        write(folder / "images" / name, b"\x00")
    assert PatientRecord.from_folder(folder).problems == ()


def test_two_megabytes_of_note_are_read(folder):
    write(folder / "notes" / "long.txt", "word " * 400_000)
    assert max(len(note.text) for note in PatientRecord.from_folder(folder).notes) == 2_000_000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "The file is not valid JSON (line 1, column 2); correct it there."),
        ("[1]", 'The file holds no JSON object; write {"id": "p1", "sex": "female"}.'),
        ("[" * 100_000, "The file is not JSON that can be read (too deep, or a number too long); simplify it."),
    ],
)
def test_patient_json_that_is_no_object(folder, content, told):
    write(folder / "patient.json", content)
    record = PatientRecord.from_folder(folder)
    assert sentences(record.problems) == [f"error patient.json: {told}"]
    assert record.patient == Patient(id="p1")
    assert len(record.notes) == 2


@pytest.mark.parametrize(
    ("content", "right"),
    [
        ('{"sex": "blue"}', "one of female, male, other, unknown"),
        ('{"sex": 1}', "one of female, male, other, unknown"),
        ('{"age_years": "old"}', "a number from 0 to 130"),
        ('{"age_years": true}', "a number from 0 to 130"),
        ('{"age_years": 1e999}', "a number from 0 to 130"),
        ('{"age_years": 300}', "a number from 0 to 130"),
        ('{"pregnant": "yes"}', "true or false"),
        ('{"birth_date": "1.2.50"}', "a date such as 1950-12-31"),
        ('{"id": ["x"]}', "a text"),
        ('{"name": 7}', "a text"),
    ],
)
def test_a_field_of_the_wrong_type_is_left_out(folder, content, right):
    write(folder / "patient.json", content)
    record = PatientRecord.from_folder(folder)
    (key,) = json.loads(content)
    told = f'error patient.json: "{key}" cannot be used and was left out; it must be {right}.'
    assert sentences(record.problems) == [told]
    assert record.patient == Patient(id="p1")


def test_an_unknown_key_is_counted_and_not_quoted(folder):
    write(folder / "patient.json", {"id": "P-1", "Dr. Miller": "x"})
    (problem,) = PatientRecord.from_folder(folder).problems
    assert problem.severity == "warning"
    assert problem.sentence.startswith("The file has an unknown key, not used; known ones are id, name,")


def test_half_a_surrogate_pair_does_not_stop_the_reader(folder):
    write(folder / "patient.json", '{"name": "\\ud800", "id": "P-1"}')
    assert PatientRecord.from_folder(folder).patient.name == "?"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"image": "a", "label": "x", "score": 93}, '"score" cannot be used and the entry was left out'),
        ({"image": "a", "label": "x", "score": "0.9"}, '"score" cannot be used and the entry was left out'),
        ({"image": "a", "label": "x", "score": float("nan")}, '"score" cannot be used and the entry was left out'),
        ({"image": "a", "score": 0.9}, 'The entry lacks "label" and was left out'),
        ({"label": "x", "score": 0.9}, 'The entry lacks "image" and was left out'),
        ("x", "The entry is no JSON object and was left out"),
    ],
)
def test_image_findings_that_cannot_be_used(folder, entry, told):
    good = {"image": "b", "label": "y", "score": 0.1, "model": "net"}
    write(folder / "image_findings.json", {"findings": [entry, good]})
    record = PatientRecord.from_folder(folder)
    assert sentences(record.problems)[0].split(";")[0] == f"error image_findings.json entry 1: {told}"
    assert [output.label for output in record.image_outputs] == ["y"]


@pytest.mark.parametrize("content", ["{", {"a": 1}, "3"])
def test_image_findings_that_are_no_list(folder, content):
    write(folder / "image_findings.json", content)
    record = PatientRecord.from_folder(folder)
    assert [(problem.severity, problem.where) for problem in record.problems] == [("error", "image_findings.json")]


def test_image_findings_with_doubts_are_kept(folder):
    entry = {"image": "a", "label": "x", "score": 1, "threshold": 7, "time": "soon", "colour": "red"}
    write(folder / "image_findings.json", [entry])
    record = PatientRecord.from_folder(folder)
    (output,) = record.image_outputs
    assert (output.threshold, output.time, output.model) == (0.5, None, "unknown model")
    assert {problem.severity for problem in record.problems} == {"warning"}
    assert len(record.problems) == 5


def test_a_file_that_is_no_image_is_told(folder):
    write(folder / "images" / "b.png", b"GIF89a")
    write(folder / "images" / "b.dcm", b"\0" * 128 + b"DICM")
    record = PatientRecord.from_folder(folder)
    assert [image.id for image in record.images] == ["2024-05-01_cxr", "b.dcm"]
    assert [problem.where for problem in record.problems] == ["images/b.png"]


def test_rows_of_another_patient_are_never_mixed_in(folder):
    write(folder / "labs.csv", "patient_id,name,value\nP-1,CRP,1\nP-2,CRP,2\n,CRP,3\n")
    record = PatientRecord.from_folder(folder)
    assert [o.value for o in record.observations if o.name == "CRP"] == ["1", "3"]
    assert sentences(record.problems)[0].startswith(
        'error labs.csv row 3: The row\'s "patient_id" is not that of this folder'
    )


def test_one_other_id_in_all_tables_is_the_same_patient(tmp_path):
    folder = tmp_path / "patient_01"
    write(folder / "labs.csv", "patient_id,name,value\n10006,CRP,1\n10006,Na,140\n")
    write(folder / "vitals.csv", "patient_id,name,value\n10007,HR,80\n")
    record = PatientRecord.from_folder(folder)
    assert record.patient.id == "patient_01"
    assert [o.name for o in record.observations] == ["CRP", "Na"]
    assert [(problem.severity, problem.where) for problem in record.problems] == [
        ("warning", "labs.csv"),
        ("error", "vitals.csv row 2"),
    ]


def test_several_other_ids_are_never_one_patient(tmp_path):
    folder = tmp_path / "p1"
    write(folder / "labs.csv", "patient_id,name,value\nA,CRP,1\nB,CRP,2\np1,CRP,3\n")
    assert [o.value for o in PatientRecord.from_folder(folder).observations] == ["3"]


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_with_nothing_is_an_error_with_a_remedy(tmp_path, make):
    folder = tmp_path / "p1"
    if make:
        folder.mkdir()
    with pytest.raises(InputError) as error:
        PatientRecord.from_folder(folder)
    assert str(error.value).startswith("p1: ")
    assert ("does not exist" in str(error.value)) is not make


def test_a_folder_whose_only_note_is_broken_says_why(tmp_path):
    write(tmp_path / "p1" / "notes" / "a.txt", b"\0")
    with pytest.raises(InputError, match=r"holds nothing that can be read; notes/a\.txt: The note holds binary data"):
        PatientRecord.from_folder(tmp_path / "p1")
