"""The wheel, installed alone in an empty environment, does the main job: rules, templates and weights are inside."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: object, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "build"] if uv.exists() else [sys.executable, "-m", "build"]
    run(*command, "--wheel", ROOT, *(["--out-dir"] if uv.exists() else ["--outdir"]), folder, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_rules_templates_and_weights_and_no_share_alike_data(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    models = ("models/ner/model.onnx", "models/ner_fast/model.onnx")
    for needed in ("rules/labs/chemistry.yaml", "templates/clinician.html.j2", "py.typed", *models):
        assert f"nlp_engine/{needed}" in names
    assert not [name for name in names if name.startswith(("tests", "corpus_samples")) or "CLAIMED" in name]
    assert wheel.stat().st_size < 100e6


def test_main_job_runs_from_the_wheel_alone(wheel, tmp_path):
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("needs uv, which `make test` installs")
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    links = os.environ.get("UV_FIND_LINKS") or os.environ.get("PIP_FIND_LINKS") or ""
    env = {**os.environ, "UV_FIND_LINKS": links, "UV_LINK_MODE": "hardlink"}
    run(uv, "pip", "install", "-q", "--python", python, "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path, env=env)
    samples = tmp_path / "samples"
    shutil.copytree(ROOT / "corpus_samples", samples)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    run(environment / "bin" / "nlp-engine", "run", samples, "--out", tmp_path / "out", cwd=tmp_path, env=clean)
    summary = json.loads((tmp_path / "out" / "run.json").read_text())
    assessments = (tmp_path / "out" / "assessments.jsonl").read_text().splitlines()
    assert len(assessments) >= 12
    assert "<html" in (tmp_path / "out" / "index.html").read_text()[:200]
    assert summary["versions"]["nlp_engine"]
    where = run(python, "-c", "import nlp_engine; print(nlp_engine.__file__)", cwd=tmp_path, env=clean)
    assert str(environment) in where
    assert "torch" not in run(uv, "pip", "list", "--python", python, cwd=tmp_path, env=env)
