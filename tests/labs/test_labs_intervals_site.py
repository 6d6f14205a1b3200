"""A site's own file: read, written, refused with one sentence; and the commands that make and use it."""

from decimal import Decimal

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from nlp_engine.assessment import Flag
from nlp_engine.cli import app
from nlp_engine.errors import InputError
from nlp_engine.labs import LabStage
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.intervals.site import SiteFile, SiteRow, read_site_intervals, write_site_intervals
from nlp_engine.labs.reading import CellReader
from nlp_engine.labs.site_learning import seen_results
from nlp_engine.record import Observation, ObservationKind, Patient, PatientRecord, Sex

CATALOGUE = Catalogue.load()
HEAD = "kind,analyte,code,unit,sex,age,low,high,note\n"
CSV = HEAD + (
    "interval,potassium,,mmol/L,,,3.3,5.1,\n"
    "interval,,718-7,g/L,female,18y-,115,160,our analyser\n"
    "interval,,718-7,g/L,male,18y-,130,180,\n"
    "critical,potassium,,,,,2.5,6.5,\n"
    "not flagged,body_temperature,,,,,,,\n"
    "not learnt,inr,,,,,,,too few\n"
)


def stage(tmp_path, text, name="site.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return LabStage.load(site_intervals=path)


def flag(lab, name, value, unit, sex="female", **more):
    row = Observation(id="o1", name=name, value=value, unit=unit, **more)
    record = PatientRecord(patient=Patient(id="p1", sex=sex, age_years=Decimal(40)), observations=(row,))
    (found,) = lab.results(record, as_of=None)
    return found


def test_the_sites_interval_comes_before_the_textbooks_and_after_the_results_own(tmp_path):
    lab = stage(tmp_path, CSV)
    found = flag(lab, "Potassium", "3.4", "mmol/L")
    assert (found.flag, found.interval_source) == ("N", "site: site.csv")
    own = flag(lab, "Potassium", "3.4", "mmol/L", reference_low=Decimal("3.5"), reference_high=Decimal(5))
    assert (own.flag, own.interval_source) == ("L", "came with the result")
    assert flag(lab, "Sodium", "130", "mmol/L").interval_source.startswith("textbook")
    assert flag(lab, "Potassium", "5.5", "mmol/L", flag="N").flag == "N"


def test_a_sites_numbers_are_converted_and_go_by_sex(tmp_path):
    lab = stage(tmp_path, CSV)
    assert flag(lab, "Hemoglobin", "12.0", "g/dL").flag == "N"
    assert flag(lab, "Hemoglobin", "12.0", "g/dL", sex="male").flag == "L"


def test_a_sites_critical_limits_replace_the_default(tmp_path):
    lab = stage(tmp_path, CSV)
    assert [flag(lab, "Potassium", value, "mmol/L").flag for value in ("2.8", "2.5", "6.4", "6.5")] == [
        "L", "LL", "H", "HH",
    ]  # fmt: skip
    assert flag(lab, "Sodium", "119", "mmol/L").flag == "LL"


def test_a_test_that_the_site_does_not_flag_has_no_flag(tmp_path):
    found = flag(stage(tmp_path, CSV), "Body temperature", "35.0", "Cel")
    assert found.flag is None
    assert any("does not flag" in remark for remark in found.remarks)


def test_an_interval_of_one_test_holds_for_rows_of_its_name(tmp_path):
    text = 'analyte,test,low,high\nchloride,,96,108\nchloride,"Chloride, Whole Blood",100,112\n'
    lab = stage(tmp_path, text)
    assert flag(lab, "Chloride, whole blood", "110", "mmol/L").flag == "N"
    assert flag(lab, "Chloride", "110", "mmol/L").flag == "H"


def test_yaml_says_the_same(tmp_path):
    text = yaml.safe_dump({
        "site": "St Test",
        "intervals": [{"analyte": "Potassium", "low": 3.3, "high": 5.1}],
        "critical": [{"code": "2823-3", "low": 2.5, "high": 6.5}],
    })  # fmt: skip
    found = flag(stage(tmp_path, text, "site.yaml"), "Potassium", "6.5", "mmol/L")
    assert (found.flag, found.interval_source) == ("HH", "site: St Test")


@pytest.mark.parametrize("name", ["out.csv", "out.yaml"])
def test_what_is_written_is_read_again(tmp_path, name):
    file = SiteFile(
        site="out.csv",
        intervals=(
            SiteRow(analyte="potassium", unit="mmol/L", low=Decimal("3.3"), high=Decimal("5.1"), results=40),
            SiteRow(analyte="hemoglobin", sex=Sex.MALE, age="18y-", low=Decimal(14), agreement=Decimal("0.99")),
            SiteRow(analyte="chloride", test="Chloride, Whole Blood", low=Decimal(100), high=Decimal(112)),
        ),
        not_learnt=(SiteRow(analyte="inr", note="too few, by far"),),
    )
    write_site_intervals(file, tmp_path / name)
    shelf = read_site_intervals(tmp_path / name, CATALOGUE)
    limits = {(limit.low, limit.high, limit.sex, limit.test) for some in shelf.intervals.values() for limit in some}
    assert limits == {
        (Decimal("3.3"), Decimal("5.1"), None, None),
        (Decimal(14), None, Sex.MALE, None),
        (Decimal(100), Decimal(112), None, "chloride whole blood"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("analyte,lo,high\nk,1,2\n", 'unknown column "lo", did you mean "low"?'),
        (HEAD + "interval,potasium,,,,,3,5,\n", 'no analyte that is known here, did you mean "potassium"?'),
        (HEAD + "interval,potassium,,,,,5,3,\n", "low 5 is not below high 3"),
        (HEAD + "interval,potassium,,,,,,,\n", "needs low or high"),
        (HEAD + "interval,potassium,,,,grown,3,5,\n", "is no band of age"),
        (HEAD + "interval,potassium,,furlong,,,3,5,\n", "cannot be converted to mmol/L"),
        (HEAD + "interval,potassium,,,,,x,5,\n", 'site.csv row 2: the cell "low" cannot be used'),
        (HEAD + "range,potassium,,,,,3,5,\n", "site.csv row 2: has an unknown kind"),
        (HEAD + "interval,potassium,,,,,3,5,\ninterval,potassium,,,male,,3,6,\n", "another entry of potassium holds"),
        (HEAD + "interval,potassium,,,,,3,5,a,b\n", "more cells than the header"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        stage(tmp_path, text)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["none.csv", "none.yaml"])
def test_a_file_that_is_not_there_is_said(tmp_path, name):
    with pytest.raises(InputError, match=name):
        LabStage.load(site_intervals=tmp_path / name)


def table():
    """Return a table whose site flags potassium outside 3.3 to 5.1."""
    rows = [
        {"patient_id": f"p{n % 9}", "name": "Potassium", "value": f"{value / 10}", "unit": "mmol/L",
         "flag": "" if 33 <= value <= 51 else "abnormal"}
        for n, value in enumerate([*range(25, 65)] * 2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_rows_that_teach_nothing_are_left_out():
    odd = [
        {"patient_id": "p1", "name": "Potassium", "value": value, "unit": unit, "flag": word}
        for value, unit, word in [
            (">6.0", "mmol/L", "H"), ("41", "mmol/L", "H"), ("NEG", "mmol/L", ""), ("4.0", "mmol/L", "delta"),
        ]
    ]  # fmt: skip
    plain = [{"patient_id": "p1", "name": "Kalium", "value": "4,1", "unit": "mmol/l", "flag": "H*"}]
    (only,) = seen_results(pd.DataFrame(odd + plain), None, CellReader.load(), kind=ObservationKind.LAB)
    assert (only.number, only.flag, only.test, only.patient_id) == (Decimal("4.1"), Flag.HIGH, "Kalium", "p1")


def test_a_table_without_flags_is_refused():
    with pytest.raises(InputError, match='nothing in the column "flag"'):
        list(seen_results(table().assign(flag=""), None, CellReader.load(), kind=ObservationKind.LAB))


def test_learnt_by_the_command_and_used_by_the_other(tmp_path):
    table().to_csv(tmp_path / "labs.csv", index=False)
    run = CliRunner().invoke(
        app,
        ["labs", "learn-intervals", str(tmp_path / "labs.csv"), "--out", str(tmp_path / "site.csv")],
    )
    assert run.exit_code == 0, run.output
    assert "1 intervals from 80 of them, which agree with 100.0%" in run.output
    pd.DataFrame({"name": ["Potassium"], "value": ["3.4"], "unit": ["mmol/L"]}).to_csv(
        tmp_path / "new.csv", index=False
    )
    run = CliRunner().invoke(
        app,
        [
            "labs",
            "flag",
            str(tmp_path / "new.csv"),
            "--out",
            str(tmp_path / "out.csv"),
            "--intervals",
            str(tmp_path / "site.csv"),
        ],
    )
    assert run.exit_code == 0, run.output
    out = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert (out["flag"][0], out["interval_source"][0], out["reference_low"][0]) == ("N", "site: site.csv", 3.3)


def test_a_name_of_another_kind_is_refused(tmp_path):
    run = CliRunner().invoke(app, ["labs", "learn-intervals", "labs.csv", "--out", str(tmp_path / "site.txt")])
    assert isinstance(run.exception, InputError)
