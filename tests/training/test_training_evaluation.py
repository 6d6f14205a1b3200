"""The counting of hits, against examples counted by hand."""

import pytest

from nlp_engine.training.corpora import LabelledSpan
from nlp_engine.training.evaluation import count_by_label, total

GOLD = [LabelledSpan(0, 5, "PROBLEM"), LabelledSpan(10, 20, "PROBLEM"), LabelledSpan(30, 35, "DRUG")]


def test_perfect():
    counts = count_by_label([(GOLD, GOLD)])
    assert total(counts.values()).f1 == 100
    assert {label: c.gold for label, c in counts.items()} == {"DRUG": 1, "PROBLEM": 2}


def test_border_error_is_a_relaxed_hit_only():
    counts = count_by_label([(GOLD, [LabelledSpan(0, 5, "PROBLEM"), LabelledSpan(12, 20, "PROBLEM")])])
    assert (counts["PROBLEM"].precision, counts["PROBLEM"].recall) == (50, 50)
    assert counts["PROBLEM"].relaxed_f1 == 100
    assert counts["DRUG"].f1 == 0
    assert total(counts.values()).recall == pytest.approx(100 / 3)


def test_wrong_label_is_no_hit_at_all():
    counts = count_by_label([([LabelledSpan(0, 5, "DRUG")], [LabelledSpan(0, 5, "TEST")])])
    assert total(counts.values()).relaxed_f1 == 0
    assert (counts["TEST"].predicted, counts["TEST"].gold) == (1, 0)


def test_two_predictions_on_one_gold_span_count_once_for_recall():
    predicted = [LabelledSpan(10, 14, "PROBLEM"), LabelledSpan(15, 20, "PROBLEM")]
    counts = count_by_label([(GOLD, predicted)])["PROBLEM"]
    assert (counts.gold_touched, counts.predicted_touched) == (1, 2)


def test_nothing_found_is_zero_not_an_error():
    assert total(count_by_label([(GOLD, [])]).values()).as_dict()["f1"] == 0
    assert count_by_label([]) == {}
