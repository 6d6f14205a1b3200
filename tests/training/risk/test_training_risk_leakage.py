"""Columns that could only be known afterwards are named and refused."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn", reason="needs the extra models")

from risk_tables import heart_failure

from nlp_engine.training.risk.leakage import LeakageRules, leaks
from nlp_engine.training.tables import as_dates

RULES = LeakageRules.load()
ROWS = 200
LABELS = np.arange(ROWS) % 3 == 0
RANDOM = np.random.default_rng(1)
NOISE = RANDOM.normal(size=ROWS)


def refused(**columns: object) -> dict[str, str]:
    return {leak.column: leak.reason for leak in leaks(pd.DataFrame(columns), LABELS.astype(np.int64), RULES)}


def test_the_follow_up_time_of_the_heart_failure_set_is_refused_and_nothing_else():
    frame = heart_failure()
    found = leaks(frame.drop(columns="DEATH_EVENT"), frame["DEATH_EVENT"].to_numpy(), RULES)
    assert [leak.column for leak in found] == ["time"]
    assert "follow-up is only known afterwards" in found[0].reason


@pytest.mark.parametrize("rule", RULES.names, ids=lambda rule: rule.id)
def test_every_listed_name_is_refused_in_every_spelling(rule):
    for name in rule.whole + rule.part:
        spellings = {name.replace(" ", "_"), name.replace(" ", "-"), name.title().replace(" ", ""), name.upper()}
        for spelling in spellings:
            assert rule.why in refused(**{spelling: NOISE}).get(spelling, ""), spelling


@pytest.mark.parametrize("rule", RULES.names, ids=lambda rule: rule.id)
def test_every_harmless_name_is_let_through(rule):
    for name in rule.not_:
        assert refused(**{name.replace(" ", "_"): NOISE}) == {}, name


@pytest.mark.parametrize("name", ["prothrombin_time", "bleeding_time", "chol", "timely", "losartan"])
def test_harmless_names(name):
    assert refused(**{name: NOISE}) == {}


def test_a_copy_and_a_function_of_the_outcome():
    copied = refused(copy=LABELS.astype(int), inverse=~LABELS, words=np.where(LABELS, "ill", "well"))
    assert set(copied) == {"copy", "inverse", "words"}
    assert "one outcome only" in copied["words"]
    levels = np.where(LABELS, RANDOM.integers(2, 5, ROWS), RANDOM.integers(0, 2, ROWS))
    assert "stage" in refused(stage=levels)


def test_a_column_that_nearly_tells_the_outcome_alone():
    assert "almost alone" in refused(marker=LABELS * 5 + NOISE)["marker"]
    assert refused(marker=LABELS * 1.5 + NOISE) == {}


def test_a_column_that_is_filled_in_for_one_outcome_only():
    filled = np.where(LABELS, NOISE, np.nan)
    assert refused(biopsy=filled)["biopsy"] == "it is filled in only where the outcome is there"
    few = np.where((np.arange(ROWS) < 12) & LABELS, NOISE, np.nan)
    assert refused(biopsy=few) == {}


def test_running_numbers_and_identifiers():
    codes, platelets = [f"x{n}" for n in range(ROWS)], RANDOM.permutation(10**5)[:ROWS]
    found = refused(number=np.arange(1, ROWS + 1), code=codes, platelets=platelets)
    assert set(found) == {"number", "code"}


def test_a_date_after_the_index_time():
    index = pd.Series(pd.to_datetime(["2024-05-01"] * ROWS, utc=True))
    frame = pd.DataFrame({"seen": ["2024-04-01"] * ROWS, "scan": ["2024-04-01"] * (ROWS - 1) + ["2024-06-01"]})
    found = leaks(frame, LABELS.astype(np.int64), RULES, index_time=index)
    assert [(leak.column, leak.reason) for leak in found] == [("scan", "1 of its dates lie after the index time")]
    assert as_dates(frame["seen"]).notna().all()


def test_a_category_with_many_values_is_not_refused_for_chance():
    assert refused(ward=[f"ward {n}" for n in RANDOM.integers(0, 60, ROWS)]) == {}
