"""``nlp-engine labs check``: what it prints and writes, and its exit statuses."""

import json

import pytest

from nlp_engine.cli import main

HEADER = "patient_id,time,name,value,unit\n"
FAULTY = f"{HEADER}p1,2024-05-01T08:00,Potassium,41,mmol/L\np1,2024-05-01T09:00,Potassium,4.0,mmol/L\n"
CLEAN = f"{HEADER}p1,2024-05-01T08:00,Potassium,4.1,mmol/L\n"


def run(*arguments):
    with pytest.raises(SystemExit) as done:
        main(["labs", "check", *map(str, arguments)])
    return done.value.code


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="labs.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_it_prints_the_report_and_writes_the_page(table, tmp_path, capsys):
    assert run(table(FAULTY)) == 0
    said = capsys.readouterr().out
    assert "labs.csv: 2 rows, 1 patients" in said
    assert "Potassium (row 2)" in said
    assert "Columns that the table lacks: code" in said
    assert "with the point moved 4.1" in (tmp_path / "labs_quality.html").read_text(encoding="utf-8")


def test_json_and_another_name_of_the_page(table, tmp_path):
    assert run(table(FAULTY), "--out", tmp_path / "page.html", "--json", tmp_path / "report.json") == 0
    assert (tmp_path / "page.html").exists()
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {issue["id"] for issue in report["issues"]} == {"decimal_slip"}


def test_strict_is_1_with_errors_and_0_without(table):
    assert run(table(FAULTY), "--strict") == 1
    assert run(table(CLEAN), "--strict") == 0


def test_patients_tell_the_birth(table, capsys):
    about = table("patient_id,birth_date\np1,2024-06-01\n", "patients.csv")
    assert run(table(CLEAN), "--patients", about) == 0
    assert "before the patient's birth" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_what_cannot_be_read_is_one_sentence_and_2(table, capsys, text):
    assert run(table(text)) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert run("nowhere.csv") == 2
