"""Cells that mean one plain thing, and columns of any type as text."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from nlp_engine.cells.plain import plain_age, plain_limit, plain_sex, plain_truth, plain_weeks
from nlp_engine.cells.texts import texts_of
from nlp_engine.record import Sex


@pytest.mark.parametrize(
    ("cell", "number"),
    [("3.5", "3.5"), ("3,5", "3.5"), ("-2", "-2"), (".5", "0.5"), ("1,234", None), ("<5", None), ("3-5", None)],
)
def test_the_end_of_an_interval(cell, number):
    assert plain_limit(cell) == (None if number is None else Decimal(number))


def test_sexes_ages_and_truths():
    assert [plain_sex(cell) for cell in ("F", "male", " M ", "x", "")] == [Sex.FEMALE, Sex.MALE, Sex.MALE, None, None]
    assert [plain_age(cell) for cell in ("67", "0.5", "131", "-1", "67 y")] == [67, Decimal("0.5"), None, None, None]
    assert [plain_truth(cell) for cell in ("Yes", "0", "TRUE", "maybe", "")] == [True, False, True, None, None]


def test_weeks_of_a_pregnancy():
    assert [plain_weeks(cell) for cell in ("12", "12.0", "12.5", "46", "-1", "")] == [12, 12, None, None, None, None]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([" a ", None, "b"], ["a", "", "b"]),
        ([1.0, 2.5, None], ["1", "2.5", ""]),
        ([1, 2, 1], ["1", "2", "1"]),
        ([True, None, False], ["true", "", "false"]),
        ([Decimal("1.50"), None, "x"], ["1.50", "", "x"]),
        (
            [date(2024, 5, 1), datetime(2024, 5, 1, 8, tzinfo=UTC), None],
            ["2024-05-01", "2024-05-01T08:00:00+00:00", ""],
        ),
    ],
)
def test_a_column_as_text(cells, texts):
    column = pd.Series(cells, index=[5, 5, 1])
    found = texts_of(column)
    assert found.tolist() == texts
    assert found.index.tolist() == [5, 5, 1]
