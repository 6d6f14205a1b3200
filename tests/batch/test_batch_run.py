import json
from datetime import datetime

import pyarrow.parquet as pq
import pytest
from batch_fakes import SECRET, FakeEngine, FakePages, no_engine, write_notes

from nlp_engine.assessment import Assessment
from nlp_engine.batch import run
from nlp_engine.errors import InputError, NlpEngineError


def go(folder, out, **options):
    return run(folder, out, **{"engine_loader": FakeEngine, "pages": FakePages(), "workers": 1, **options})


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path):
    inside = write_notes(
        tmp_path / "in", {"a": "fever", "b": f"BOOM {SECRET}", "c": f"UGLY {SECRET}", "d": "\r\n cough"}
    )
    (inside / "e.txt").write_bytes(b"\0\0")
    (inside / "labs.csv").write_text(
        "patient_id,time,name,value\na,2024-05-01T08:00+02:00,CRP,3\nf,,CRP,>1000\n,,CRP,1\n"
    )
    return inside


def test_every_patient_is_assessed_or_failed(folder, tmp_path):
    seen = []
    summary = go(folder, tmp_path / "out", on_progress=seen.append)
    out = tmp_path / "out"
    counts = json.loads((out / "run.json").read_text())["counts"]
    assert (counts["patients_in"], counts["assessed"], counts["failed"], counts["notes"]) == (6, 3, 3, 2)
    assert (counts["mentions"], counts["findings"], counts["cards"], counts["lab_results"]) == (2, 3, 3, 2)
    assert [(step.done, step.failed) for step in seen] == [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)]
    assert summary.exit_status == 1
    assert [line["patient_id"] for line in lines(out / "mentions.jsonl")] == ["a", "d"]
    assert [line["patient_id"] for line in lines(out / "findings.jsonl")] == ["a", "d", "f"]
    assert [line["patient_id"] for line in lines(out / "cards.jsonl")] == ["a", "d", "f"]
    assessments = [Assessment.model_validate(line) for line in lines(out / "assessments.jsonl")]
    for assessment in assessments:
        for note, extraction in zip(assessment.record.notes, assessment.extractions, strict=True):
            assert all(note.text[m.start : m.end] == m.text for m in extraction.mentions)


def test_failures_are_sentences_by_id_without_content(folder, tmp_path):
    go(folder, tmp_path / "out")
    failures = lines(tmp_path / "out" / "failures.jsonl")
    assert [(line["patient_id"], line["status"]) for line in failures] == [
        ("b", "failed"),
        ("c", "failed"),
        ("e", "failed"),
        (None, "partly"),
    ]
    assert "Assessing stopped with an unexpected RuntimeError" in failures[0]["sentence"]
    assert "Writing the report stopped with an unexpected ValueError" in failures[1]["sentence"]
    assert "binary data" in failures[2]["sentence"]
    assert SECRET not in (tmp_path / "out" / "failures.jsonl").read_text()
    assert SECRET not in (tmp_path / "out" / "index.html").read_text()
    assert not (tmp_path / "out" / "c").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_of_a_note_is_printed_or_logged(folder, tmp_path, capfd, caplog, workers):
    (folder / "d.txt").write_text(f"CRASH {SECRET}" if workers > 1 else SECRET)
    with caplog.at_level("DEBUG"):
        go(folder, tmp_path / "out", workers=workers)
    printed = "".join(capfd.readouterr()) + caplog.text
    assert "Jane" not in printed
    assert "pneumonia" not in printed


def test_what_an_assessed_patient_lost_is_told(tmp_path):
    folder = write_notes(tmp_path / "in" / "p1" / "notes", {"a": "fever"}).parent
    (folder / "labs.csv").write_text("name\nCRP\n")
    summary = go(tmp_path / "in", tmp_path / "out")
    (failure,) = lines(tmp_path / "out" / "failures.jsonl")
    assert (failure["patient_id"], failure["status"], failure["where"]) == ("p1", "partly", "p1/labs.csv")
    assert (summary.counts["partly"], summary.counts["failed"], summary.exit_status) == (1, 0, 0)


def test_labs_keep_text_and_zone(folder, tmp_path):
    go(folder, tmp_path / "out")
    first, second = pq.read_table(tmp_path / "out" / "labs.parquet").to_pylist()
    assert next(iter(first)) == "patient_id"
    assert (first["patient_id"], first["time"], first["utc_offset_minutes"]) == ("a", datetime(2024, 5, 1, 8), 120)
    assert (second["text"], second["value"], second["time"]) == (">1000", 3.0, None)


def test_a_run_in_which_all_fail_writes_valid_empty_files(tmp_path):
    go(write_notes(tmp_path / "in", {"a": "BOOM"}), tmp_path / "out")
    assert pq.read_table(tmp_path / "out" / "labs.parquet").num_rows == 0
    assert (tmp_path / "out" / "mentions.jsonl").read_text() == ""


def test_many_workers_write_the_same_as_one(tmp_path):
    notes = {f"n{number:02}": f"word{number}" for number in range(12)} | {"n03b": "BOOM"}
    folder = write_notes(tmp_path / "in", notes)
    (folder / "n05b.txt").write_bytes(b"\0")
    for name, workers in (("one", 1), ("two", 2)):
        go(folder, tmp_path / name, workers=workers)
    for table in (
        "mentions.jsonl",
        "assessments.jsonl",
        "findings.jsonl",
        "cards.jsonl",
        "failures.jsonl",
        "index.html",
    ):
        assert (tmp_path / "one" / table).read_bytes() == (tmp_path / "two" / table).read_bytes()


def test_a_record_that_kills_its_process_fails_alone(tmp_path):
    notes = {f"n{number:02}": "x" for number in range(10)} | {"n03": "CRASH", "n07": "CRASH"}
    summary = go(write_notes(tmp_path / "in", notes), tmp_path / "out", workers=2)
    assert (summary.counts["assessed"], summary.counts["failed"]) == (8, 2)
    assert [line["patient_id"] for line in lines(tmp_path / "out" / "failures.jsonl")] == ["n03", "n07"]
    assert [line["note_id"] for line in lines(tmp_path / "out" / "mentions.jsonl")] == sorted(
        set(notes) - {"n03", "n07"}
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_an_engine_that_cannot_be_loaded_stops_the_run(tmp_path, workers):
    folder = write_notes(tmp_path / "in", {"a": "x"})
    with pytest.raises(NlpEngineError, match=r"lacks model\.onnx"):
        go(folder, tmp_path / "out", workers=workers, engine_loader=no_engine)


def test_as_of_reaches_the_engine(tmp_path):
    go(write_notes(tmp_path / "in", {"a": "x"}), tmp_path / "out", as_of=datetime(2024, 5, 1))
    (assessment,) = lines(tmp_path / "out" / "assessments.jsonl")
    assert assessment["as_of"] == "2024-05-01T00:00:00"


def test_tables_only(tmp_path):
    go(write_notes(tmp_path / "in", {"a": "x"}), tmp_path / "out", pages=None)
    assert not (tmp_path / "out" / "index.html").exists()
    assert not (tmp_path / "out" / "a").exists()
    assert (tmp_path / "out" / "run.json").exists()


@pytest.mark.parametrize("out", ["in", "in/out", "."])
def test_the_output_may_not_be_inside_the_input_or_around_it(tmp_path, out):
    folder = write_notes(tmp_path / "in", {"a": "x"})
    with pytest.raises(InputError, match="is inside the input folder, or around it"):
        go(folder, tmp_path / out)


def test_an_input_without_patients_says_what_it_takes(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="in: holds no patient; it takes patient folders"):
        go(tmp_path / "in", tmp_path / "out")
    (tmp_path / "in" / "labs.csv").write_text("patient_id,name\na,CRP\n")
    with pytest.raises(InputError, match='The table lacks the column "value"'):
        go(tmp_path / "in", tmp_path / "out")
