"""A feed that drifted: what is found, since when, and what is not."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.errors import InputError
from nlp_engine.labs.anomalies.appearances import presences
from nlp_engine.labs.anomalies.control import changes
from nlp_engine.labs.anomalies.drift import as_frame, drifts
from nlp_engine.labs.anomalies.panel import patient_days

START = date(2024, 1, 1)
CHANGE = START + timedelta(days=30)


@pytest.fixture(scope="module")
def feed():
    """Sixty days of sodium and potassium, about twenty of each a day."""
    rng = np.random.default_rng(0)
    days = np.repeat(np.arange(60), 20)
    parts = []
    for name, unit, mean, sd in (("Sodium", "mmol/L", 140, 3), ("Potassium", "mmol/L", 4.2, 0.4)):
        numbers = rng.normal(mean, sd, len(days))
        part = pd.DataFrame({"patient_id": "p", "day": days, "name": name, "unit": unit, "number": numbers})
        parts.append(part)
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(time=[(START + timedelta(days=int(day))).isoformat() for day in rows["day"]])


def sent(rows, blank=None):
    value = rows["number"].map("{:.3f}".format)
    value = value if blank is None else value.mask(blank, "")
    return rows[["patient_id", "time", "name", "unit"]].assign(value=value)


def late(rows, name="Sodium"):
    return (rows["day"] >= 30) & (rows["name"] == name)


def test_an_even_feed_has_no_findings(feed):
    assert drifts(sent(feed)) == []


def test_a_shift_of_the_level_is_found_on_its_day(feed):
    (found,) = [d for d in drifts(sent(feed.assign(number=feed["number"] + 3 * late(feed)))) if d.kind == "level"]
    assert (found.analyte, found.since) == ("Sodium", CHANGE)
    assert found.sentence == (
        f"Since 2024-01-31, Sodium: the trimmed mean went from {found.before} to {found.after}, by "
        f"{found.sentence.split('by ')[1].split()[0]} standard deviations."
    )


def test_one_wild_day_is_no_drift(feed):
    wild = (feed["day"] == 40) & (feed["name"] == "Sodium")
    assert not [d for d in drifts(sent(feed.assign(number=feed["number"] + 30 * wild))) if d.kind == "level"]


def test_missing_values_are_found(feed):
    blank = late(feed) & (np.arange(len(feed)) % 3 == 0)
    (found,) = [d for d in drifts(sent(feed, blank)) if d.kind == "missing"]
    assert found.since == CHANGE
    assert "0% of its rows without a value became 33%" in found.sentence


def test_another_unit_cell_is_found_while_the_level_stays(feed):
    other = feed.assign(unit=feed["unit"].mask(late(feed), "mEq/L"))
    (found,) = drifts(sent(other))
    assert (found.kind, found.before, found.after, found.since) == ("unit", "mmol/L", "mEq/L", CHANGE)


def test_a_new_name_beside_one_that_ceased_is_perhaps_its_new_name(feed):
    (found,) = [d for d in drifts(sent(feed.assign(name=feed["name"].mask(late(feed), "XQ 17")))) if d.kind == "name"]
    assert (found.before, found.after, found.since) == ("Sodium", "XQ 17", CHANGE)
    assert "perhaps renamed" in found.sentence


def test_half_of_the_rows_is_found(feed):
    (found,) = [d for d in drifts(sent(feed[~late(feed) | (np.arange(len(feed)) % 2 == 0)])) if d.kind == "rows"]
    assert (found.before, found.after, found.since) == ("20.0", "10.0", CHANGE)


def test_by_week_the_monday_is_named(feed):
    found = drifts(sent(pd.concat([feed, feed.assign(time=_later(feed, 60), number=feed["number"] + 30)])), by="week")
    since = {d.since for d in found if d.kind == "level"}
    assert since <= {date(2024, 2, 26), date(2024, 3, 4)}  # the change falls into the middle of a week
    assert since


def _later(feed, days):
    return [(date.fromisoformat(time) + timedelta(days=days)).isoformat() for time in feed["time"]]


def test_findings_become_a_table_even_when_there_are_none():
    assert list(as_frame([]).columns) == ["since", "kind", "analyte", "before", "after", "sentence"]


def test_no_dates_is_an_error(feed):
    with pytest.raises(InputError, match="no row with a date"):
        drifts(sent(feed.assign(time="")))


class TestControl:
    @settings(max_examples=30, deadline=None)
    @given(
        start=st.integers(22, 55),
        size=st.floats(3, 20),
        sign=st.sampled_from([-1, 1]),
        seed=st.integers(0, 10),
        level=st.floats(-100, 100),
    )
    def test_a_step_is_found_near_its_beginning(self, start, size, sign, seed, level):
        values = level + np.random.default_rng(seed).normal(size=70)
        values[start:] += sign * size
        assert any(abs(change.start - start) <= 4 for change in changes(values, np.ones(70)))

    def test_a_constant_series_and_a_short_one_have_none(self):
        assert changes(np.ones(50), np.zeros(50)) == []
        assert changes(np.arange(4.0), np.ones(4)) == []

    def test_there_and_back_are_two_changes(self):
        values = np.random.default_rng(0).normal(size=90)
        values[30:60] += 10
        assert [change.start for change in changes(values, np.ones(90))] == [30, 60]


def test_a_rare_key_is_not_called_new_for_an_absence_of_chance():
    periods = pd.Index(range(100))
    rare = pd.Series(np.repeat([20, 45, 70, 95], 5))
    assert not presences(pd.Series("x", index=rare.index), rare, periods)["x"].is_new
    daily = pd.Series(np.repeat(range(40, 100), 2))
    found = presences(pd.Series("x", index=daily.index), daily, periods)["x"]
    assert (found.is_new, found.is_gone, found.first) == (True, False, 40)


class TestPanel:
    rows = pd.DataFrame(
        [
            ("p1", "2024-01-01 08:00", "Sodium", "140", "mmol/L"),
            ("p1", "2024-01-01 20:00", "Sodium", "130", "mmol/L"),
            ("p1", "2024-01-01 12:00", "Sodium", "150", "mmol/L"),
            ("p1", "2024-01-02", "Creatinine", "88.4", "umol/L"),
            ("p2", "2024-01-01", "Sodium", "haemolysed", "mmol/L"),
        ],
        columns=["patient_id", "time", "name", "value", "unit"],
    )

    @pytest.mark.parametrize(("pick", "sodium"), [("newest", 130), ("min", 130), ("max", 150)])
    def test_a_row_a_patient_and_day_in_one_unit_with_gaps(self, pick, sodium):
        days = patient_days(self.rows, pick=pick)
        assert days[["patient_id", "day"]].to_numpy().tolist() == [["p1", "2024-01-01"], ["p1", "2024-01-02"]]
        assert days["Sodium"].to_list()[0] == sodium
        assert np.isnan(days["Sodium"].iloc[1])
        assert days["Creatinine"].iloc[1] == pytest.approx(1.0)

    def test_nothing_left_is_an_error(self):
        with pytest.raises(InputError, match="no dated number"):
            patient_days(self.rows.assign(time=""))
        with pytest.raises(InputError, match="patient_id"):
            patient_days(self.rows.drop(columns="patient_id"))

    def test_rows_of_nobody_are_no_patient_and_ids_are_whole_numbers(self):
        """An empty cell of a CSV file is "", and a column of numbers with a gap is one of floats."""
        texts = self.rows.assign(patient_id=["7"] + [""] * (len(self.rows) - 1))
        floats = self.rows.assign(patient_id=[7.0] + [np.nan] * (len(self.rows) - 1))
        for rows in (texts, floats):
            assert set(patient_days(rows)["patient_id"]) == {"7"}
