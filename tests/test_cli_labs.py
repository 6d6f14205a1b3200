"""``nlp-engine labs flag``: files in, files out, one sentence for what cannot be used."""

import pandas as pd
import pytest

from nlp_engine import cli
from nlp_engine.record import PatientRecord

LABS = (
    "Patient ID;time;Name;Value;Unit;Ward\n007;01.05.2024 08:00;Creatinine;353,6;µmol/L;ICU\n8;;Wobble;NEG;;ER\n"
).encode("utf-16")


@pytest.fixture
def flag(tmp_path, capfd):
    """Run the command in a folder of its own; return exit status, stdout, stderr."""

    def call(*options, labs=LABS, name="labs.csv", out="out.csv"):
        (tmp_path / name).write_bytes(labs)
        with pytest.raises(SystemExit) as end:
            cli.main(["labs", "flag", str(tmp_path / name), "--out", str(tmp_path / out), *map(str, options)])
        out, err = capfd.readouterr()
        return end.value.code or 0, out, err

    return call


def test_a_file_is_flagged(flag, tmp_path):
    (tmp_path / "patients.csv").write_text("patient_id,sex,birth_date\n007,F,1950-01-01\n")
    status, out, err = flag("--patients", tmp_path / "patients.csv")
    assert (status, err) == (0, "")
    assert "2 rows in, 2 rows out." in out
    assert "Analyte recognised: 1 (50.0%)" in out
    assert "H 1" in out
    found = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert found["patient_id"].tolist() == ["007", "8"]
    assert found["value"].tolist() == ["4", "NEG"]
    assert found["flag"].tolist() == ["H", ""]
    assert found["reference_low"].tolist()[1] == ""
    assert found["number"].tolist() == ["4", ""]
    assert found["Ward"].tolist() == ["ICU", "ER"]
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_second_run_writes_the_same(flag, tmp_path, suffix):
    flag(out=f"first.{suffix}")
    first = (tmp_path / f"first.{suffix}").read_bytes()
    flag(labs=first, name=f"again.{suffix}", out=f"second.{suffix}")
    assert (tmp_path / f"second.{suffix}").read_bytes() == first


def test_the_result_is_read_as_a_record_from_what_was_given(flag, tmp_path):
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    labs = b'time,name,value,unit\n2024-05-01,Creatinine,"353,6",umol/L\n'
    flag(labs=labs, name="before/labs.csv", out="after/labs.csv")
    before, after = (PatientRecord.from_folder(tmp_path / folder).observations for folder in ("before", "after"))
    assert after == before


def test_vitals_are_told_by_the_name_of_the_file(flag, tmp_path):
    flag(labs=b"name,value\nHR,120\n", name="vitals.csv")
    assert pd.read_csv(tmp_path / "out.csv")["analyte"].tolist() == ["Heart rate"]


@pytest.mark.parametrize(
    ("labs", "out", "sentence"),
    [
        (b"name\nK\n", "out.csv", 'labs.csv: lacks the column "value"'),
        (b"name,value\nK,5,6\n", "out.csv", "labs.csv row 2: has more cells than the header"),
        (b"name,value\nK,5\n", "out.xlsx", "let it end with .csv or .parquet"),
        (b"name,value\nK,5\n", "no/such/out.csv", "give a file in a folder that exists"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(flag, tmp_path, labs, out, sentence):
    status, _, err = flag(labs=labs, out=out)
    assert status == 2
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / out).exists()
