"""Facts of courses: extremes, changes in percent, slopes, doubling times, recoveries, days since a flag."""

from decimal import Decimal

import pytest
from decision_builders import CREATININE, LACTATE, POTASSIUM, fact, result

from nlp_engine.assessment import Flag

DAY = 24


def of(code, *points, unit=None, **spec):
    """Return a fact over results given as (hours ago, value)."""
    unit = unit or "mmol/L"
    results = [result(code, value, hours, unit=unit) for hours, value in points]
    return fact({"code": code, "unit": unit, "places": 1, **spec}, lab_results=results)


def test_highest_and_lowest_of_the_window_with_their_result():
    points = [(100, 9.0), (20, 3.1), (10, 5.4), (1, 4.0)]
    top = of(POTASSIUM, *points, **{"from": "highest", "window": "48h"})
    assert (top.value, [e.statement for e in top.evidence]) == (Decimal("5.4"), ["analyte 5.4 mmol/L"])
    assert of(POTASSIUM, *points, **{"from": "lowest", "window": "48h"}).value == Decimal("3.1")
    assert of(POTASSIUM, (100, 9.0), **{"from": "highest", "window": "48h"}).value is None


def test_percent_fall_looks_back_far_enough_and_names_both_results():
    spec = {"from": "percent_fall", "window": "24h", "apart": "2h"}
    fall = of(LACTATE, (9, 4.0), (5, 5.0), (1, 4.5), **spec)
    assert fall.value == Decimal("10.0")
    assert [e.statement for e in fall.evidence] == ["analyte 5.0 mmol/L", "analyte 4.5 mmol/L"]
    too_near = of(LACTATE, (2, 5.0), (1, 4.5), **spec)
    assert too_near.value is None
    assert "earlier result" in too_near.problem
    assert of(LACTATE, (9, 4.0), (1, 6.0), **spec).value == Decimal("-50.0")


def test_percent_change_of_an_old_result_is_unknown():
    spec = {"from": "percent_fall", "window": "14d", "max_age": "3d"}
    assert of(POTASSIUM, (240, 8), (80, 4), **spec).value is None
    assert of(POTASSIUM, (240, 8), (70, 4), **spec).value == 50


def test_percent_rise_is_over_the_lowest():
    assert of(POTASSIUM, (30, 2), (20, 4), (1, 5), **{"from": "percent_rise", "window": "48h"}).value == 150


def test_slope_a_year_needs_moments_and_span():
    spec = {"from": "slope", "window": "730d", "per": "365d", "least": 4, "span": "180d"}
    months = [(days * DAY, 30 + days / 73) for days in (365, 292, 146, 0)]
    assert of("98979-8", *months, unit="mL", **spec).value == Decimal("-5.0")
    short = of("98979-8", *[(days * DAY, days) for days in (90, 60, 30, 0)], unit="mL", **spec)
    assert short.value is None
    assert short.problem == "needs 4 results over 180 days or more"


def test_doubling_time_in_days_only_where_results_rise():
    spec = {"from": "doubling_time", "window": "365d", "places": 0}
    assert of("2857-1", (120 * DAY, 1), (60 * DAY, 2), (0, 4), unit="ng/mL", **spec).value == 60
    assert of("2857-1", (120 * DAY, 4), (60 * DAY, 2), (0, 1), unit="ng/mL", **spec).value is None
    assert of("2857-1", (60 * DAY, 2), (0, 4), unit="ng/mL", **spec).problem.startswith("needs 3 results")
    halving = {"from": "halving_time", "window": "365d", "places": 0}
    assert of("2857-1", (120 * DAY, 4), (60 * DAY, 2), (0, 1), unit="ng/mL", **halving).value == 60


@pytest.mark.parametrize(("of_what", "points", "share"), [("rise", (1, 3, 1.5), 75), ("fall", (250, 50, 150), 50)])
def test_recovery_of_a_rise_and_of_a_fall(of_what, points, share):
    series = list(zip((60, 40, 2), points, strict=True))
    recovery = of(CREATININE, *series, unit="mg/dL", **{"from": "recovery", "of": of_what, "window": "7d"})
    assert recovery.value == share
    assert len(recovery.evidence) == 2


def test_results_in_another_unit_make_a_course_unusable():
    spec = {"code": POTASSIUM, "unit": "mmol/L", "places": 1, "from": "percent_fall", "window": "48h"}
    found = fact(spec, lab_results=[result(POTASSIUM, 5, 9), result(POTASSIUM, 4, 1, unit="mg/dL")])
    assert (found.value, found.unusable) == (None, True)


def test_days_since_a_flag():
    spec = {"from": "days_since_flag", "code": POTASSIUM, "flags": ["H", "HH"], "window": "30d"}
    results = [
        result(POTASSIUM, 6.9, 100, flag=Flag.CRITICAL_HIGH),
        result(POTASSIUM, 5.6, 60, flag=Flag.HIGH),
        result(POTASSIUM, 4.1, 2, flag=Flag.NORMAL),
    ]
    found = fact(spec, lab_results=results)
    assert found.value == Decimal("2.5")
    assert [e.statement for e in found.evidence] == ["analyte 5.6 mmol/L (H)"]
    assert fact(spec, lab_results=results[2:]).value is None
