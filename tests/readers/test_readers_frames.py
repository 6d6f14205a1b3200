"""Whole tables as data frames: any encoding and delimiter, all rows, all columns, cells as they stand."""

import gzip

import pandas as pd
import pytest

from nlp_engine.cells.columns import OBSERVATIONS, PEOPLE
from nlp_engine.errors import InputError
from nlp_engine.readers.frames import read_frame


@pytest.fixture
def frame(tmp_path):
    def read(content, name="labs.csv", kind=OBSERVATIONS):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_frame(path, kind)

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_encodings_and_delimiters(frame, encoding, sign):
    text = 'Patient ID,Name,VALUE,Unit,Größe\r\n007,Kreatinin,"5,6",µmol/L,x\r\n'.replace('"5,6"', "56")
    found = frame(text.replace(",", sign).encode(encoding))
    assert found.to_dict("records") == [
        {"patient_id": "007", "name": "Kreatinin", "value": "56", "unit": "µmol/L", "Größe": "x"}
    ]


def test_a_zipped_table_is_read_too(frame):
    packed = gzip.compress("name;value\nKalium;5,6\n".encode("utf-16"))
    assert frame(packed, "labs.csv.gz")["value"].tolist() == ["5,6"]
    with pytest.raises(InputError, match="cannot be unpacked"):
        frame(packed[:-9], "cut.csv.gz")


def test_cells_stay_text(frame):
    found = frame('name;value;note\nK;5,6;NA\nNa; 140 ;"a\nb"\nMg;;null\n')
    assert found["value"].tolist() == ["5,6", " 140 ", ""]
    assert found["note"].tolist() == ["NA", "a\nb", "null"]


def test_a_delimiter_may_end_every_row(frame):
    assert frame("name,value\nK,5,\nNa,140,\n").to_dict("list") == {"name": ["K", "Na"], "value": ["5", "140"]}


def test_a_line_before_the_header_names_the_delimiter(frame):
    assert frame("sep=;\nname;value\nK;5,6\n")["value"].tolist() == ["5,6"]


def test_a_header_alone_is_an_empty_table(frame):
    assert len(frame("name,value\n")) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name,value\nK,5,6\n", r"labs.csv row 2: has more cells than the header; put quotation marks"),
        ("name,value\nNa,1\nK,5,6,7\n", "has a row that has more cells"),
        ("name,value\nK,5,6,7\n", "has a row that has more cells"),
        ('name,value\n"K,5\nNa,1\n', "quotation mark"),
        ("", "is empty"),
        ("a,b\n1,2\n", 'lacks the columns "name" or "code" and "value"'),
        ("name,Value,value\nK,1,2\n", "two columns of the same name"),
        (b"\0\1\2\3", "binary data"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(frame, content, sentence):
    with pytest.raises(InputError, match=sentence) as error:
        frame(content)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["none.csv", "none.parquet"])
def test_a_file_that_is_not_there(tmp_path, name):
    with pytest.raises(InputError, match=name):
        read_frame(tmp_path / name, OBSERVATIONS)


def test_no_parquet_inside(frame):
    with pytest.raises(InputError, match="not a Parquet file"):
        frame("name,value\n", name="labs.parquet")


def test_parquet_keeps_its_types(tmp_path):
    given = pd.DataFrame({"Name": ["K"], "value": [5.5], "time": pd.to_datetime(["2024-05-01"])})
    given.to_parquet(tmp_path / "labs.parquet")
    found = read_frame(tmp_path / "labs.parquet", OBSERVATIONS)
    pd.testing.assert_frame_equal(found, given.rename(columns={"Name": "name"}))


def test_another_name_of_a_column_counts(frame):
    assert frame("patient_id,gender\n1,F\n", kind=PEOPLE).columns.tolist() == ["patient_id", "gender"]
