import io
import json
import os
import subprocess
import sys

import pytest

from nlp_engine import cli
from nlp_engine.cli import options, output


@pytest.fixture
def command(capfd):
    """Run the command line in this process; return exit status, stdout and stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return end.value.code or 0, out, err

    return call


def test_version(command):
    status, out, _ = command("--version")
    assert (status, out) == (0, f"nlp-engine {cli.__version__}\n")


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom nlp_engine.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('pydantic', 'pandas', 'spacy', 'onnxruntime', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "extract" in done.stdout


def test_python_dash_m_works():
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "nlp_engine", "run", "/no/such/folder", "--out", "/no/such/out"],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "folder: does not exist; give an existing folder.\n"


@pytest.mark.parametrize(
    "arguments", [("run",), ("fly",), ("run", "a", "--workers", "0", "--out", "b"), ("schema", "x")]
)
def test_wrong_use_is_status_two_without_a_traceback(command, arguments):
    status, _, err = command(*arguments)
    assert status == 2
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("name", "title"), [("extract", "NoteExtraction"), ("assessment", "Assessment"), ("record", "PatientRecord")]
)
def test_schema(command, name, title):
    status, out, _ = command("schema", name)
    schema = json.loads(out)
    assert (status, schema["title"]) == (0, title)


def test_schema_of_extract_fits_the_contract(command):
    schema = json.loads(command("schema", "extract")[1])
    assert set(schema["properties"]) >= {"note_id", "patient_id", "mentions"}


def test_rules_check(command, tmp_path):
    status, out, _ = command("rules", "check")
    assert (status, out) == (0, "All rules pass.\n")
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "a.yaml").write_text("schema_version: 1\nruels: []\n")
    status, _, err = command("rules", "check", tmp_path)
    assert status == 1
    assert "a.yaml" in err
    assert command("rules", "check", tmp_path / "gone")[0] == 2


@pytest.mark.parametrize("text", ["soon", "03/04/2024"])
def test_as_of_that_is_no_clear_date(command, tmp_path, text):
    status, _, err = command("run", tmp_path, "--out", tmp_path / "out", "--as-of", text)
    assert (status, err) == (2, "--as-of: is not one clear date; write 2024-05-01 or 2024-05-01T08:30.\n")


def test_as_of_a_day_means_its_end():
    assert options.as_of_option("2024-05-01").isoformat() == "2024-05-01T23:59:59"
    assert options.as_of_option("2024-05-01T00:00").isoformat() == "2024-05-01T00:00:00"


def test_an_output_file_appears_only_when_complete(tmp_path):
    out = tmp_path / "m.jsonl"

    def write_half():
        with output.lines_to(out) as stream:
            stream.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert not out.exists()
    with output.lines_to(out) as stream:
        stream.write(b"whole\n")
    assert out.read_bytes() == b"whole\n"


def test_a_system_error_is_one_line(command, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "/secret/path")

    monkeypatch.setattr(cli, "app", full)
    status, _, err = command("run")
    assert (status, err) == (2, "The system reports: No space left on device.\n")


def test_progress_is_plain_lines_without_a_terminal(monkeypatch):
    from nlp_engine.batch import Progress

    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with output.shown_progress() as show:
        for done in range(1, 101):
            show(Progress(done, 1))
        assert sys.stderr.getvalue() == "50 patients, 1 failed\n100 patients, 1 failed\n"
