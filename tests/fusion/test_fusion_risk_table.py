"""A table judged by a risk model: a row out a row in, and every cell that could not be used is counted."""

import numpy as np
import pandas as pd
import pytest
from risk_builders import FEATURES, made_model, spec

from nlp_engine import cli
from nlp_engine.errors import InputError
from nlp_engine.fusion.risk import RiskModel
from nlp_engine.fusion.risk.cells import value_of
from nlp_engine.fusion.risk.model_file import Threshold
from nlp_engine.fusion.risk.table import RESULTS, score_table

CUTS = tuple(
    Threshold(at=at, sensitivity=0.8, specificity=0.8, positive_value=0.5, negative_value=0.9, flagged=0.3)
    for at in (0.2, 0.4, 0.6)
)
MODEL = made_model(thresholds=CUTS)
CASES = pd.DataFrame(
    {
        "bed": ["b1", "b2", "b3", "b4"],
        "k": [5.4, 4.0, 40.0, None],
        "sex": ["female", "Male", "Male", None],
        "hf": [1, 0, 0, None],
    },
    index=[7, 3, 5, 1],
)


def test_each_row_has_its_estimate_in_order():
    scored = score_table(CASES, MODEL, ["bed"])
    assert list(scored.table.columns) == ["bed", *RESULTS]
    assert scored.table.index.tolist() == [7, 3, 5, 1]
    assert scored.table["bed"].tolist() == ["b1", "b2", "b3", "b4"]
    assert list(score_table(CASES, MODEL).table.columns) == ["bed", *RESULTS]
    assert list(score_table(scored.table.join(CASES.drop(columns="bed")), MODEL).table.columns) == ["bed", *RESULTS]
    assert scored.table["decision"].tolist() == ["flagged", "not flagged", "no estimate", "no estimate"]
    # log odds: 2 * (5.4 - 4.0) + 0.5 + 1.0 - 1, and -1
    assert scored.table["probability"].tolist() == pytest.approx(
        [0.9644, 0.2689, np.nan, np.nan], abs=1e-4, nan_ok=True
    )
    assert scored.table["cut_off"].tolist() == [0.4] * 4
    assert scored.table["cut_off_reached"].tolist() == pytest.approx([0.6, 0.2, np.nan, np.nan], nan_ok=True)
    assert scored.table["reasons"].iloc[0].startswith("a high potassium (5.4 mmol/L) raises it; ")
    assert scored.told == ()


def test_why_there_is_no_estimate_is_a_sentence():
    _, answered, outside, empty = score_table(CASES, MODEL).table["no_estimate_because"]
    assert answered == ""
    assert outside == "No estimate: potassium far outside what the model has seen (2.9 to 6.5)."
    assert empty == (
        "No estimate: too much is missing of what the model rests on: potassium, heart failure in notes, sex."
    )


def test_text_is_read_as_numbers_are():
    texts = pd.DataFrame({"k": ["5,4", " 4.0", "4e1", "NA"], "sex": ["FEMALE", "Male", "male", ""], "hf": list("100?")})
    plain = score_table(CASES.drop(columns="bed").reset_index(drop=True), MODEL)
    pd.testing.assert_frame_equal(score_table(texts, MODEL).table, plain.table)


def test_a_lacking_column_is_named_and_missing_in_every_row():
    scored = score_table(CASES[["k", "sex"]].head(1), MODEL)
    assert scored.told == ("the table lacks a column of the model, missing in every row: hf",)
    assert scored.table["missing"].tolist() == ["heart failure in notes"]


def test_cells_that_are_not_understood_are_counted_and_not_quoted():
    table = pd.DataFrame({"k": ["Smith", "4.1"], "sex": ["X", "Male"], "hf": ["0", "0"]})
    assert score_table(table, MODEL).told == (
        "k: 1 cells are not one plain number and count as missing",
        "sex: 1 cells hold words that the model never met; to it they are missing",
    )


def test_the_cut_off_can_be_chosen():
    assert score_table(CASES.head(2), MODEL, at=0.25).table["decision"].tolist() == ["flagged", "flagged"]


def test_an_empty_table_has_the_columns():
    scored = score_table(CASES.head(0), MODEL, ["bed"])
    assert list(scored.table.columns) == ["bed", *RESULTS]
    assert len(scored.table) == 0


@pytest.mark.parametrize(
    ("columns", "ids", "told"),
    [
        (["bed", "k"], ["ward"], 'has no column "ward"'),
        (["bed"], [], "has no column of the model; name its columns k, sex, hf"),
        (["model", "k"], ["model"], 'has an id column "model"'),
    ],
)
def test_tables_that_cannot_be_scored(columns, ids, told):
    with pytest.raises(InputError, match=told):
        score_table(pd.DataFrame(columns=columns), MODEL, ids)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("yes", 1), ("F", 0), (True, 1), (np.bool_(False), 0), ("1.0", 1), (0, 0), ("2", None), ("maybe", None)],
)
def test_yes_and_no(cell, value):
    assert value_of(spec("ill", kind="yes_no"), cell) == (value, value is not None)


@pytest.mark.parametrize("cell", [None, np.nan, pd.NaT, pd.NA, "", " ", "NULL", "?"])
def test_nothing_is_understood_as_nothing(cell):
    table = pd.DataFrame({"k": pd.Series([cell, 4.1], dtype=object), "sex": ["Male", "Male"], "hf": [0, 0]})
    scored = score_table(table, MODEL)
    assert scored.told == ()
    assert scored.table["missing"].tolist() == ["potassium", ""]


@pytest.mark.parametrize("cell", ["1,234", "1_0", "inf", np.inf, "4.1 mmol/L", pd.Timestamp("2024-05-01")])
def test_what_is_no_plain_number_is_not_guessed(cell):
    assert value_of(FEATURES[0], cell) == (None, False)


@pytest.fixture
def run(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(RiskModel, "load", lambda _: MODEL)

    def call(table, *options, out="out.csv"):
        with pytest.raises(SystemExit) as end:
            cli.main(["risk", "score", str(table), "--model", "made", "--out", str(tmp_path / out), *map(str, options)])
        return end.value.code or 0, *capfd.readouterr()

    return call


def test_the_command_reads_any_csv(run, tmp_path):
    (tmp_path / "cases.csv").write_bytes("Bed;K;SEX;HF;Note\n007;5,4;Weiblich;1;ä\n008;3,9;male;0;\n".encode("utf-16"))
    status, out, err = run(tmp_path / "cases.csv", "--id", "Bed")
    assert status == 0
    assert out.splitlines() == [
        "a bad turn, model made, version 0123456789ab; for research.",
        "2 rows; 2 estimates, 1 flagged; 0 without.",
    ]
    assert err == "sex: 1 cells hold words that the model never met; to it they are missing\n"
    found = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert found["Bed"].tolist() == ["007", "008"]
    assert found["decision"].tolist() == ["flagged", "not flagged"]
    assert not list(tmp_path.glob("*.partial"))


def test_parquet_in_and_out_says_the_same_as_csv(run, tmp_path):
    CASES.to_csv(tmp_path / "cases.csv", index=False)
    CASES.to_parquet(tmp_path / "cases.parquet", index=False)
    run(tmp_path / "cases.csv", "--id", "bed")
    run(tmp_path / "cases.parquet", "--id", "bed", out="out.parquet")
    first, second = pd.read_csv(tmp_path / "out.csv", keep_default_na=False), pd.read_parquet(tmp_path / "out.parquet")
    assert first["reasons"].tolist() == second["reasons"].tolist()
    assert pd.to_numeric(first["probability"]).tolist() == pytest.approx(second["probability"].tolist(), nan_ok=True)


@pytest.mark.parametrize(("name", "out"), [("none.csv", "out.csv"), ("none.csv", "out.txt"), ("none.parquet", "o.csv")])
def test_what_cannot_start_is_one_sentence(run, tmp_path, name, out):
    status, said, err = run(tmp_path / name, out=out)
    assert (status, said) == (2, "")
    assert len(err.splitlines()) == 1
