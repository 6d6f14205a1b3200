"""The rule language: what it accepts, what it refuses and where, and its evaluation with a trace."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.decisions.expression import FactType, parse_expression
from nlp_engine.decisions.values import Kind, Range
from nlp_engine.errors import KnowledgeError

FACTS = {
    "takes_metformin": FactType(Kind.TRUTH),
    "p": FactType(Kind.TRUTH),
    "q": FactType(Kind.TRUTH),
    "egfr": FactType(Kind.NUMBER),
    "x": FactType(Kind.NUMBER),
    "y": FactType(Kind.NUMBER),
    "note": FactType(Kind.TEXT, frozenset({"present", "absent", "possible"})),
    "word": FactType(Kind.TEXT),
}


def judge(text, **values):
    known = {name: Decimal(v) if isinstance(v, int) and not isinstance(v, bool) else v for name, v in values.items()}
    return parse_expression(text, FACTS, where="f.yaml, rule r, when").evaluate(known.get)


@pytest.mark.parametrize(
    ("text", "values", "answer"),
    [
        ("takes_metformin and egfr < 30", {"takes_metformin": True, "egfr": 24}, True),
        ("takes_metformin and egfr < 30", {"takes_metformin": False}, False),
        ("takes_metformin and egfr < 30", {"takes_metformin": True}, None),
        ("takes_metformin and egfr < 30", {"egfr": 45}, False),
        ("p or q", {"p": True}, True),
        ("p or q", {"p": False}, None),
        ("not p", {}, None),
        ("not p", {"p": False}, True),
        ("2 < x <= 5", {"x": 5}, True),
        ("2 < x <= 5", {"x": 2}, False),
        ("2 < x < y", {"x": 1}, False),
        ("2 < x < y", {"x": 3}, None),
        ("x - y >= 0.3", {"x": Decimal("1.4"), "y": Decimal("1.1")}, True),
        ("x + y == 0.3", {"x": Decimal("0.1"), "y": Decimal("0.2")}, True),
        ("x * 3 == 0.3", {"x": Decimal("0.1")}, True),
        ("x / y >= 1.5", {"x": Decimal("1.35"), "y": Decimal("0.9")}, True),
        ("x / y > 1", {"x": 1, "y": 0}, None),
        ("x / (y - y) > 1 or p", {"x": 1, "y": 2, "p": True}, True),
        ("-x < -1", {"x": 2}, True),
        ("1 + 2 * x == 7", {"x": 3}, True),
        ("(1 + 2) * x == 9", {"x": 3}, True),
        ('note == "absent"', {"note": "absent"}, True),
        ("note != 'absent'", {"note": "possible"}, True),
        ('note in ["present", "possible"]', {"note": "possible"}, True),
        ('note not in ["present", "possible"]', {"note": "possible"}, False),
        ('note in ["present"]', {}, None),
        ("x in [1, 2.50]", {"x": Decimal("2.5")}, True),
        ("egfr < 30", {"egfr": Range.of(Decimal(60), ">")}, False),
        ("egfr > 90", {"egfr": Range.of(Decimal(60), ">")}, None),
        ("egfr + 1 < 30", {"egfr": Range.of(Decimal(60), ">")}, None),
        ("  egfr\n   < 30 ", {"egfr": 3}, True),
        ("x * x > 1", {"x": Decimal("1E+600000")}, None),
    ],
)
def test_evaluation(text, values, answer):
    assert judge(text, **values).value is answer


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("takes_metformin and egrf < 30", 21, 'unknown fact "egrf", did you mean "egfr"?'),
        ("   egrf < 30", 4, "egrf"),
        ('word == "é" and egrf > 1', 17, "egrf"),
        ("p and\n egrf < 1", 8, "egrf"),
        ("zzzzzzzz", 1, "nothing declared is like it"),
        ("takes_metformin < 30", 1, "is true or false"),
        ("30 > takes_metformin", 6, "is true or false"),
        ("p == q", 1, "is true or false"),
        ("egfr", 1, "is a number, a condition is needed"),
        ("p and egfr", 7, "is a number, a condition is needed"),
        ("egfr < 'high'", 8, "is a word, but"),
        ("note == 3", 9, "is a number, but"),
        ("note < 'absent'", 1, "compare words with"),
        ("note == 'presnt'", 9, 'never "presnt", did you mean "present"?'),
        ("'zz' == note", 1, "it can be absent, possible, present"),
        ("note in ['present', 'absnt']", 21, 'never "absnt", did you mean "absent"?'),
        ("note in ['present', 3]", 21, "does not fit"),
        ("note in egfr", 9, "a list is needed"),
        ("note in []", 9, "a list is needed"),
        ("egfr + p > 3", 8, "a number is needed to calculate"),
        ("egfr is 3", 9, "this comparison is unknown"),
        ("egfr < 1e3", 8, "not a plain number"),
        ("egfr < 0x1F", 8, "not a plain number"),
        ("egfr < 1_000", 8, "not a plain number"),
        ("p == True", 6, "not a plain number"),
        ("abs(egfr) < 3", 1, "not part of the rule language"),
        ("egfr ** 2 < 3", 1, "not part of the rule language"),
        ("egfr if p else x", 1, "not part of the rule language"),
        ("p.real", 1, "not part of the rule language"),
        ("[p for p in q]", 1, "not part of the rule language"),
        ("(p := q)", 2, "not part of the rule language"),
        ("egfr < 30 # low", 11, "comment"),
        ("egfr <", 6, "cannot be read"),
        ("", 1, "has 1 to 1000 characters"),
        ("p or " * 300 + "p", 1, "has 1 to 1000 characters"),
        ("p\0", 2, "cannot be read"),
    ],
)
def test_refused_with_place_and_hint(text, column, words):
    with pytest.raises(KnowledgeError) as caught:
        parse_expression(text, FACTS, where="kidney.yaml, rule r, when")
    assert caught.value.where == f"kidney.yaml, rule r, when, column {column}"
    assert words in caught.value.problem


def test_trace_of_a_true_or_names_every_true_part():
    verdict = judge("p or egfr < 30 or x > 1", p=True, egfr=45, x=2)
    assert verdict.decisive == ("p", "x")
    assert verdict.missing == ()


def test_trace_of_a_false_and_names_the_false_parts():
    assert judge("p and egfr < 30 and q", p=True, egfr=45).decisive == ("egfr",)


def test_trace_of_unknown_names_what_stands_in_the_way():
    verdict = judge("p and egfr < 30 and x > y", p=True, x=2)
    assert verdict.missing == ("egfr", "y")
    assert verdict.decisive == ()


def test_trace_of_a_division_by_zero_and_of_a_range():
    assert judge("x / y > 1", x=1, y=0).missing == ("x", "y")
    assert judge("egfr > x", egfr=Range.of(Decimal(60), ">"), x=90).missing == ("egfr",)


def test_names_stand_in_order_of_appearance():
    assert parse_expression("q and x > 1 and q or p", FACTS, where="").names == ("q", "x", "p")


numbers = st.decimals(0, 10**9, places=6)


@given(numbers, numbers)
def test_numbers_are_read_exactly(a, b):
    assert judge(f"x < {b:f}", x=a).value is (a < b)
    assert judge(f"x == {a:f}", x=a).value is True


conditions = st.recursive(
    st.sampled_from(["p", "q", "x > 1", "x / y < 2"]),
    lambda inner: st.one_of(
        inner.map(lambda a: f"not ({a})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    ),
    max_leaves=8,
)
truths = st.sampled_from([True, False, None])
maybe = st.none() | st.sampled_from([Decimal(0), Decimal(1), Decimal(3)])


@given(conditions, truths, truths, maybe, maybe)
def test_filling_in_what_is_missing_never_turns_an_answer_round(text, p, q, x, y):
    before = judge(text, p=p, q=q, x=x, y=y).value
    filled = {"p": p, "q": q, "x": x, "y": y}
    for name, value in (("p", True), ("q", False), ("x", Decimal(2)), ("y", Decimal(4))):
        filled[name] = value if filled[name] is None else filled[name]
    if before is not None:
        assert judge(text, **filled).value is before
