import json

import pytest
from batch_fakes import FakeEngine, FakePages, write_notes
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.batch import run
from nlp_engine.batch.cpus import available_cpus
from nlp_engine.batch.names import SafeNames
from nlp_engine.batch.outputs import RESERVED
from nlp_engine.errors import InputError


def go(folder, out, **options):
    return run(folder, out, engine_loader=FakeEngine, pages=FakePages(), workers=1, **options)


def test_a_second_run_leaves_nothing_of_the_first(tmp_path):
    out = tmp_path / "out"
    go(write_notes(tmp_path / "one", {"a": "x", "b": "x"}), out)
    go(write_notes(tmp_path / "two", {"b": "x"}), out)
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["b"]
    assert json.loads((out / "run.json").read_text())["counts"]["patients_in"] == 1


def test_a_run_that_breaks_leaves_the_earlier_result(tmp_path):
    out = tmp_path / "out"
    go(write_notes(tmp_path / "one", {"a": "x"}), out)
    before = (out / "index.html").read_bytes()

    def interrupt(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(write_notes(tmp_path / "two", {"b": "x"}), out, on_progress=interrupt)
    assert (out / "index.html").read_bytes() == before
    assert (out / "a" / "clinician.html").exists()
    assert not (out / "b").exists()
    go(tmp_path / "two", out)
    assert not (out / "unfinished_run").exists()


def test_a_folder_of_somebody_else_is_kept_unless_allowed(tmp_path):
    out, folder = tmp_path / "out", write_notes(tmp_path / "in", {"a": "x"})
    (out / "a").mkdir(parents=True)
    (out / "a" / "thesis.doc").write_text("mine")
    with pytest.raises(InputError, match="out: is not empty and not made by an earlier run"):
        go(folder, out)
    go(folder, out, overwrite=True)
    assert (out / "a" / "thesis.doc").read_text() == "mine"
    assert (out / "a" / "clinician.html").exists()


def test_a_file_is_no_output_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(InputError, match="out: cannot be written to"):
        go(write_notes(tmp_path / "in", {"a": "x"}), tmp_path / "out")


def test_plain_ids_keep_their_names():
    names = SafeNames(RESERVED)
    assert [names.name(patient_id) for patient_id in ("P1", "10006", "a-b_c.d")] == ["P1", "10006", "a-b_c.d"]


@pytest.mark.parametrize(
    "patient_id",
    ["..", ".", "../../etc", "CON", "nul.txt", "a/b", "a\\b", "x" * 300, "run.json", "ü", "INDEX.HTML", " a", "a."],
)
def test_dangerous_ids_are_changed(patient_id):
    name = SafeNames(RESERVED).name(patient_id)
    assert name != patient_id
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not name.startswith((".", "-"))
    assert name.split(".")[0].lower() not in {"con", "nul"}
    assert len(name) <= 100


@given(st.lists(st.text(max_size=20), unique=True, max_size=30))
def test_no_two_patients_share_a_folder_even_without_case(patient_ids):
    names = SafeNames(RESERVED)
    given_out = [names.name(patient_id).lower() for patient_id in patient_ids]
    assert len(set(given_out)) == len(patient_ids)
    assert not set(given_out) & set(RESERVED)


@pytest.mark.parametrize(
    ("content", "most"), [("150000 100000", 2), ("max 100000", 10_000), ("50000 100000", 1), ("rubbish", 10_000)]
)
def test_the_quota_of_a_container_limits_the_workers(tmp_path, monkeypatch, content, most):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(10_000)), raising=False)
    (tmp_path / "cpu.max").write_text(content)
    assert available_cpus(tmp_path) == most


def test_version_one_of_control_groups_counts_too(tmp_path, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("-1\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert available_cpus(tmp_path) == 4
