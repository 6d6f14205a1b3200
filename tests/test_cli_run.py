import json

import pytest

from nlp_engine import cli
from nlp_engine.assessment import Assessment, NoteExtraction


class QuietEngine:
    """Finds nothing; BOOM in a note makes it fail."""

    def __init__(self):
        self.seconds = {}
        self.versions = {"quiet": "1"}

    def assess(self, record, *, as_of=None):
        extractions = tuple(self.extract(note.text, note_id=note.id) for note in record.notes)
        return Assessment(record=record, as_of=as_of, extractions=extractions, problems=record.problems)

    def extract(self, text, *, note_id="n1", patient_id=None):
        if "BOOM" in text:
            raise RuntimeError(text)
        return NoteExtraction(note_id=note_id, patient_id=patient_id)


@pytest.fixture
def command(capfd, monkeypatch):
    monkeypatch.setattr("nlp_engine.batch.job.load_engine", lambda threads: QuietEngine())

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return end.value.code or 0, out, err

    return call


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("fever")
    return tmp_path / "in"


def test_a_good_run_is_status_zero_and_names_the_index(command, folder, tmp_path):
    status, out, err = command("run", folder, "--out", tmp_path / "out")
    assert (status, err) == (0, "")
    assert out.startswith("1 patients: 1 assessed (0 only partly), 0 failed; 1 notes, 0 mentions")
    assert out.splitlines()[-1] == str(tmp_path / "out" / "index.html")
    assert (tmp_path / "out" / "a" / "patient.html").is_file()


def test_a_failed_patient_is_status_one_and_a_sentence(command, folder, tmp_path):
    (folder / "b.txt").write_text("BOOM Jane Roe")
    status, _, err = command("run", folder, "--out", tmp_path / "out")
    assert status == 1
    assert err.startswith("failed: b.txt: Assessing stopped with an unexpected RuntimeError (work.py, line ")
    assert "Jane" not in err


def test_options_reach_the_run(command, folder, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    arguments = ("run", folder, "--out", tmp_path / "out", "--no-html", "--as-of", "2024-05-01")
    assert command(*arguments)[0] == 2
    assert command(*arguments, "--overwrite")[0] == 0
    settings = json.loads((tmp_path / "out" / "run.json").read_text())["settings"]
    assert settings == {"workers": 1, "as_of": "2024-05-01T23:59:59", "html": False}
    assert not (tmp_path / "out" / "index.html").exists()


def test_an_input_that_cannot_start_is_status_two(command, tmp_path):
    (tmp_path / "in").mkdir()
    status, out, err = command("run", tmp_path / "in", "--out", tmp_path / "out")
    assert (status, out) == (2, "")
    assert err.startswith("in: holds no patient;")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def extracting(command, monkeypatch):
    monkeypatch.setattr("nlp_engine.engine.Engine.load", lambda: QuietEngine())
    return command


def test_extract_writes_a_line_a_note(extracting, folder, tmp_path):
    (folder / "b.txt").write_text("cough")
    status, out, err = extracting("extract", folder, folder / "b.txt")
    assert (status, err) == (0, "")
    nothing = {"mentions": [], "observations": [], "people": []}
    assert [json.loads(line) for line in out.splitlines()] == [
        {"note_id": "a", "patient_id": "a", **nothing},
        {"note_id": "b", "patient_id": "b", **nothing},
        {"note_id": "b", "patient_id": None, **nothing},
    ]
    assert extracting("extract", folder, "--out", tmp_path / "m.jsonl") == (0, "", "")
    assert len((tmp_path / "m.jsonl").read_text().splitlines()) == 2


def test_extract_tells_a_failed_note_and_goes_on(extracting, folder):
    (folder / "0.txt").write_text("BOOM Jane Roe")
    status, out, err = extracting("extract", folder)
    assert (status, len(out.splitlines())) == (1, 1)
    assert err.startswith("0.txt: Assessing stopped with an unexpected RuntimeError")
    assert "Jane" not in err


def test_extract_of_nothing_is_status_two(extracting, tmp_path):
    assert extracting("extract", tmp_path / "gone")[0] == 2
