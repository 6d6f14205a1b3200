import pickle
from datetime import datetime

import pytest
from reader_files import sentences, write

from nlp_engine.errors import InputError
from nlp_engine.readers import InputFailure, RecordSource, open_input


def walk(folder):
    with open_input(folder) as opened:
        found = list(opened.sources)
        records = [pickle.loads(pickle.dumps(source)).read() for source in found if isinstance(source, RecordSource)]
        failures = [source for source in found if isinstance(source, InputFailure)]
        return records, failures, sentences(opened.problems())


def ids(records):
    return [record.patient.id for record in records]


def test_patient_folders_in_order_of_name(tmp_path):
    for name in ("b", "a", "c"):
        write(tmp_path / name / "notes" / "n.txt", name)
    records, failures, problems = walk(tmp_path)
    assert (ids(records), failures, problems) == (["a", "b", "c"], [], [])


def test_one_patient_folder_is_one_patient(tmp_path):
    write(tmp_path / "p7" / "notes" / "n.txt", "x")
    write(tmp_path / "p7" / "labs.csv", "name,value\nCRP,1\n")
    records, _, _ = walk(tmp_path / "p7")
    assert ids(records) == ["p7"]


def test_flat_files_are_one_patient_each(tmp_path):
    write(tmp_path / "x1.txt", "a")
    write(tmp_path / "2024-05-01_x2.TXT", "b")
    write(tmp_path / "slides.pdf", b"%PDF")
    records, _, problems = walk(tmp_path)
    assert ids(records) == ["2024-05-01_x2", "x1"]
    assert records[0].notes[0].time == datetime(2024, 5, 1)
    assert [problem.split(";")[0] for problem in problems] == ["warning slides.pdf: The file is not read"]


def test_manifest_gives_patient_date_and_type(tmp_path):
    write(
        tmp_path / "manifest.csv", "file,patient_id,date,type\na.txt,P1,2024-05-01,progress\nnotes/b.txt,P1,,\nc,P2,,\n"
    )
    for name in ("a.txt", "notes/b.txt", "c.txt", "d.txt"):
        write(tmp_path / name, name)
    records, _, _ = walk(tmp_path)
    assert ids(records) == ["P1", "P2", "d"]
    assert [(note.id, note.time, note.type) for note in records[0].notes] == [
        ("a", datetime(2024, 5, 1), "progress"),
        ("notes/b", None, None),
    ]
    assert sentences(records[2].problems)[0].startswith("warning d.txt: The note is not listed in manifest.csv")


def test_manifest_that_names_missing_and_outside_files(tmp_path):
    write(tmp_path / "in" / "manifest.csv", "file,patient_id\na.txt,P1\ngone.txt,P1\n../out.txt,P2\na.txt,P3\n")
    write(tmp_path / "in" / "a.txt", "x")
    write(tmp_path / "out.txt", "secret")
    records, failures, problems = walk(tmp_path / "in")
    assert ids(records) == ["P1"]
    assert sentences(records[0].problems)[0].startswith("error manifest.csv row 3: The row names a file that is not")
    assert [failure.patient_id for failure in failures] == ["P2"]
    assert problems == ["error manifest.csv row 5: The row names the same file as row 2; the first counts."]


def test_a_manifest_without_its_columns_stops_the_run(tmp_path):
    write(tmp_path / "manifest.csv", "datei,patient\na.txt,P1\n")
    write(tmp_path / "a.txt", "x")
    with pytest.raises(InputError, match=r'manifest\.csv: the manifest lacks the columns "file" and "patient_id"'):
        walk(tmp_path)


def test_shared_tables_are_one_patient_an_id(tmp_path):
    write(
        tmp_path / "labs.csv", "patient_id,time,name,value\nB,03/04/2024,CRP,1\nA,25/04/2024,CRP,2\nB,,Na,3\n,,Na,4\n"
    )
    write(tmp_path / "medications.csv", "patient_id,name\nA,Metformin\nC,Aspirin\n")
    records, _, problems = walk(tmp_path)
    assert ids(records) == ["B", "A", "C"]
    first, second, third = records
    assert [(o.id, o.value, o.source) for o in first.observations] == [
        ("labs-2", "1", "labs.csv row 2"),
        ("labs-4", "3", "labs.csv row 4"),
    ]
    assert first.observations[0].time == datetime(2024, 4, 3)
    assert [medication.name for medication in (*second.medications, *third.medications)] == ["Metformin", "Aspirin"]
    assert problems == ['error labs.csv row 5: The row has no "patient_id" and was left out; fill the cell.']


def test_rows_join_the_folder_and_the_note_of_the_same_id(tmp_path):
    write(tmp_path / "f1" / "patient.json", {"id": "A"})
    write(tmp_path / "f1" / "labs.csv", "name,value\nNa,140\n")
    write(tmp_path / "B.txt", "note")
    write(tmp_path / "labs.csv", "patient_id,name,value,reference_low\nA,CRP,1,?\nB,CRP,2,\nC,CRP,3,\n")
    records, failures, _ = walk(tmp_path)
    assert (ids(records), failures) == (["A", "B", "C"], [])
    assert [(o.id, o.value) for o in records[0].observations] == [("labs-2", "140"), ("all-labs-2", "1")]
    assert [problem.where for problem in records[0].problems] == ["labs.csv row 2"]
    assert len(records[1].notes) == len(records[1].observations) == 1


def test_an_id_that_occurs_twice_is_read_once_and_told_with_both_places(tmp_path):
    write(tmp_path / "a" / "patient.json", {"id": "P", "sex": "female"})
    write(tmp_path / "b" / "patient.json", {"id": "P", "sex": "male"})
    write(tmp_path / "P.txt", "x")
    records, failures, _ = walk(tmp_path)
    assert ids(records) == ["P"]
    assert [sentences(failure.problems)[0].split(";")[0] for failure in failures] == [
        "error b: The patient id occurs twice, first in a",
        "error P.txt: The patient id occurs twice, first in a",
    ]


def test_links_that_lead_back_are_not_followed(tmp_path):
    write(tmp_path / "in" / "a" / "notes" / "n.txt", "x")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    records, _, problems = walk(tmp_path / "in")
    assert ids(records) == ["a"]
    assert [problem.split(":")[0] for problem in problems] == ["warning loop", "warning self"]


def test_a_corpus_of_annotated_texts_is_no_patient(tmp_path):
    write(tmp_path / "a" / "notes" / "n.txt", "x")
    write(tmp_path / "corpus" / "annotation.conf", "[entities]")
    write(tmp_path / "corpus" / "docs" / "n.txt", "y")
    records, _, problems = walk(tmp_path)
    assert ids(records) == ["a"]
    assert [problem.split(":")[0] for problem in problems] == ["warning corpus"]


def test_folders_that_group_patients_are_entered(tmp_path):
    write(tmp_path / "patients" / "a" / "notes" / "n.txt", "x")
    write(tmp_path / "patients" / "list.xlsx", b"PK")
    write(tmp_path / "notes" / "flat.txt", "y")
    records, _, problems = walk(tmp_path)
    assert ids(records) == ["a", "flat"]
    assert [problem.split(":")[0] for problem in problems] == ["warning patients/list.xlsx"]


@pytest.mark.parametrize("name", ["missing", "file.txt"])
def test_what_is_no_folder_is_refused(tmp_path, name):
    write(tmp_path / "file.txt", "x")
    with pytest.raises(InputError, match=name), open_input(tmp_path / name):
        pass


def test_the_rows_on_disk_are_removed_at_the_end(tmp_path):
    write(tmp_path / "labs.csv", "patient_id,name,value\nA,CRP,1\n")
    with open_input(tmp_path) as opened:
        (source,) = opened.sources
        assert source.rows.is_file()
    assert not source.rows.exists()
    with pytest.raises(InputError, match="no longer there"):
        source.read()
