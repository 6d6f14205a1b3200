from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.cells.times import DateOrder, TimeDoubt, parse_time

_MINUTES = st.datetimes(datetime(1900, 1, 1), datetime(2300, 1, 1)).map(
    lambda time: time.replace(second=0, microsecond=0)
)


@given(_MINUTES)
def test_every_iso_time_is_read(time):
    assert parse_time(time.isoformat()) == time
    assert parse_time(time.strftime("%d.%m.%Y %H:%M")) == time
    assert parse_time(time.strftime("%Y%m%d%H%M")) == time


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2024-05-01", datetime(2024, 5, 1)),
        ("2024-05-01T0830", datetime(2024, 5, 1, 8, 30)),
        ("01-May-2024", datetime(2024, 5, 1)),
        ("May 1, 2024 8:30 pm", datetime(2024, 5, 1, 20, 30)),
        ("2024-05-01T08:30:00Z", datetime(2024, 5, 1, 8, 30, tzinfo=UTC)),
        ("2024-05-01 08:30+02:00", datetime(2024, 5, 1, 8, 30, tzinfo=timezone(timedelta(hours=2)))),
        ("31/12/2024", datetime(2024, 12, 31)),
        ("12/31/2024", datetime(2024, 12, 31)),
    ],
)
def test_forms(cell, time):
    assert parse_time(cell) == time


@pytest.mark.parametrize(
    "cell", ["2024-02-30", "2024-13-01", "01.05.24", "yesterday", "25:00", "9999", "2024-05-01 25:00"]
)
def test_what_is_no_date_is_not_guessed(cell):
    assert parse_time(cell) is TimeDoubt.UNKNOWN


def test_the_column_decides_between_day_and_month():
    assert parse_time("03/04/2024") is TimeDoubt.AMBIGUOUS
    assert parse_time("03/04/2024", order=DateOrder.of(["03/04/2024", "25/04/2024"]).order) == datetime(2024, 4, 3)
    assert parse_time("03/04/2024", order=DateOrder.of(["04/25/2024"]).order) == datetime(2024, 3, 4)
    assert DateOrder.of(["25/04/2024", "04/25/2024"]).order is None
