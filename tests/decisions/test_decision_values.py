"""Kleene truth tables, and ranges compared as every number in them would be."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.decisions.units import said
from nlp_engine.decisions.values import Range, all_of, any_of, compare, negate

T, F, U = True, False, None
AND = {(T, T): T, (T, F): F, (T, U): U, (F, T): F, (F, F): F, (F, U): F, (U, T): U, (U, F): F, (U, U): U}
OR = {(T, T): T, (T, F): T, (T, U): T, (F, T): T, (F, F): F, (F, U): U, (U, T): T, (U, F): U, (U, U): U}
kleene = st.sampled_from([T, F, U])


@pytest.mark.parametrize(("a", "b"), list(product([T, F, U], repeat=2)))
def test_truth_tables(a, b):
    assert all_of([a, b]) is AND[a, b]
    assert any_of([a, b]) is OR[a, b]
    assert negate(a) is {T: F, F: T, U: U}[a]


@given(st.lists(kleene))
def test_de_morgan(values):
    assert negate(all_of(values)) is any_of([negate(v) for v in values])


small = st.integers(-3, 3).map(Decimal)
ranges = st.builds(Range, st.none() | small, st.none() | small, st.booleans(), st.booleans())
SIGNS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def members(number):
    """The quarter steps from -5 to 5 that the number can be: fine enough to tell open from closed limits."""
    steps = [Decimal(n) / 4 for n in range(-20, 21)]
    if isinstance(number, Decimal):
        return [number]
    above = [s for s in steps if number.low is None or s > number.low or (s == number.low and not number.low_open)]
    return [s for s in above if number.high is None or s < number.high or (s == number.high and not number.high_open)]


@given(st.sampled_from(sorted(SIGNS)), small | ranges, small | ranges)
def test_comparison_of_ranges_is_that_of_all_their_members(sign, a, b):
    answers = {SIGNS[sign](x, y) for x in members(a) for y in members(b)}
    if not answers:
        return
    expected = answers.pop() if len(answers) == 1 else None
    assert compare(sign, a, b) is expected


def test_unknown_compares_to_unknown():
    assert compare("<", None, Decimal(3)) is None
    assert compare(">=", Decimal(3), None) is None


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (Decimal("6.0"), "mmol/L", "6.0 mmol/L"),
        (Decimal("37.25"), "Cel", "37.25 °C"),
        (Decimal(97), "%", "97%"),
        (Decimal("1.23456789"), None, "1.235"),
        (Decimal("1E+2"), None, "100"),
        (Decimal("1E+40"), None, "1.00E+40"),
        (Range.of(Decimal(60), ">"), "mL/min/{1.73_m2}", ">60 mL/min/1.73 m²"),
        (Range.of(Decimal("0.1"), "<="), "{INR}", "≤0.1"),
        (Range(Decimal(1), Decimal(3)), "{score}", "1 to 3"),
        (True, None, "yes"),
        ("absent", None, "absent"),
        (None, "mmol/L", "not known"),
    ],
)
def test_values_in_words(value, unit, words):
    assert said(value, unit) == words


def test_the_range_that_holds_several_results():
    low, high = Decimal(4), Decimal(7)
    assert Range.spanning([high, low]) == Range(low, high)
    assert Range.spanning([low, Range.of(high, ">")]) == Range(low=low)
    assert Range.spanning([Range.of(high, "<"), Range.of(high, "<=")]) == Range(high=high)
    assert Range.spanning([high, Range(low=high, low_open=True)]) == Range(low=high)
