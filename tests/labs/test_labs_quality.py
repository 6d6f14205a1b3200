"""The data-quality report: every planted fault is found in its row, and a clean table has none."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.errors import InputError
from nlp_engine.labs.quality import QualityReport, Severity, check_table
from nlp_engine.labs.quality.found import issue_kinds
from nlp_engine.labs.reading import CellReader
from nlp_engine.record import ObservationKind

READER = CellReader.load()
NOW = datetime(2024, 6, 1, tzinfo=UTC)
PATIENTS = pd.DataFrame({"patient_id": ["p1", "p2"], "birth_date": ["1960-01-01", "2024-05-02"]})
GOOD = {
    "patient_id": "p1", "time": "2024-05-01T08:00", "code": "", "name": "Potassium", "specimen": "", "value": "4.1",
    "unit": "mmol/L", "reference_low": "", "reference_high": "", "flag": "", "status": "",
}  # fmt: skip


def check(*rows, **more):
    filled = [{**GOOD, "time": f"2024-05-01T08:{n:02}", **row} for n, row in enumerate(rows)]
    return check_table(pd.DataFrame(filled, columns=list(GOOD)).astype(str), PATIENTS, now=NOW, reader=READER, **more)


def found(report, kind):
    issue = report.issue(kind)
    return [] if issue is None else sorted(row for group in issue.groups for row in group.first_rows)


def test_a_clean_table_has_no_issue():
    report = check({}, {"name": "Creatinine", "value": "1.0", "unit": "mg/dL"}, {"name": "Sodium", "value": "140"})
    assert report.issues == ()
    assert (report.rows, report.patients, report.recognised, report.usable) == (3, 1, 3, 3)


PLANTED = [
    ("no_patient", {"patient_id": ""}),
    ("no_time", {"time": ""}),
    ("no_name", {"name": ""}),
    ("time_unreadable", {"time": "yesterday"}),
    ("time_ambiguous", {"time": "03/04/2024"}),
    ("time_future", {"time": "2025-05-01T08:00"}),
    ("time_before_birth", {"patient_id": "p2", "time": "2024-05-01T08:00"}),
    ("name_unknown", {"name": "Unobtainium"}),
    ("code_unknown", {"code": "1234-4"}),
    ("code_invalid", {"code": "2823-4"}),
    ("code_name_differ", {"code": "2951-2", "value": "140"}),
    ("specimen_differs", {"name": "Creatinine, urine", "specimen": "Serum", "unit": "mg/dL"}),
    ("specimen_differs", {"code": "2823-3", "specimen": "Urine"}),
    ("unit_missing", {"name": "Creatinine", "value": "1.0", "unit": ""}),
    ("unit_assumed", {"unit": ""}),
    ("unit_unconvertible", {"unit": "mg/kg"}),
    ("unit_converted", {"name": "Creatinine", "value": "88", "unit": "umol/L"}),
    ("unit_spelling", {"unit": "MMOL/L"}),
    ("units_two", {"value": "4.1 mg/dL"}),
    ("value_missing", {"value": ""}),
    ("value_text", {"value": "quite high"}),
    ("value_words", {"value": "negative"}),
    ("value_range", {"value": "3-5"}),
    ("value_no_result", {"value": "haemolysed"}),
    ("value_ambiguous", {"name": "Platelets", "value": "1,234", "unit": "10*3/uL"}),
    ("value_rewritten", {"value": "4,1"}),
    ("value_flag_inside", {"value": "4.1 (N) *"}),
    ("value_flag_inside", {"value": "6.8 H"}),
    ("value_unit_inside", {"value": "4.1 mmol/L", "unit": ""}),
    ("value_approximate", {"value": "~4"}),
    ("comparator", {"value": "<2.0"}),
    ("implausible", {"value": "99999"}),
    ("decimal_slip", {"value": "41"}),
    ("unit_swapped", {"name": "Glucose", "value": "5.4", "unit": "mg/dL"}),
    ("interval_upside_down", {"reference_low": "5", "reference_high": "3"}),
    ("interval_unreadable", {"reference_high": "five"}),
    ("flag_contradicts", {"reference_low": "3.5", "reference_high": "5.0", "value": "6.1", "flag": "N"}),
    ("flag_contradicts", {"reference_low": "3.5", "reference_high": "5.0", "flag": "H"}),
    ("flag_unknown", {"flag": "whatever"}),
]


@pytest.mark.parametrize(("kind", "fault"), [one for one in PLANTED if one[1] != {"value": "4.1 (N) *"}])
def test_a_planted_fault_is_found_in_its_row_and_only_there(kind, fault):
    report = check({}, fault, {"value": "4.2"})
    assert found(report, kind) == [3]
    assert report.issue(kind).rows == 1


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("duplicate", [{"time": "2024-05-01T08:00"}, {"time": "2024-05-01T08:00"}]),
        ("time_formats", [{"time": "2024-05-01T08:00"}, {"time": "01.05.2024 09:00"}]),
        ("time_zones", [{"time": "2024-05-01T08:00Z"}, {"time": "2024-05-01T09:00+02:00"}]),
        ("units_mixed", [{"name": "Glucose", "value": "99", "unit": "mg/dL"}, {"name": "Glucose", "unit": "mmol/L"}]),
        ("specimens_mixed", [{"specimen": "Serum"}, {"specimen": "Urine"}]),
        ("contradicting", [{"time": "2024-05-01T08:00"}, {"time": "2024-05-01T08:00", "value": "5.9"}]),
    ],
)
def test_faults_of_several_rows(kind, rows):
    report = check(*rows)
    assert report.issue(kind) is not None
    assert {3} <= set(found(report, kind)) <= {2, 3}


def test_every_kind_is_planted_here():
    of_groups = {"duplicate", "time_formats", "time_zones", "units_mixed", "specimens_mixed", "contradicting"}
    assert issue_kinds().keys() == {kind for kind, _ in PLANTED} | of_groups | {"corrected", "unit_swapped_group"}


SAME = {"time": "2024-05-01T08:00"}


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("final", "corrected", "corrected"),
        ("F", "C", "corrected"),
        ("preliminary", "final", "corrected"),
        ("final", "cancelled", "corrected"),
        ("final", "final", "contradicting"),
        ("", "final", "contradicting"),
        ("odd", "final", "contradicting"),
    ],
)
def test_the_state_tells_which_of_two_values_holds(first, second, kind):
    report = check({**SAME, "status": first}, {**SAME, "value": "5.9", "status": second})
    assert found(report, kind) == [2, 3]
    assert {"corrected", "contradicting"} - {kind} == {k for k in ("corrected", "contradicting") if not report.issue(k)}


def test_the_same_result_in_two_units_and_two_zones_does_not_contradict_itself():
    one = {"name": "Glucose", "value": "180.156", "unit": "mg/dL", "time": "2024-05-01T08:00Z"}
    other = {"name": "Glucose", "value": "10", "unit": "mmol/L", "time": "2024-05-01T10:00+02:00"}
    factor = check(one, other)
    assert factor.issue("duplicate") is None
    same = check({**one, "value": "180.2"}, {**other, "value": "180.2", "unit": "mg/dL"})
    assert same.issue("contradicting") is None
    assert found(same, "duplicate") == [3]


def test_other_specimens_and_patients_are_no_repetition():
    report = check(
        {**SAME, "specimen": "Serum"}, {**SAME, "specimen": "Urine", "value": "40"}, {**SAME, "patient_id": "p3"}
    )
    assert report.issue("contradicting") is None
    assert report.issue("duplicate") is None


def test_a_group_in_another_unit_is_said_once_for_all():
    rows = [{"name": "Calcium", "value": f"2.{n}", "unit": "mg/dL"} for n in range(20, 40)]
    report = check(*rows)
    issue = report.issue("unit_swapped_group")
    assert (issue.rows, len(issue.groups)) == (20, 1)
    assert "Calcium" in issue.groups[0].what
    assert "likely mmol/L" in issue.groups[0].what
    usual = check(*({**row, "unit": "mmol/L"} for row in rows))
    assert usual.issue("unit_swapped_group") is None


def test_the_likely_number_and_unit_are_said():
    slip = check({"value": "41"}).issue("decimal_slip").groups[0]
    assert slip.examples == ("41, with the point moved 4.1",)
    swapped = check({"name": "Glucose", "value": "5.4", "unit": "mg/dL"}).issue("unit_swapped").groups[0]
    assert swapped.examples == ("5.4 mg/dL, likely mmol/L",)


def test_what_is_missing_is_counted_by_column_test_and_day():
    report = check(
        {"value": ""},
        {"patient_id": "p2", "time": "2024-05-20"},
        {"name": "Sodium", "value": "pending", "time": "2024-05-20"},
    )
    value = next(column for column in report.columns if column.column == "value")
    assert (value.present, value.missing, value.distinct) == (True, 1, 2)
    potassium, sodium = report.analytes
    assert (potassium.rows, potassium.without_result, potassium.patients, potassium.patients_without) == (2, 1, 1, 1)
    assert (sodium.without_result, sodium.patients, sodium.median) == (1, 0, None)
    assert [(day.day, day.rows, day.without_result) for day in report.days] == [
        ("2024-05-01", 1, 1),
        ("2024-05-20", 2, 1),
    ]


def test_a_column_that_is_not_there_is_said_by_the_columns_alone():
    table = pd.DataFrame({"name": ["Potassium"], "value": ["4.1"], "unit": ["mmol/L"]})
    report = check_table(table, now=NOW, reader=READER)
    assert report.issues == ()
    assert {column.column for column in report.columns if not column.present} >= {"patient_id", "time", "code"}


def test_vital_signs_and_pressures_in_one_cell():
    table = pd.DataFrame(
        {"patient_id": "p1", "time": ["2024-05-01 08:00", "2024-05-01 09:00"], "name": ["BP", "Temp"],
         "value": ["120/80", "39.0"], "unit": ["mmHg", ""]}
    )  # fmt: skip
    report = check_table(table, kind=ObservationKind.VITAL, now=NOW, reader=READER)
    assert {issue.id for issue in report.issues} <= {"name_unknown", "unit_spelling"}


def test_numbers_of_parquet_and_an_empty_table():
    numbers = pd.DataFrame(
        {
            "patient_id": [1],
            "time": [pd.Timestamp("2024-05-01")],
            "name": ["Potassium"],
            "value": [4.1],
            "unit": ["mmol/L"],
        }
    )
    assert check_table(numbers, now=NOW, reader=READER).issues == ()
    empty = check_table(numbers.iloc[:0], now=NOW, reader=READER)
    assert (empty.rows, empty.issues, empty.analytes, empty.days) == (0, (), (), ())
    assert "0 %" in empty.to_html()


def test_a_column_that_is_needed_or_stands_twice():
    with pytest.raises(InputError, match='lacks the column "value"'):
        check_table(pd.DataFrame({"name": ["K"]}))
    with pytest.raises(InputError, match="twice"):
        check_table(pd.DataFrame([["K", "1", "2"]], columns=["name", "value", "Value"]))


def test_json_comes_back_and_the_page_stands_alone():
    report = check({"value": "<script>alert(1)</script>"}, {"value": "41"})
    assert QualityReport.model_validate_json(report.to_json()) == report
    assert json.loads(report.to_json())["rows"] == 2
    page = report.to_html()
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "with the point moved 4.1" in page


def test_errors_come_first_and_then_the_most_rows():
    report = check({"value": "41"}, {"unit": ""}, {"unit": ""}, {"flag": "odd"})
    order = [(list(Severity).index(issue.severity), -issue.rows) for issue in report.issues]
    assert order == sorted(order)


cells = st.fixed_dictionaries(
    {
        "patient_id": st.sampled_from(["p1", "p2", ""]),
        "time": st.sampled_from(["2024-05-01", "2024-05-02T10:00Z", "", "x"]),
        "name": st.sampled_from(["Potassium", "Glucose", "Nothing", ""]),
        "value": st.sampled_from(["4.1", "41", "<3", "neg", "", "4,1", "1,234", "text"]),
        "unit": st.sampled_from(["mmol/L", "mg/dL", "", "furlong"]),
        "flag": st.sampled_from(["", "H", "odd"]),
        "reference_high": st.sampled_from(["", "5", "x"]),
    }
)


@settings(max_examples=15, deadline=None)
@given(st.lists(cells, min_size=1, max_size=12))
def test_counts_add_up_and_rows_are_in_the_table(rows):
    report = check_table(pd.DataFrame(rows), now=NOW, reader=READER)
    assert report.rows == len(rows)
    assert report.recognised == sum(row["name"] in {"Potassium", "Glucose"} for row in rows)
    for issue in report.issues:
        assert 0 < issue.rows <= len(rows)
        assert sum(group.rows for group in issue.groups) == issue.rows
        assert all(2 <= row < len(rows) + 2 for group in issue.groups for row in group.first_rows)
    assert (report.issue("no_patient").rows if report.issue("no_patient") else 0) == sum(
        not r["patient_id"] for r in rows
    )
    assert sum(day.rows for day in report.days) == sum(row["time"].startswith("2024") for row in rows)


@settings(max_examples=8, deadline=None)
@given(st.lists(cells, min_size=1, max_size=10), st.randoms())
def test_the_order_of_rows_does_not_change_what_is_counted(rows, random):
    shuffled = random.sample(rows, len(rows))
    first, second = (check_table(pd.DataFrame(some), now=NOW, reader=READER) for some in (rows, shuffled))
    assert {issue.id: issue.rows for issue in first.issues} == {issue.id: issue.rows for issue in second.issues}
