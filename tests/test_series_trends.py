"""Baselines, extremes, recoveries and trends against slow plain versions written another way."""

from decimal import Decimal
from fractions import Fraction
from math import exp, log
from random import Random
from statistics import median
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.series import (
    Sample,
    doubling_time,
    halving_time,
    highest,
    in_order,
    lowest,
    max_rise,
    median_sample,
    percent_fall,
    percent_rise,
    ratio_to_lowest,
    recovery_from_fall,
    recovery_from_rise,
    slope,
    time_since_last,
)

DAY = 86_400
values = st.decimals(-5, 20, places=1)
series = st.lists(st.builds(Sample, st.integers(0, 9).map(float), values), max_size=10)
daily = st.lists(st.builds(Sample, st.integers(0, 9).map(lambda d: float(d * DAY)), values), max_size=9)


def made(*points):
    return [Sample(float(time), Decimal(str(value)), place) for place, (time, value) in enumerate(points)]


def close(amount, expected, places):
    return abs(Fraction(amount) - Fraction(expected)) <= Fraction(1, 2 * 10**places) + Fraction(1, 10**12)


@given(series, st.randoms())
def test_the_order_of_the_samples_does_not_matter(samples, random):
    shuffled = list(samples)
    random.shuffle(shuffled)
    for found in (
        lambda some: max_rise(some, places=2, length=4),
        lambda some: percent_fall(some, places=2),
        lambda some: recovery_from_fall(some, places=2),
        lambda some: slope(some, places=4),
        lambda some: ratio_to_lowest(some, places=2),
    ):
        one, other = found(samples), found(shuffled)
        assert (one and one.amount) == (other and other.amount)


@given(series)
def test_highest_and_lowest_are_the_newest_of_equals(samples):
    if not samples:
        assert highest(samples) is lowest(samples) is None
        return
    top, bottom = highest(samples), lowest(samples)
    assert top.value == sorted(s.value for s in samples)[-1]
    assert bottom.value == sorted(s.value for s in samples)[0]
    assert top.time == max(s.time for s in samples if s.value == top.value)
    assert bottom.time == max(s.time for s in samples if s.value == bottom.value)


@given(series)
def test_the_median_sample_has_half_on_either_side(samples):
    middle = median_sample(samples)
    if not samples:
        assert middle is None
        return
    assert 2 * sum(s.value <= middle.value for s in samples) >= len(samples)
    assert 2 * sum(s.value >= middle.value for s in samples) >= len(samples)


def last_value(samples):
    """Return time and value of the newest sample by hand: the highest of the last moment."""
    end = max(s.time for s in samples)
    return end, max(s.value for s in samples if s.time == end)


@pytest.mark.parametrize(("find", "sign", "pick"), [(percent_fall, -1, max), (percent_rise, 1, min)])
@given(series, st.integers(0, 9))
def test_percent_of_the_extreme_of_what_is_old_enough(find, sign, pick, samples, apart):
    change = find(samples, places=3, apart=apart)
    if not samples:
        assert change is None
        return
    end, last = last_value(samples)
    old = [s.value for s in samples if s.time <= end - apart and s.time != end]
    if not old or pick(old) <= 0:
        assert change is None
    else:
        base = Fraction(pick(old))
        assert close(change.amount, sign * (Fraction(last) - base) / base * 100, 3)


@given(series)
def test_recovery_is_measured_from_the_largest_fall_of_all_pairs(samples):
    falls = [(a.value - b.value, a.value, b.value) for a in samples for b in samples if a.time < b.time]
    recovery = recovery_from_fall(samples, places=3)
    if not falls or max(falls)[0] <= 0:
        assert recovery is None
        return
    largest = max(fall for fall, _, _ in falls)
    newest_mirrored = -max(-s.value for s in samples if s.time == max(t.time for t in samples))
    possible = [Fraction(newest_mirrored - low) / Fraction(largest) * 100 for fall, _, low in falls if fall == largest]
    assert any(close(recovery.amount, share, 3) for share in possible)


@given(series)
def test_recovery_from_a_rise_mirrors_that_from_a_fall(samples):
    mirrored = [Sample(s.time, -s.value, s.position) for s in samples]
    rise, fall = recovery_from_rise(samples, places=2), recovery_from_fall(mirrored, places=2)
    assert (rise and rise.amount) == (fall and fall.amount)
    assert (rise and rise.first.value) == (fall and -fall.first.value)


def test_recovery_by_hand():
    assert recovery_from_fall(made((0, 250), (5, 50), (9, 150)), places=0).amount == 50
    assert recovery_from_fall(made((0, 250), (5, 50)), places=0).amount == 0
    assert recovery_from_fall(made((0, 250), (5, 50), (9, 300)), places=0).amount == 125
    assert recovery_from_fall(made((0, 50), (5, 250)), places=0) is None
    rise = recovery_from_rise(made((0, "1.0"), (2, "3.0"), (5, "1.5")), places=0)
    assert (rise.amount, rise.first.value, rise.last.value) == (75, Decimal("3.0"), Decimal("1.5"))


@given(series, values, st.integers(0, 9))
def test_time_since_the_last_such_value(samples, limit, now):
    found = time_since_last(samples, lambda value: value > limit, now=now)
    expected = [now - s.time for s in samples if s.value > limit and s.time <= now]
    assert found == (min(expected) if expected else None)


@given(daily, st.integers(2, 4))
def test_slope_is_the_median_of_all_slopes(samples, least):
    trend = slope(samples, places=6, least=least)
    points = [(Fraction(s.time) / DAY, Fraction(s.value)) for s in samples]
    slopes = [(w - v) / (u - t) for t, v in points for u, w in points if u > t]
    if len({t for t, _ in points}) < least:
        assert trend is None
        return
    assert close(trend.amount, median(slopes), 6)
    signs = [(one > 0) - (one < 0) for one in slopes]
    assert close(trend.tau, Fraction(sum(signs), len(signs)), 12)
    assert trend.samples == len(samples)


def test_one_typing_error_does_not_move_the_slope():
    rising = made(*((day * DAY, 10 + day) for day in range(9)))
    assert slope(rising, places=3).amount == 1
    wrong = [*rising[:4], Sample(4.0 * DAY, Decimal(140)), *rising[5:]]
    assert abs(slope(wrong, places=3).amount - 1) < Decimal("0.2")


def test_slope_of_a_long_series_looks_at_its_ends():
    many = made(*((day * DAY, day) for day in range(1000)))
    trend = slope(many, places=3)
    assert (trend.amount, trend.first.time, trend.last.time) == (1, 0, 999 * DAY)
    assert trend.samples == 200


@given(st.integers(1, 400), st.integers(3, 8), st.booleans())
def test_doubling_time_of_an_exponential(days, count, falls):
    sign = -1 if falls else 1
    curve = [Sample(float(day * DAY), Decimal(exp(sign * log(2) * day / days)) * 5) for day in range(0, count * 30, 30)]
    found, other = (halving_time, doubling_time) if falls else (doubling_time, halving_time)
    assert abs(found(curve, places=3).amount - days) < Decimal("0.01")
    assert other(curve, places=3) is None


def test_no_doubling_time_without_a_rise_a_positive_value_or_enough_moments():
    assert doubling_time(made((0, 1), (DAY, 2)), places=1) is None
    assert doubling_time(made((0, 1), (DAY, 2)), places=1, least=2).amount == 1
    assert doubling_time(made((0, 1), (DAY, 0), (2 * DAY, 4)), places=1) is None
    assert doubling_time(made((0, 1), (DAY, 9), (2 * DAY, 2), (3 * DAY, 8), (4 * DAY, 3)), places=1) is None
    assert doubling_time(made((0, 2), (0, 4), (0, 8)), places=1) is None


@pytest.mark.parametrize("samples", [[], made((3, 5)), made((3, 5), (3, 9))])
def test_one_moment_is_no_change(samples):
    for found in (percent_fall, percent_rise, recovery_from_fall, recovery_from_rise, slope, ratio_to_lowest):
        assert found(samples, places=2) is None


def test_max_rise_is_not_quadratic():
    random = Random(7)
    many = [Sample(float(place), Decimal(random.randint(0, 999))) for place in range(20_000)]
    start = perf_counter()
    rise = max_rise(many, places=0, length=5_000)
    assert perf_counter() - start < 5, "all pairs of a window would be 100 million"
    assert rise.amount >= 990
    assert in_order(many) == many
