"""The sample patients can be read, are named with their sources, and stay small."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from nlp_engine.record import PatientRecord

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "corpus_samples"
ACI_BENCH = ROOT.parent / "shared" / "data" / "notes" / "aci_bench" / "notes"
KERMANY = ROOT.parent / "shared" / "data" / "images" / "kermany_cxr" / "jpeg224" / "bacterial.zip"
README = (SAMPLES / "README.md").read_text(encoding="utf-8")
FOLDERS = sorted(path for path in SAMPLES.iterdir() if path.is_dir() and path.name != "annotated")
ACI_NOTES = re.findall(r"^\| `(p\d\d-[^`]+\.txt)` \| ACI-Bench `(D2N\d+)` \|$", README, flags=re.MULTILINE)
MAX_BYTES = 4_000_000
MAX_IMAGE_BYTES = 150_000


def test_readme_lists_exactly_the_patients_present() -> None:
    listed = re.findall(r"^\| `(p\d\d-[a-z0-9-]+)` \|", README, flags=re.MULTILINE)
    assert listed == [folder.name for folder in FOLDERS]
    assert len(listed) >= 12


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_patient_reads_without_errors(folder: Path) -> None:
    record = PatientRecord.from_folder(folder)
    assert record.patient.id == folder.name
    assert [problem for problem in record.problems if problem.severity == "error"] == []
    assert record.notes or record.observations
    assert len(record.notes) == len(list(folder.glob("notes/*.txt")))
    assert len(record.images) == len(list(folder.glob("images/*")))


def test_every_row_of_every_table_is_read() -> None:
    for folder in FOLDERS:
        record = PatientRecord.from_folder(folder)
        rows = sum(_rows(folder / name) for name in ("labs.csv", "vitals.csv"))
        assert len(record.observations) == rows, folder.name
        assert len(record.medications) == _rows(folder / "medications.csv"), folder.name


def test_every_date_is_understood() -> None:
    for folder in FOLDERS:
        record = PatientRecord.from_folder(folder)
        undated = [observation.source for observation in record.observations if observation.time is None]
        assert undated == [], folder.name


@pytest.mark.parametrize(("note", "source"), ACI_NOTES, ids=[source for _, source in ACI_NOTES])
def test_visit_notes_equal_their_source(note: str, source: str) -> None:
    if not ACI_BENCH.is_dir():
        pytest.skip("the development data (../shared/data) is not here")
    assert (SAMPLES / note).read_bytes() == (ACI_BENCH / f"{source}.txt").read_bytes()


def test_there_are_five_visit_notes_and_three_patients_with_x_rays() -> None:
    assert len({note.split("/")[0] for note, _ in ACI_NOTES}) >= 5
    with_x_rays_and_labs = [f.name for f in FOLDERS if (f / "images").is_dir() and (f / "labs.csv").is_file()]
    assert len(with_x_rays_and_labs) >= 3


def test_each_kind_of_record_is_present() -> None:
    kinds = {
        folder.name: {
            kind
            for kind, is_there in (
                ("notes", (folder / "notes").is_dir()),
                ("labs", (folder / "labs.csv").is_file()),
                ("vitals", (folder / "vitals.csv").is_file()),
                ("medications", (folder / "medications.csv").is_file()),
                ("images", (folder / "image_findings.json").is_file()),
            )
            if is_there
        }
        for folder in FOLDERS
    }
    assert {"notes"} in kinds.values(), "a patient with only a note"
    assert {"labs"} in kinds.values(), "a patient with only labs"
    assert {"notes", "labs", "vitals", "medications", "images"} in kinds.values(), "a patient with everything"
    assert any("notes" not in kind and "images" in kind for kind in kinds.values()), "images without a note"


def test_the_planted_facts_are_in_the_files() -> None:
    lungs = PatientRecord.from_folder(SAMPLES / "p04-two-answers-lungs")
    assert "No pneumonia" in lungs.notes[0].text
    assert ("pneumonia", 0.93) in [(output.label, output.score) for output in lungs.image_outputs]
    assert ("C-reactive protein", "220") in [(row.name, row.value) for row in lungs.observations]

    kidney = PatientRecord.from_folder(SAMPLES / "p05-two-answers-kidney")
    assert any("normal renal function" in note.text for note in kidney.notes)
    assert [row.value for row in kidney.observations if row.name == "Creatinine"][-1] == "3.1"
    assert "Metformin" in [medication.name for medication in kidney.medications]

    untidy = PatientRecord.from_folder(SAMPLES / "p14-untidy-export")
    assert {">1000", "5,6", "NEG", "hemolyzed"} <= {row.value for row in untidy.observations}


def test_image_scores_say_that_no_model_ran() -> None:
    files = list(SAMPLES.glob("*/image_findings.json"))
    assert len(files) >= 4
    for path in files:
        for entry in json.loads(path.read_text(encoding="utf-8")):
            assert entry["model"] == "composed example, no model ran"
            assert (path.parent / "images" / entry["image"]).is_file()


def test_the_childs_x_ray_equals_its_source_and_no_model_was_composed_for_it() -> None:
    folder = SAMPLES / "p15-child-with-cough"
    assert not (folder / "image_findings.json").exists()
    if not KERMANY.is_file():
        pytest.skip("the development data (../shared/data) is not here")
    (picture,) = (folder / "images").iterdir()
    with zipfile.ZipFile(KERMANY) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith("person1028_bacteria_2959.jpeg"))
        assert picture.read_bytes() == archive.read(name)


def test_the_folder_stays_small() -> None:
    sizes = {path: path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < MAX_BYTES
    assert max(size for path, size in sizes.items() if path.parent.name == "images") < MAX_IMAGE_BYTES


def _rows(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines()) - 1 if path.is_file() else 0
