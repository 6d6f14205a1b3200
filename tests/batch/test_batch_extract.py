import pytest
from batch_fakes import SECRET, FakeEngine, write_notes

from nlp_engine.batch import Failure
from nlp_engine.batch.extract import extract_notes
from nlp_engine.errors import InputError


def go(*paths, stdin=b""):
    results = list(extract_notes([str(path) for path in paths], FakeEngine(), stdin=lambda: stdin))
    failures = [result for result in results if isinstance(result, Failure)]
    return [result for result in results if not isinstance(result, Failure)], failures


def test_a_line_or_a_failure_for_every_note(tmp_path):
    folder = write_notes(tmp_path / "in", {"a": "fever", "b": f"BOOM {SECRET}", "c": ""})
    (folder / "d.txt").write_bytes(b"\0")
    extractions, failures = go(folder)
    assert [(e.patient_id, e.note_id, len(e.mentions)) for e in extractions] == [("a", "a", 1), ("c", "c", 0)]
    assert [failure.where for failure in failures] == ["b.txt", "d.txt"]
    assert SECRET not in "".join(failure.sentence for failure in failures)


def test_files_and_stdin_belong_to_no_patient(tmp_path):
    folder = write_notes(tmp_path, {"a": "fever"})
    extractions, failures = go(folder / "a.txt", "-", stdin="\ufeffcough\r\n".encode())
    assert [(e.patient_id, e.note_id) for e in extractions] == [(None, "a"), (None, "stdin")]
    assert [(e.mentions[0].text, e.mentions[0].start) for e in extractions] == [("fever", 0), ("cough", 0)]
    assert failures == []


def test_a_patient_folder_gives_its_notes_and_skips_the_rest(tmp_path):
    write_notes(tmp_path / "in" / "p1" / "notes", {"a": "fever", "b": "cough"})
    (tmp_path / "in" / "p1" / "labs.csv").write_text("broken")
    extractions, failures = go(tmp_path / "in")
    assert [(e.patient_id, e.note_id) for e in extractions] == [("p1", "a"), ("p1", "b")]
    assert failures == []


def test_binary_on_stdin_is_a_failure():
    assert [failure.where for failure in go("-", stdin=b"\0")[1]] == ["stdin"]


def test_paths_that_lead_nowhere_stop_before_the_first_note(tmp_path):
    folder = write_notes(tmp_path / "in", {"a": "fever"})
    with pytest.raises(InputError, match="does not exist"):
        go(folder, tmp_path / "gone.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: holds no notes"):
        go(tmp_path / "empty")
