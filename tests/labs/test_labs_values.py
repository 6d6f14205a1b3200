"""Value cells: numbers, comparators, words, spoilt samples; what is ambiguous is said, not guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.labs.values import parse_value


@pytest.mark.parametrize(
    ("cell", "number", "comparator"),
    [
        ("5.6", "5.6", None),
        ("5,6", "5.6", None),
        ("0,123", "0.123", None),
        (" 140 ", "140", None),
        ("6.0", "6.0", None),
        (".5", "0.5", None),
        (">1000", "1000", ">"),
        ("> 1000", "1000", ">"),
        ("≥60", "60", ">="),
        (">=60", "60", ">="),
        ("=>60", "60", ">="),
        ("<0,01", "0.01", "<"),
        ("less than 0.01", "0.01", "<"),
        ("Greater than 90", "90", ">"),
        ("1,234.5", "1234.5", None),
        ("1,234,567", "1234567", None),
        ("1.234,5", "1234.5", None),
        ("1.234.567", "1234567", None),
        ("-5", "-5", None),
        ("\u22125", "-5", None),
        ("\u20132", "-2", None),
        ("\uff15\uff0e\uff16", "5.6", None),
        ("5.6\u00a0", "5.6", None),
        ("6.8 H", "6.8", None),
        ("6.8H", "6.8", None),
        ("6.8 (High)", "6.8", None),
        ("2.1*", "2.1", None),
        ("1.5e3", "1500", None),
        ("1,2 x 10^3", "1200", None),
        ("5*10**4", "50000", None),
        ("10^5", "100000", None),
        ("1 234,5", "1234.5", None),
        ("1'234", "1234", None),
        ("=5.6", "5.6", None),
        ("(5.6)", "5.6", None),
        ("~5", "5", None),
        ("ca. 5,5", "5.5", None),
        ("<0.01 (L)", "0.01", "<"),
        ("H 6.8", "6.8", None),
        ("↑ 6.8", "6.8", None),
        ("6.8 +", "6.8", None),
        ("5.6 L", "5.6", None),
        ("at most 5", "5", "<="),
        ("kleiner als 5", "5", "<"),
    ],
)
def test_numbers(cell, number, comparator):
    parsed = parse_value(cell)
    assert parsed.number == Decimal(number)
    assert parsed.comparator == comparator


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("NEG", "negative"),
        ("Not detected", "negative"),
        ("POSITIVE", "positive"),
        ("3+", "positive"),
        ("trace", "trace"),
        ("Trace-lysed", "trace"),
        ("Spuren", "trace"),
        ("+/-", "indeterminate"),
        ("borderline", "indeterminate"),
        ("nicht nachweisbar", "negative"),
        ("TNTC", "positive"),
        ("MOD", "positive"),
        ("1+ (30 mg/dL)", "positive"),
        ("NEGATIVE (<5)", "negative"),
        ("positive 1:160", "positive"),
        ("1:80", "1:80"),
        ("1 : 40", "1:40"),
    ],
)
def test_words(cell, words):
    parsed = parse_value(cell)
    assert (parsed.number, parsed.words) == (None, words)


@pytest.mark.parametrize(
    ("cell", "remark"),
    [
        ("1,234", "thousands sign"),
        ("250,000", "thousands sign"),
        ("hemolyzed", "problem with the specimen"),
        ("HAEMOLYSED", "problem with the specimen"),
        ("6.8 haemolysed", "problem with the specimen"),
        ("QNS", "problem with the specimen"),
        ("3-5", "a range"),
        ("0\u20132", "a range"),
        ("", "no value"),
        ("n/a", "no value"),
        ("inf", "detection limit"),
        ("see report", "stands in a note"),
        ("See Comments", "stands in a note"),
        ("pending", "pending"),
        ("TNP", "not done"),
        ("cancelled", "not done"),
        ("#DIV/0!", "spreadsheet"),
        ("#N/A", "no value"),
        ("08:15", "a time of day"),
        ("2024-01-02", "a date"),
        ("120/80", "two numbers"),
        ("10-15/HPF", "a range"),
        ("1.2x10E3", "text, not a number"),
        ("quite high", "text, not a number"),
        ("5.6.7", "text, not a number"),
        ("5 6", "text, not a number"),
        ("٣", "text, not a number"),
    ],
)
def test_what_cannot_be_used_is_said(cell, remark):
    parsed = parse_value(cell)
    assert parsed.number is None
    assert remark in parsed.remarks[0]


def test_a_unit_behind_the_number():
    parsed = parse_value("<5,6 mmol/L", is_unit={"mmol/L"}.__contains__)
    assert (parsed.number, parsed.comparator, parsed.unit) == (Decimal("5.6"), "<", "mmol/L")
    flagged = parse_value("5.6 mmol/L (H)", is_unit={"mmol/L"}.__contains__)
    assert (flagged.number, flagged.unit, flagged.remarks) == (
        Decimal("5.6"),
        "mmol/L",
        ("a flag stood in the value cell",),
    )
    assert parse_value("5.6 H", is_unit={"H", "L"}.__contains__).unit is None
    assert parse_value("5 apples", is_unit={"mmol/L"}.__contains__).number is None


@given(st.decimals(-10000, 10000, places=3, allow_nan=False))
def test_a_plain_number_is_read_exactly(number):
    parsed = parse_value(f"{number:f}")
    assert parsed.number == number
    assert parsed.remarks == ()


@given(st.text(max_size=30))
def test_any_text_gives_a_number_a_word_or_a_reason(text):
    parsed = parse_value(text)
    assert parsed.number is not None or parsed.words is not None or parsed.remarks
    if parsed.number is not None:
        assert parsed.number.is_finite()


def test_a_titre_keeps_its_comparator():
    assert (parse_value(">=1:320").comparator, parse_value(">=1:320").words) == (">=", "1:320")


numbers = st.decimals(0, 99999, places=2)


@given(numbers, st.sampled_from(["<", ">", "<=", ">=", ""]), st.sampled_from(["", " H", " (L)", "*", " HH"]))
def test_a_number_survives_what_stands_around_it(number, sign, flag):
    for written in (f"{sign}{number:f}{flag}", f"{sign} {number:f}{flag}", f" {sign}{number:f}\u00a0{flag} "):
        parsed = parse_value(written)
        assert (parsed.number, parsed.comparator) == (number, sign or None)


@given(numbers)
def test_a_decimal_comma_is_a_point_and_brackets_change_nothing(number):
    assert parse_value(f"{number:f}".replace(".", ",")).number == number
    assert parse_value(f"({number:f})").number == number


@given(st.text(alphabet="0123456789.,:/-+<>=()[]eExHL %^* \u00b1", max_size=16))
def test_figures_and_signs_never_fail_and_are_read_alike_twice(text):
    parsed = parse_value(text)
    assert parsed == parse_value(f" {text} ")
    if parsed.number is not None:
        assert sum(map(str.isdigit, text)) >= 1
