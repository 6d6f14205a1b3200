"""A whole table says of each row what a record says of it, keeps everything, and is read again to the same."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_builders import STAGE

from nlp_engine.cells.plain import plain_limit
from nlp_engine.cells.times import parse_time
from nlp_engine.errors import InputError
from nlp_engine.labs import flag_table
from nlp_engine.labs.flags import worst_flag
from nlp_engine.labs.reading import CellReader
from nlp_engine.record import Observation, ObservationKind, Patient, PatientRecord, Sex

READER = CellReader.load()
DESIGN = ("patient_id", "time", "code", "name", "value", "unit", "reference_low", "reference_high", "flag")


def flagged(*rows, patients=None, **more):
    return flag_table(pd.DataFrame(rows), patients, reader=READER, **more)


def one(**cells):
    return flagged(cells).iloc[0]


NAMES = ["Potassium", "Creatinine", "Hemoglobin", "urine creatinine", "Neutrophils", "BP", "Temp", "Wobble", "K", ""]
VALUES = ["5.6", "5,6", ">353,6", "1,234", "NEG", "140/90", "hemolyzed", "3.5 H", "5.6 mmol/L", "74", "41", "", "<0.1"]
_rows = st.fixed_dictionaries(
    {
        "patient_id": st.sampled_from(["001", "2", "3"]),
        "time": st.sampled_from(["2024-05-01 08:00", "2024-05-01T08:00:00", "2023-12-31", "", "1999-02-28 23:59"]),
        "code": st.sampled_from(["", "", "2160-0", "2823-3", "99999-9", "85354-9"]),
        "name": st.sampled_from(NAMES),
        "value": st.sampled_from(VALUES) | st.decimals(0, 500, places=1).map(str),
        "unit": st.sampled_from(["", "mmol/L", "mg/dL", "µmol/L", "g/dL", "10*9/L", "%", "furlong"]),
        "reference_low": st.sampled_from(["", "", "3.5", "4,0", "x"]),
        "reference_high": st.sampled_from(["", "", "5.1", "2"]),
        "flag": st.sampled_from(["", "", "N", "H", "LL", "abnormal", "?"]),
    }
)
_PATIENTS = pd.DataFrame(
    {
        "patient_id": ["001", "2"],
        "sex": ["F", "male"],
        "birth_date": ["1990-02-28", "2023-11-30"],
        "pregnant": ["yes", "no"],
        "pregnancy_weeks": ["31", ""],
    }
)
_PEOPLE = {
    "001": Patient(id="001", sex=Sex.FEMALE, birth_date=date(1990, 2, 28), pregnant=True, pregnancy_weeks=31),
    "2": Patient(id="2", sex=Sex.MALE, birth_date=date(2023, 11, 30), pregnant=False),
    "3": Patient(id="3"),
}


def observation(number, row):
    return Observation(
        id=str(number),
        name=row["name"] or row["code"],
        value=row["value"],
        code=row["code"] or None,
        unit=row["unit"] or None,
        time=parse_time(row["time"]) if row["time"] else None,
        reference_low=plain_limit(row["reference_low"]),
        reference_high=plain_limit(row["reference_high"]),
        flag=row["flag"] or None,
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(_rows, min_size=1, max_size=15))
def test_a_table_and_a_record_say_the_same(rows):
    table = flagged(*rows, patients=_PATIENTS)
    assert len(table) == len(rows)
    for patient_id, patient in _PEOPLE.items():
        numbers = [number for number, row in enumerate(rows) if row["patient_id"] == patient_id]
        record = PatientRecord(patient=patient, observations=[observation(n, rows[n]) for n in numbers])
        found = {}
        for result in STAGE.results(record, as_of=None):
            found.setdefault(result.observation_id.removesuffix("/diastolic"), []).append(result)
        for number in numbers:
            assert_same(table.iloc[number], found[str(number)])


def assert_same(row, results):
    assert row.flag == (worst_flag(result.flag for result in results) or "")
    result = results[0]
    assert row.interval_source == (result.interval_source or "") or result.value is None
    if len(results) == 2 or result.value is None:
        assert pd.isna(row.number)
        assert row.value == row.value_given
        return
    assert (row.unit, row.code) == (result.unit or "", result.code or "")
    assert row.value == f"{result.comparator or ''}{result.value:f}"
    assert row.number == float(result.value)
    for end in ("reference_low", "reference_high"):
        expected = getattr(result, end)
        assert pd.isna(row[end]) if expected is None else row[end] == float(expected)
    for remark in result.remarks:
        assert remark in row.remarks


@settings(max_examples=15, deadline=None)
@given(st.lists(_rows, max_size=12), st.sets(st.sampled_from(DESIGN)))
def test_a_second_run_changes_nothing(rows, left_out):
    table = pd.DataFrame(rows, columns=DESIGN).drop(columns=left_out - {"name", "value", "patient_id"})
    once = flag_table(table, _PATIENTS, reader=READER)
    pd.testing.assert_frame_equal(once, flag_table(once, _PATIENTS, reader=READER))


def test_rows_columns_and_index_stay():
    table = pd.DataFrame(
        {"Ward": ["ICU", "ER"], "Patient ID": ["007", "8"], "NAME": ["K", "Na"], "Value": ["5,6", "140"]},
        index=["b", "a"],
    )
    before = table.copy()
    out = flag_table(table, reader=READER)
    pd.testing.assert_frame_equal(table, before)
    assert list(out.columns[:4]) == ["Ward", "patient_id", "name", "value"]
    assert list(out.index) == ["b", "a"]
    assert out["Ward"].tolist() == ["ICU", "ER"]
    assert out["patient_id"].tolist() == ["007", "8"]
    assert out["value"].tolist() == ["5.6", "140"]
    assert out["value_given"].tolist() == ["5,6", "140"]
    assert "unit_given" not in out


def test_a_row_is_filled_in():
    row = one(patient_id="1", name="Creatinine", value=">353,6", unit="µmol/L", flag="high", sex="F", age="60")
    assert (row.code, row.value, row.unit, row.flag, row.analyte) == ("2160-0", ">4", "mg/dL", "H", "Creatinine")
    assert row.number == 4
    assert row.interval_source.startswith("textbook")
    assert row.reference_low < row.reference_high
    assert row.flag_given == "high"
    assert "converted from umol/L" in row.remarks


def test_the_rows_own_interval_is_converted_with_the_number():
    row = one(name="Creatinine", value="80", unit="µmol/L", reference_low="44,2", reference_high="88.4")
    assert (row.reference_low, row.reference_high, row.flag) == (0.5, 1.0, "N")
    assert row.interval_source == "came with the result"
    assert (row.reference_low_given, row.reference_high_given) == ("44,2", "88.4")


def test_what_is_no_number_keeps_its_own_unit_and_interval():
    row = one(name="Creatinine", value="80-90", unit="µmol/L", reference_low="44", reference_high="88")
    assert (row.value, row.unit, row.reference_low, row.flag) == ("80-90", "umol/L", 44, "")
    assert pd.isna(row.number)


def test_two_numbers_of_a_pressure_in_one_cell():
    row = one(name="Blood pressure", value="150/40", flag="N", unit="")
    assert (row.code, row.value, row.unit, row.flag) == ("85354-9", "150/40", "mm[Hg]", "H")
    assert "systolic 150" in row.remarks
    assert "diastolic 40" in row.remarks
    assert "40 (60 to 89) L" in row.remarks
    assert "the row's own interval and flag were not used" in row.remarks
    assert pd.isna(row.number)


def test_the_same_result_twice_is_said():
    row = {"patient_id": "1", "time": "2024-05-01 08:00", "name": "K", "value": "4.1", "unit": "mmol/L"}
    rows = [row, row | {"name": "Potassium"}, row | {"time": "01.05.2024 08:00"}, row | {"time": ""}]
    rows += [row | {"time": ""}, row | {"value": "4.2"}, row | {"patient_id": "2"}]
    twice = ["stands twice" in remarks for remarks in flagged(*rows)["remarks"]]
    assert twice == [False, True, True, False, False, False, False]


def test_one_instant_in_two_zones_is_one_time():
    row = {"patient_id": "1", "name": "K", "value": "4.1", "unit": "mmol/L"}
    times = ["2024-05-01T08:00+02:00", "2024-05-01T06:00Z", "2024-05-01T08:00"]
    twice = ["stands twice" in remarks for remarks in flagged(*(row | {"time": time} for time in times))["remarks"]]
    assert twice == [False, True, False]


def test_the_age_is_that_at_the_time_of_the_result():
    patients = pd.DataFrame({"patient_id": ["1"], "sex": ["F"], "birth_date": ["2000-05-02"]})
    row = {"patient_id": "1", "name": "Hemoglobin", "value": "12.1", "unit": "g/dL"}
    ends = {}
    for time in ("2000-05-03", "2018-05-01", "2018-05-02"):
        (found,) = flagged(row | {"time": time}, patients=patients).itertuples()
        record = PatientRecord(
            patient=Patient(id="1", sex=Sex.FEMALE, birth_date=date(2000, 5, 2)),
            observations=(
                Observation(id="a", name="Hemoglobin", value="12.1", unit="g/dL", time=datetime.fromisoformat(time)),
            ),
        )
        (result,) = STAGE.results(record, as_of=None)
        assert found.flag == (result.flag or "")
        ends[time] = (found.reference_low, found.reference_high)
    assert ends["2000-05-03"] != ends["2018-05-02"]


def test_three_hundred_years_count_as_adult():
    patients = pd.DataFrame({"patient_id": ["1"], "sex": ["M"], "birth_date": ["1801-01-01"]})
    (row,) = flagged(
        {"patient_id": "1", "time": "2101-01-01", "name": "Potassium", "value": "6.8", "unit": "mmol/L"},
        patients=patients,
    ).itertuples()
    assert row.flag in {"H", "HH"}
    assert "adult" in row.remarks


def test_doubts_about_time_and_patient_are_said():
    patients = pd.DataFrame({"patient_id": ["1"], "sex": ["woman?"], "age_years": ["67 y"]})
    row = {"name": "K", "value": "4.1", "unit": "mmol/L", "time": "yesterday"}
    first, second = flagged(row | {"patient_id": "1"}, row | {"patient_id": "9"}, patients=patients)["remarks"]
    assert 'the cell "time" is not a date that can be read' in first
    assert 'the cell "sex" of the patient cannot be read' in first
    assert 'the cell "age_years" of the patient cannot be read' in first
    assert "does not stand in the table of patients" in second
    assert "yesterday" not in first
    assert "woman" not in first


def test_typed_columns_are_read_like_text():
    typed = pd.DataFrame(
        {
            "patient_id": [7.0, None],
            "time": pd.to_datetime(["2024-05-01 08:00", None]),
            "name": pd.Categorical(["Potassium", "Sodium"]),
            "value": [5.6, 140.0],
            "reference_low": [3.5, None],
            "unit": ["mmol/L", None],
        }
    )
    out = flag_table(typed, pd.DataFrame({"patient_id": [7], "sex": ["f"]}), reader=READER)
    assert out["value"].tolist() == ["5.6", "140"]
    assert out["reference_low"].iloc[0] == 3.5
    assert "does not stand" not in out["remarks"].iloc[0]
    assert out["time"].dtype == typed["time"].dtype


def test_vital_signs_are_read_as_such():
    rows = pd.DataFrame({"name": ["HR"], "value": ["120"]})
    assert flag_table(rows, kind=ObservationKind.VITAL, reader=READER)["analyte"].iloc[0] == "Heart rate"


def test_a_row_without_name_and_code_is_kept():
    row = one(name="", code="", value="5")
    assert (row.value, row.flag, row.analyte) == ("5", "", "")
    assert "no name and no code" in row.remarks


def test_an_empty_table_stays_empty():
    out = flag_table(pd.DataFrame({"name": [], "value": []}), reader=READER)
    assert len(out) == 0
    assert "flag" in out


def test_alike_rows_are_read_once():
    calls = []

    class Counting(CellReader):
        def read(self, cells, person):
            calls.append(cells)
            return super().read(cells, person)

    start = datetime(2024, 1, 1)
    rows = [
        {"patient_id": str(n % 90), "time": (start + timedelta(hours=n)).isoformat(), "name": "K", "value": f"{n % 7}",
         "unit": "mmol/L", "sex": "F", "age": str(20 + n % 60)}
        for n in range(500)
    ]  # fmt: skip
    out = flag_table(pd.DataFrame(rows), reader=Counting(READER.catalogue, READER.book))
    assert len(out) == 500
    assert len(calls) < 100


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"name": ["K"]}, 'lacks the column "value"'),
        ({"value": ["1"]}, 'lacks the column "name" or "code"'),
        ({"name": ["K"], "Name": ["K"], "value": ["1"]}, "two columns of the same name"),
        ({"name": ["K"], "value": ["1"], "flag_given": ["H"]}, 'rename "flag_given"'),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_one_sentence(columns, sentence):
    with pytest.raises(InputError, match=sentence):
        flag_table(pd.DataFrame(columns), reader=READER)


@pytest.mark.parametrize(
    ("patients", "sentence"),
    [
        ({"patient_id": ["1", "1"], "sex": ["F", "M"]}, "two things of one patient"),
        ({"patient_id": ["1"]}, "lacks the column"),
        ({"sex": ["F"]}, 'lacks the column "patient_id"'),
    ],
)
def test_patients_that_cannot_be_used_are_refused(patients, sentence):
    with pytest.raises(InputError, match=sentence):
        flagged({"patient_id": "1", "name": "K", "value": "1"}, patients=pd.DataFrame(patients))


def test_patients_need_a_patient_id_in_the_results():
    with pytest.raises(InputError, match="patient_id"):
        flagged({"name": "K", "value": "1"}, patients=pd.DataFrame({"patient_id": ["1"], "sex": ["F"]}))


def test_a_column_under_another_name_keeps_it():
    row = one(Gender="F", Age="60", name="Creatinine", value="1.2", unit="mg/dL")
    assert (row.Gender, row.Age, row.flag) == ("F", "60", "H")
