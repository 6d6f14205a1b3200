"""Reading, target and cleaning of tables."""

import gzip

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn", reason="needs the extra models")

from nlp_engine.cli import risk
from nlp_engine.errors import InputError
from nlp_engine.fusion.risk.encoding import columns_of, encode
from nlp_engine.training.risk.cleaning import clean
from nlp_engine.training.risk.target import Target
from nlp_engine.training.tables import Kind, as_numbers, kind_of, read_table


def test_kinds_of_columns():
    columns = {
        Kind.NUMBER: [1.5, 2, None, 7],
        Kind.YES_NO: ["Yes", "no", None, "yes"],
        Kind.CATEGORY: ["a", "b", None, "c"],
        Kind.DATE: ["2024-01-01", None, "2024-01-02 10:00", "2024-02-01"],
        Kind.EMPTY: [None, None, None, None],
    }
    assert {kind: kind_of(pd.Series(cells)) for kind, cells in columns.items()} == {kind: kind for kind in columns}
    assert as_numbers(pd.Series(["Yes", "no", None])).tolist()[:2] == [1.0, 0.0]
    assert np.isnan(as_numbers(pd.Series([np.inf, 1.0]))[0])


@pytest.mark.parametrize("form", ["csv", "parquet", "npz"])
def test_a_table_is_read_in_each_form(tmp_path, form):
    frame = pd.DataFrame({"x0": [1.0, 2.0], "y": [0, 1]})
    path = tmp_path / f"t.{form}"
    if form == "csv":
        frame.to_csv(path, index=False)
    elif form == "parquet":
        frame.to_parquet(path)
    else:
        np.savez(path, X=frame[["x0"]].to_numpy(), y=frame["y"].to_numpy())
    assert read_table(path).to_dict("list") == frame.to_dict("list")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_any_encoding_and_delimiter_is_learnt_from_as_it_is_scored(tmp_path, encoding, sign):
    text = "Größe|Kreatinin|Ward|y\r\n1.5|90|süd|0\r\n2|?|nord|1\r\n".replace("|", sign)
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    found = read_table(tmp_path / "t.csv")
    assert found["Größe"].tolist() == [1.5, 2.0]
    assert found["Kreatinin"].tolist()[0] == 90
    assert np.isnan(found["Kreatinin"][1])
    assert found["Ward"].tolist() == ["süd", "nord"]
    assert found["y"].tolist() == [0, 1]


def test_decimal_commas_are_numbers_and_words_with_commas_are_not(tmp_path):
    (tmp_path / "t.csv").write_text("crp;site;y\n5,6;a,b;0\n;c;1\n140;d,e;1\n", encoding="utf-8")
    found = read_table(tmp_path / "t.csv")
    assert found["crp"].dropna().tolist() == [5.6, 140.0]
    assert kind_of(found["crp"]) is Kind.NUMBER
    assert found["site"].tolist() == ["a,b", "c", "d,e"]


def test_columns_without_a_name_get_one(tmp_path):
    (tmp_path / "t.csv").write_text(",crp,\n0,5.6,\n1,7,\n", encoding="utf-8")
    assert list(read_table(tmp_path / "t.csv").columns) == ["Unnamed: 0", "crp", "Unnamed: 2"]


def test_a_column_that_is_said_to_be_text_stays_text(tmp_path):
    (tmp_path / "t.csv").write_text("version,code,e0\n00123,5e2,0.5\n00123,5e2,\n", encoding="utf-8")
    found = read_table(tmp_path / "t.csv", text=("version", "code"))
    assert found["version"].tolist() == ["00123", "00123"]
    assert found["code"].tolist() == ["5e2", "5e2"]
    assert found["e0"].tolist()[0] == 0.5


def test_patients_of_the_outcomes_keep_their_zeros(tmp_path, monkeypatch):
    asked = {}

    def features(folder, times, window_days):
        asked.update(times)
        return iter(())

    monkeypatch.setattr(risk, "_features", features)
    (tmp_path / "outcomes.csv").write_text("patient_id;outcome\n007;1\n008;0\n", encoding="utf-8")
    with pytest.raises(InputError, match="no patient of the records"):
        risk._input_table(None, tmp_path, tmp_path / "outcomes.csv", None, 365)
    assert list(asked) == ["007", "008"]


def test_a_zipped_table_is_read_and_a_cut_off_one_is_refused(tmp_path):
    packed = gzip.compress(b"a;b\n1;2\n")
    (tmp_path / "t.csv.gz").write_bytes(packed)
    assert read_table(tmp_path / "t.csv.gz").to_dict("list") == {"a": [1], "b": [2]}
    (tmp_path / "cut.csv.gz").write_bytes(packed[:-9])
    with pytest.raises(InputError, match="cannot be unpacked"):
        read_table(tmp_path / "cut.csv.gz")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("a,b\n1,2,3\n", "row 2: has more cells"), ("a,a\n1,2\n", '"a" stands twice'), ("", "is empty")],
)
def test_a_table_that_is_not_in_order_is_told(tmp_path, content, sentence):
    (tmp_path / "t.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("name", "content"), [("t.txt", "a"), ("t.csv", ""), ("t.csv", "a,b\n"), ("t.npz", "x"), ("t.npz", "PK\x03\x04")]
)
def test_what_is_no_table_is_one_sentence(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("num>0", [0, 1, 1, 0]),
        ("num=1", [0, 1, 0, 0]),
        ("num=1,3", [0, 1, 1, 0]),
        ("num!=0", [0, 1, 1, 0]),
        ("num >= 3", [0, 0, 1, 0]),
    ],
)
def test_targets(expression, expected):
    column = pd.Series([0, 1, 3, None])
    labels, known = Target.parse(expression, ["num"]).labels(column)
    assert labels.tolist() == expected
    assert known.tolist() == [True, True, True, False]


def test_a_target_with_many_values_asks_which_count():
    with pytest.raises(InputError, match="say which values count"):
        Target.parse("num", ["num"]).labels(pd.Series([0, 1, 3]))
    with pytest.raises(InputError, match="names no column"):
        Target.parse("nom>0", ["num"])
    with pytest.raises(InputError, match="one class only"):
        Target.parse("num>7", ["num"]).labels(pd.Series([0, 1, 3]))


def test_cleaning_says_every_change_and_keeps_what_is_missing():
    frame = pd.DataFrame(
        {
            "sodium": [140.0] * 30 + [None] * 10 + [135.0, 145.0] * 5,
            "weight": [70.0, 80.0] * 24 + [-999.0, 9999.0],
            "same": ["x"] * 50,
            "ward": ["a"] * 24 + ["b"] * 20 + ["c", "d", "e", "f", "g", "h"],
            "day": ["2024-01-01"] * 50,
            "rare": [None] * 47 + [1.0, 2.0, 3.0],
        }
    )
    cleaned = clean(frame)
    specs = {spec.name: spec for spec in cleaned.specs}
    assert set(specs) == {"sodium", "weight", "ward"}
    assert (specs["sodium"].has_indicator, specs["weight"].has_indicator) == (True, False)
    assert specs["ward"].levels == ("a", "b", "other")
    assert cleaned.rows[0]["sodium"] == 140
    assert cleaned.rows[35]["sodium"] is None
    assert cleaned.rows[-1]["weight"] is None
    told = "; ".join(cleaned.remarks)
    assert "with -999 count as missing" in told
    assert "with 9999 count as missing" in told
    for words in ("same: left out, it is constant", "day: left out, a date", "rare: left out", "6 rare values"):
        assert words in told


def test_dates_become_days_before_the_index_time():
    index = pd.Series(pd.to_datetime(["2024-01-11"] * 20, utc=True))
    frame = pd.DataFrame({"scan": ["2024-01-01", "2024-01-06"] * 10})
    cleaned = clean(frame, index_time=index)
    assert [row["scan"] for row in cleaned.rows[:2]] == [10, 5]


def test_encoding_has_a_column_for_what_is_missing():
    cleaned = clean(pd.DataFrame({"lactate": [1.0, 2.0, None] * 10, "sex": ["m", "f", "f"] * 10}))
    assert [name for spec in cleaned.specs for name in columns_of(spec)] == ["lactate", "lactate missing", "sex = m"]
    matrix = encode(cleaned.specs, [{"lactate": None, "sex": "m"}, {"lactate": 3.0, "sex": "unheard of"}])
    assert np.isnan(matrix[0, 0])
    assert matrix[0, 1:].tolist() == [1, 1]
    assert matrix[1].tolist() == [3, 0, 0]
