"""Figures against plain slow definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sklearn", reason="needs the extra models")

from sklearn.metrics import average_precision_score, roc_auc_score

from nlp_engine.training import metrics

CASES = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=4, max_size=40).filter(
    lambda cases: 0 < sum(label for label, _ in cases) < len(cases)
)


def parted(cases):
    return np.array([label for label, _ in cases], dtype=np.int64), np.array([score / 8 for _, score in cases])


@given(CASES)
@settings(max_examples=60, deadline=None)
def test_auroc_counts_pairs(cases):
    labels, scores = parted(cases)
    pairs = [(a > b) + (a == b) / 2 for a in scores[labels == 1] for b in scores[labels == 0]]
    assert metrics.auroc(labels, scores) == pytest.approx(np.mean(pairs))
    assert metrics.auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))


@given(CASES, st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_a_cut_off_counts(cases, at):
    labels, scores = parted(cases)
    row = metrics.threshold(labels, scores, at)
    hits = sum(1 for label, score in zip(labels, scores, strict=True) if label and score >= at)
    assert row.sensitivity == pytest.approx(hits / labels.sum())
    flagged = int((scores >= at).sum())
    assert row.positive_value == (pytest.approx(hits / flagged) if flagged else None)


def test_average_precision():
    random = np.random.default_rng(0)
    labels, scores = random.integers(0, 2, 200), random.random(200)
    assert metrics.average_precision(labels, scores) == pytest.approx(average_precision_score(labels, scores))


def test_calibration_of_true_probabilities_and_of_exaggerated_ones():
    random = np.random.default_rng(0)
    true = random.uniform(0.02, 0.98, 20_000)
    labels = (random.random(20_000) < true).astype(np.int64)
    slope, intercept = metrics.calibration_line(labels, true)
    assert slope == pytest.approx(1, abs=0.05)
    assert intercept == pytest.approx(0, abs=0.05)
    assert metrics.calibration_error(metrics.reliability(labels, true)) < 0.02
    exaggerated = 1 / (1 + np.exp(-2 * metrics.log_odds(true)))
    assert metrics.calibration_line(labels, exaggerated)[0] == pytest.approx(0.5, abs=0.03)
    assert metrics.calibration_error(metrics.reliability(labels, exaggerated)) > 0.05


def test_wilson_interval_of_a_textbook_example():
    # Newcombe, Stat Med 1998;17:857, table I: 81 of 263.
    interval = metrics.wilson(81, 263)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)
    assert metrics.wilson(0, 0) is None


def test_an_interval_over_groups_is_wider_when_rows_repeat():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 60)
    scores = labels + random.normal(0, 1, 60)
    groups = np.array([str(n) for n in range(60)], dtype=object)
    five = [np.repeat(part, 5) for part in (labels, scores, groups)]
    rows = metrics.auroc_interval(five[0], [five[1]], groups=None, seed=0)
    grouped = metrics.auroc_interval(five[0], [five[1]], groups=five[2], seed=0)
    assert grouped.high - grouped.low > 1.5 * (rows.high - rows.low)


def test_bins_of_like_width_hold_what_lies_in_them():
    labels = np.array([1, 0, 0, 1, 1])
    bins = metrics.reliability_by_width(labels, np.array([0.05, 0.09, 0.5, 0.97, 1.0]))
    assert [(one.count, one.observed) for one in bins] == [(2, 0.5), (1, 0.0), (2, 1.0)]
    assert metrics.calibration_error(bins) == pytest.approx((2 * 0.43 + 0.5 + 2 * 0.015) / 5)


def test_one_kind_of_case_has_no_auroc():
    assert np.isnan(metrics.auroc(np.ones(3, dtype=np.int64), np.array([0.1, 0.2, 0.3])))


def test_a_bootstrap_draws_whole_groups():
    """A hundred copies of thirty cases say no more than the thirty."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 30)
    scores = random.random(30) + labels / 2
    many = np.repeat(np.arange(30), 100)
    alone = metrics.auroc_interval(labels, [scores], groups=None, seed=0)
    copied = metrics.auroc_interval(labels[many], [scores[many]], groups=many.astype(object), seed=0)
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high), abs=0.03)
    assert str(metrics.Interval(0.5, 0.25, 0.75, places=4)) == "0.5000 (0.2500 to 0.7500)"
