"""Window functions against slow plain versions."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.series import (
    Sample,
    max_fall,
    max_rise,
    ratio_to_lowest,
    ratio_to_median,
    rounded,
    within,
)

values = st.decimals(0, 20, places=2)
series = st.lists(st.builds(Sample, st.integers(0, 12).map(float), values), max_size=12)


def ordered(samples):
    return sorted(samples, key=lambda s: s.time)


def largest_lasting_rise(points, length, since):
    """Return the largest rise of all pairs of (time, value); of one that the newest value has undone, what is left."""
    _, newest = max(points, default=(0, 0))
    rises = []
    for early, first in points:
        for late, last in points:
            if early < late <= early + length and late >= since:
                rises.append(last - first if newest > first else min(last, newest) - first)
    return max(rises, default=None)


@given(series, st.integers(0, 12), st.integers(0, 12))
def test_max_rise_is_the_largest_of_all_pairs(samples, length, since):
    change = max_rise(ordered(samples), places=2, length=length, since=since)
    expected = largest_lasting_rise([(s.time, s.value) for s in samples], length, since)
    assert (change and change.amount) == expected
    if change:
        assert change.last.time >= since
        assert change.last.value - change.first.value == change.amount


@given(series, st.integers(0, 12), st.integers(0, 12))
def test_max_fall_is_the_largest_of_all_pairs(samples, length, since):
    change = max_fall(ordered(samples), places=2, length=length, since=since)
    expected = largest_lasting_rise([(s.time, -s.value) for s in samples], length, since)
    assert (change and change.amount) == expected
    if change:
        assert change.first in samples
        assert change.first.value - change.last.value == change.amount


@given(series)
def test_ratio_to_lowest(samples):
    newest = max(((s.time, s.value) for s in samples), default=(0, 0))
    earlier = [s.value for s in samples if s.time < newest[0]]
    change = ratio_to_lowest(samples, places=2)
    if not earlier or min(earlier) == 0:
        assert change is None
    else:
        assert change.amount == rounded(newest[1] / min(earlier), 2)


@given(st.builds(Sample, st.just(99.0), values), series)
def test_ratio_to_median_uses_a_measured_value(last, earlier):
    change = ratio_to_median(last, earlier, places=2)
    if change:
        below = sum(s.value <= change.first.value for s in earlier)
        above = sum(s.value >= change.first.value for s in earlier)
        assert 2 * below >= len(earlier)
        assert 2 * above >= len(earlier)
        assert change.amount == rounded(last.value / change.first.value, 2)


@given(series, st.integers(0, 12), st.integers(0, 12))
def test_within_keeps_both_ends_and_order(samples, end, length):
    inside = within(samples, end=end, length=length)
    assert inside == ordered([s for s in samples if end - length <= s.time <= end])


def test_a_rise_of_exactly_the_limit():
    rise = max_rise([Sample(0, Decimal("1.1")), Sample(1, Decimal("1.4"))], places=2, length=1)
    assert rise.amount == Decimal("0.3")
    assert 1.4 - 1.1 < 0.3, "the reason for decimals"


def test_a_rise_that_the_newest_value_has_undone_does_not_count():
    samples = [Sample(float(hour), Decimal(value)) for hour, value in [(0, "10.6"), (10, "11.6"), (20, "8.6")]]
    assert max_rise(samples, places=2, length=48).amount == Decimal("-2.0")
    assert max_rise([*samples, Sample(30.0, Decimal("9.0"))], places=2, length=48).amount == Decimal("0.40")
    assert max_rise([*samples, Sample(30.0, Decimal("11.0"))], places=2, length=48).amount == Decimal("2.40")


def test_two_values_of_one_moment_are_no_change():
    assert max_rise([Sample(0, Decimal(1)), Sample(0, Decimal(5))], places=2, length=9) is None


def test_rounding_is_half_up_and_survives_a_typing_error():
    assert rounded(Decimal("0.125"), 2) == Decimal("0.13")
    assert rounded(Decimal("1E+30"), 2) == Decimal("1E+30")
