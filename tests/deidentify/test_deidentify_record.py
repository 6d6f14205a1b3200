"""A whole record, a run and a folder of notes without identifiers."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp_engine.assessment import Assessment
from nlp_engine.batch import run
from nlp_engine.cli import app
from nlp_engine.deidentify import deidentify_record
from nlp_engine.engine import Engine
from nlp_engine.record import Image, ImageOutput, Medication, Note, Observation, Patient, PatientRecord

KEY = b"a key of the tests, 32 bytes long"
TIME = datetime(2021, 3, 4, 8, 30)
NOTE = "Mr. Oyelaran, MRN: 00123456, was seen on 03/04/2021.\r\nOyelaran has pneumonia."


def record(**patient: object) -> PatientRecord:
    return PatientRecord(
        patient=Patient(id="oyelaran-77", name="Babatunde Oyelaran", **patient),
        notes=(Note(id="oyelaran-visit", text=NOTE, time=TIME),),
        observations=(
            Observation(id="oyelaran-2", name="Potassium", value="4.1", time=TIME, source="oyelaran.csv row 2"),
            Observation(id="o2", name="Comment", value="called to Dr. Nguyen at 3 pm", source="oyelaran.csv row 3"),
        ),
        medications=(Medication(id="oyelaran-m", name="furosemide", start=TIME, source="oyelaran.csv row 2"),),
        images=(Image(id="oyelaran.png", path=Path("oyelaran.png")),),
        image_outputs=(
            ImageOutput(id="i1", image_id="oyelaran.png", label="pneumonia", score=0.9, model="m", time=TIME),
        ),
    )


def test_nothing_of_the_patient_stays_in_a_record():
    old = record(birth_date=date(1950, 5, 6))
    new = deidentify_record(old, KEY)
    written = new.model_dump_json().lower()
    for identifier in (
        "oyelaran",
        "babatunde",
        "nguyen",
        "00123456",
        "2021-03-04",
        "03/04/2021",
        "1950-05-06",
        ".png",
        ".csv",
    ):
        assert identifier not in written
    shift = new.notes[0].time - TIME
    assert shift.days % 7 == 0
    assert new.observations[0].time == new.medications[0].start == new.image_outputs[0].time == TIME + shift
    assert new.patient.birth_date == date(1950, 5, 6) + shift
    assert (new.observations[0].value, new.observations[0].name, new.images) == ("4.1", "Potassium", ())
    assert [problem.severity for problem in new.problems] == ["warning"]
    assert new.patient.age_at(new.latest_time()) == old.patient.age_at(old.latest_time())
    assert new.patient.name.split()[1] in new.notes[0].text


@pytest.mark.parametrize("patient", [{"birth_date": date(1925, 5, 6)}, {"age_years": Decimal(95)}])
def test_an_age_over_89_becomes_90(patient):
    new = deidentify_record(record(**patient), KEY).patient
    assert (new.birth_date, new.age_years) == (None, 90)


class NoReading:
    """An engine that assesses without reading."""

    seconds: dict[str, float] = {}  # noqa: RUF012
    versions = {"nlp_engine": "test"}  # noqa: RUF012

    def assess(self, record: PatientRecord, *, as_of: datetime | None = None) -> Assessment:
        return Assessment(record=record, as_of=as_of)


def test_a_run_writes_surrogates_only(tmp_path):
    folder = tmp_path / "in" / "oyelaran-77"
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "oyelaran.txt").write_text(NOTE, encoding="utf-8", newline="")
    (folder / "patient.json").write_text(json.dumps({"name": "Babatunde Oyelaran"}), encoding="utf-8")
    (folder / "labs.csv").write_text("time,name\n2021-03-04,Potassium\n", encoding="utf-8")
    run(tmp_path / "in", tmp_path / "out", workers=1, engine_loader=NoReading, deidentify_key=KEY)
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert any(path.name == "clinician.html" for path in written)
    for path in written:
        assert "oyelaran" not in str(path.relative_to(tmp_path)).lower()
        content = path.read_bytes().lower()
        assert b"oyelaran" not in content, path.name
        assert KEY not in content


def test_the_command_writes_a_note_for_each(tmp_path):
    for number in (1, 2):
        folder = tmp_path / "in" / f"oyelaran-{number}" / "notes"
        folder.mkdir(parents=True)
        (folder / "oyelaran.txt").write_text(NOTE, encoding="utf-8", newline="")
    (tmp_path / "key").write_bytes(KEY)
    arguments = ["deidentify", str(tmp_path / "in"), "--key-file", str(tmp_path / "key")]
    done = CliRunner().invoke(
        app, [*arguments, "--out", str(tmp_path / "out"), "--replacements", str(tmp_path / "table")]
    )
    assert done.exit_code == 0, done.output
    notes = sorted((tmp_path / "out").rglob("*.txt"))
    assert len(notes) == 2
    assert notes[0].read_text(encoding="utf-8") != notes[1].read_text(encoding="utf-8")
    for note in notes:
        assert b"\r\n" in note.read_bytes()
        assert "oyelaran" not in (str(note.relative_to(tmp_path)) + note.read_text(encoding="utf-8")).lower()
    rows = [json.loads(line) for line in (tmp_path / "table").read_text(encoding="utf-8").splitlines()]
    assert {row["patient_id"] for row in rows} == {"oyelaran-1", "oyelaran-2"}
    again = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "out")])
    assert again.exit_code != 0


def test_an_engine_without_stages_deidentifies():
    out = Engine().deidentify("Seen by Dr. Oyelaran on 03/04/2021.", key=KEY)
    assert [replacement.text for replacement in out.replacements] == ["Oyelaran", "03/04/2021"]
    assert Engine().deidentify("Dr. Oyelaran").text != "Dr. Oyelaran"
