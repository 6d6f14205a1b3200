"""The interval that flags imply: the best pair of ends, sexes and tests apart where they differ, reasons where not."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.assessment import Flag
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.flags import Bounds, interval_flag
from nlp_engine.labs.intervals import IntervalBook, Person
from nlp_engine.labs.intervals.learning import Flagged, agrees, learn_interval
from nlp_engine.labs.intervals.site_flags import SeenResult, learn_site_intervals
from nlp_engine.record import Sex

CATALOGUE = Catalogue.load()
BOOK = IntervalBook.load(CATALOGUE)
ANALYTES = {analyte.id: analyte for analyte in CATALOGUE.analytes}


def flagged(number, flag=Flag.NORMAL):
    return Flagged(Decimal(str(number)), flag)


def test_the_direction_of_a_plain_flag_follows_from_the_ends():
    results = [flagged(n, Flag.NORMAL if 35 <= n <= 50 else Flag.ABNORMAL) for n in range(20, 70)]
    learnt = learn_interval(results)
    assert (learnt.low, learnt.high, learnt.agreement) == (35, 50, 1.0)
    assert (learnt.results, learnt.flagged) == (50, 34)


def test_a_flag_on_the_wrong_side_is_a_disagreement():
    learnt = learn_interval([flagged(4), flagged(5), flagged(9, Flag.LOW), flagged(1, Flag.LOW)])
    assert learnt.agreeing == 3


def test_inside_a_gap_the_textbook_decides_else_the_middle():
    results = [flagged("3.0", Flag.LOW), flagged("4.0"), flagged("4.4"), flagged("6.0", Flag.HIGH)]
    assert learn_interval(results, Bounds(Decimal("3.5"), Decimal("5.0"), "")).high == Decimal("5.0")
    middle = learn_interval(results, Bounds(Decimal("1.0"), Decimal("9.0"), ""))
    assert (middle.low, middle.high) == (Decimal("3.5"), Decimal("5.2"))


def test_an_end_that_nobody_saw_is_the_textbooks_unless_normal_results_lie_beyond():
    results = [flagged("4.0"), flagged("4.4"), flagged("6.0", Flag.HIGH)]
    assert learn_interval(results, Bounds(Decimal("3.5"), None, "")).low == Decimal("3.5")
    beyond = learn_interval([*results, flagged("3.1")], Bounds(Decimal("3.5"), None, ""))
    assert beyond.low == Decimal("3.1")
    assert "outermost" in beyond.notes[0]
    assert learn_interval(results).low is None


FLAGS = st.sampled_from([Flag.NORMAL, Flag.NORMAL, Flag.ABNORMAL, Flag.LOW, Flag.HIGH])


@given(
    st.lists(st.tuples(st.integers(0, 12), FLAGS), min_size=1, max_size=25).filter(
        lambda r: any(f is Flag.NORMAL for _, f in r)
    )
)
def test_no_other_pair_of_ends_agrees_with_more_flags(rows):
    results = [flagged(number, flag) for number, flag in rows]

    def agreeing(low, high):
        return sum(agrees(interval_flag(one.number, None, Bounds(low, high, "")), one.flag) for one in results)

    numbers = sorted({one.number for one in results})
    best = max(agreeing(low, high) for low in numbers for high in numbers if low <= high)
    assert learn_interval(results).agreeing >= best


def seen(analyte, number, flag, *, sex=Sex.FEMALE, patient="p1", test="T", years=50):
    person = Person(sex, Decimal(years))
    return SeenResult(ANALYTES[analyte], test, patient, person, Decimal(str(number)), flag)


def many(analyte, low, high, numbers, **about):
    """Return results of twelve patients, flagged outside low and high."""
    return [
        seen(analyte, n, Flag.NORMAL if low <= n <= high else Flag.ABNORMAL, patient=f"p{i % 12}", **about)
        for i, n in enumerate(numbers)
    ]


def learnt(results):
    return learn_site_intervals(results, BOOK)


def test_sexes_get_an_interval_each_where_they_differ():
    numbers = [Decimal(n) / 10 for n in range(80, 200)]
    rows = many("hemoglobin", 12, 16, numbers) + many("hemoglobin", 14, 18, numbers, sex=Sex.MALE)
    file = learnt(rows)
    assert {(row.sex, row.low, row.high) for row in file.intervals} == {(Sex.FEMALE, 12, 16), (Sex.MALE, 14, 18)}
    same = learnt(many("sodium", 135, 145, range(120, 160)) + many("sodium", 135, 145, range(120, 160), sex=Sex.MALE))
    assert [(row.sex, row.low, row.high) for row in same.intervals] == [(None, 135, 145)]


def test_tests_of_one_analyte_get_an_interval_each_where_they_differ():
    rows = many("chloride", 96, 108, range(80, 120), test="Chloride")
    rows += many("chloride", 100, 112, range(80, 120), test="Chloride, whole blood")
    assert {(row.test, row.low, row.high) for row in learnt(rows).intervals} == {
        ("Chloride", 96, 108),
        ("Chloride, whole blood", 100, 112),
    }


def test_a_test_that_the_site_does_not_flag_is_said():
    numbers = [Decimal(30 + n % 12) for n in range(60)]
    file = learnt(many("body_temperature", 0, 99, numbers) + many("body_temperature", 0, 99, numbers, sex=Sex.MALE))
    assert [(row.analyte, row.sex) for row in file.not_flagged] == [("body_temperature", None)]
    assert not file.intervals


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (many("sodium", 135, 145, range(130, 150)), "too few: 20 results"),
        (many("sodium", 0, 999, [140] * 50), "no result is flagged"),
        (many("sodium", 999, 1000, range(130, 180)), "every result is flagged"),
        (many("sodium", 135, 145, [140] * 40 + [150]), "too few: 1 flagged"),
        ([seen("sodium", n, Flag.ABNORMAL if n % 2 else Flag.NORMAL, patient=f"p{n % 9}") for n in range(120, 160)],
         "no interval fits"),
        ([seen("sodium", n, Flag.NORMAL, patient="p1") for n in range(120, 160)], "of 1 patients"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_listed_with_the_reason(rows, words):
    file = learnt(rows)
    assert not file.intervals
    assert words in file.not_learnt[0].note


def test_children_and_adults_are_learnt_apart():
    rows = many("alkaline_phosphatase", 30, 110, range(20, 200)) + many(
        "alkaline_phosphatase", 120, 440, range(90, 500), years=8
    )
    assert {(row.age, row.high) for row in learnt(rows).intervals} == {("18y-", 110), ("0d-18y", 440)}


def test_what_a_row_rests_on_is_told():
    (row,) = learnt(many("sodium", 135, 145, range(120, 160))).intervals
    assert (row.results, row.flagged, row.patients, row.agreement, row.code) == (40, 29, 12, 1, "2951-2")
    assert Counter(vars(row))["unit"] == "mmol/L"
