from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_files import sentences, write

from nlp_engine.cells.columns import MEDICATIONS, OBSERVATIONS
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.rows import RowReader, date_orders
from nlp_engine.readers.tables import Row, open_table
from nlp_engine.readers.textfile import UnreadableTextError


def read(path, kind=OBSERVATIONS):
    table = open_table(path, kind)
    rows = list(table.rows)
    log = ProblemLog()
    reader = RowReader(path.name, log, date_orders(rows, kind.times))
    items = reader.observations(rows) if kind is OBSERVATIONS else reader.medications(rows)
    return items, sentences(log.problems())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_header_is_matched_whatever_its_spelling_and_delimiter(tmp_path, delimiter):
    lines = ["Reference Low|NAME|Value|Unit|note", "1.5|Neutrophils|5|10^9/L|x"]
    path = write(tmp_path / "labs.csv", "\ufeff" + "\r\n".join(lines).replace("|", delimiter))
    (observation,), problems = read(path)
    assert (observation.name, observation.value, observation.unit) == ("Neutrophils", "5", "10^9/L")
    assert observation.reference_low == Decimal("1.5")
    assert (observation.id, observation.source) == ("labs-2", "labs.csv row 2")
    assert problems == []


@pytest.mark.parametrize("value", [">1000", "NA", "NEG", "hemolyzed", "5,6", "007", "null", "1e3"])
def test_values_stay_as_they_came(tmp_path, value):
    path = write(tmp_path / "labs.csv", f'name,value\nCRP,"{value}"\n')
    (observation,), problems = read(path)
    assert observation.value == value
    assert problems == []


def test_blank_lines_and_the_excel_line_count_as_rows(tmp_path):
    path = write(tmp_path / "labs.csv", "sep=;\nname;value\n\nCRP;5\n")
    (observation,), _ = read(path)
    assert observation.source == "labs.csv row 4"


@pytest.mark.parametrize(
    ("header", "named"),
    [("name,unit", '"value"'), ("value,unit", '"name" or "code"'), ("a,b", '"name" or "code" and "value"')],
)
def test_missing_columns_are_named(tmp_path, header, named):
    path = write(tmp_path / "labs.csv", f"{header}\n1,2\n")
    with pytest.raises(UnreadableTextError) as error:
        open_table(path, OBSERVATIONS)
    assert f"{named} and was not read" in str(error.value)
    assert "patient_id, time, code" in str(error.value)


def test_an_empty_file_says_which_columns_it_should_have(tmp_path):
    with pytest.raises(UnreadableTextError, match="is empty; its first row names the columns"):
        open_table(write(tmp_path / "labs.csv", ""), OBSERVATIONS)


def test_rows_that_are_used_with_a_doubt(tmp_path):
    text = (
        "time,name,value,reference_low,reference_high\n"
        "2024-05-01,Na,140,135,145\n"
        "2024-13-01,Na,141,135,145\n"
        "2024-05-01,Na,142,abc,145\n"
        "2024-05-01,Na,143,200,100\n"
        "2024-05-01,Na,144\n"
        '2024-05-01,Na,146,"1,500","3,5"\n'
    )
    observations, problems = read(write(tmp_path / "labs.csv", text))
    assert [observation.value for observation in observations] == ["140", "141", "142", "143", "144", "146"]
    assert observations[1].time is None
    assert observations[2].reference_low is None
    assert observations[2].reference_high == 145
    assert (observations[3].reference_low, observations[3].reference_high) == (None, None)
    assert (observations[5].reference_low, observations[5].reference_high) == (None, Decimal("3.5"))
    assert all(problem.startswith("warning labs.csv row") for problem in problems)
    assert [problem.split(":")[0] for problem in problems] == [
        "warning labs.csv row 3",
        "warning labs.csv rows 4, 7",
        "warning labs.csv row 5",
        "warning labs.csv row 6",
    ]


def test_rows_that_cannot_be_used_safely_are_left_out(tmp_path):
    text = 'name,value,unit\nK,5,6,mmol/L\nNa,140,mmol/L,,\n,1,x\nCRP,"3\nNa,141,mmol/L\n'
    observations, problems = read(write(tmp_path / "labs.csv", text))
    assert [(observation.name, observation.value) for observation in observations] == [("Na", "140")]
    assert [problem.split(",")[0] for problem in problems] == [
        "error labs.csv row 2: The row has more cells than the header and was left out",
        'error labs.csv row 4: The row has no "name" or "code" and was left out; fill the cell.',
        "error labs.csv row 5: A cell runs over a line break and the row was left out; "
        "a quotation mark is opened and not closed.",
    ]


def test_an_endless_quotation_is_a_sentence(tmp_path):
    path = write(tmp_path / "labs.csv", 'name,value\nNa,1\nK,"' + "x" * 1_100_000)
    with pytest.raises(UnreadableTextError, match="quotation mark"):
        list(open_table(path, OBSERVATIONS).rows)


def test_the_order_of_day_and_month_comes_from_the_whole_column(tmp_path):
    path = write(tmp_path / "labs.csv", "time,name,value\n03/04/2024,Na,1\n25/04/2024,Na,2\n")
    observations, problems = read(path)
    assert observations[0].time == datetime(2024, 4, 3)
    assert problems == []


def test_medications(tmp_path):
    text = "Name,dose,Unit,start,stop,status\nMetformin,500,mg,2024-01-01,,active\nASS 100,,,x,,\n"
    (metformin, aspirin), problems = read(write(tmp_path / "medications.csv", text), MEDICATIONS)
    assert (metformin.name, metformin.dose, metformin.unit) == ("Metformin", "500", "mg")
    assert metformin.start == datetime(2024, 1, 1)
    assert (aspirin.dose, aspirin.start, aspirin.status) == (None, None, None)
    assert [problem.split(":")[0] for problem in problems] == ["warning medications.csv row 3"]


def test_windows_1252_is_read_with_a_doubt(tmp_path):
    table = open_table(write(tmp_path / "labs.csv", "name,value,unit\nB12,1,µg/l\n".encode("cp1252")), OBSERVATIONS)
    assert [row.cells["unit"] for row in table.rows] == ["µg/l"]
    assert table.doubts == ("is not UTF-8 and was read as Windows-1252; save it as UTF-8",)


@given(st.lists(st.dictionaries(st.sampled_from(OBSERVATIONS.columns), st.text(max_size=12)), max_size=20))
def test_no_cell_breaks_the_reader_and_no_row_is_lost_silently(cells):
    log = ProblemLog()
    rows = [Row(number, row) for number, row in enumerate(cells, start=2)]
    found = RowReader("labs.csv", log, date_orders(rows, OBSERVATIONS.times)).observations(rows)
    lost = len(rows) - len(found)
    told = [problem for problem in log.problems() if problem.severity == "error"]
    assert bool(lost) == bool(told)
