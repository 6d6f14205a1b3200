"""Scores become probabilities; the error of calibration is counted as defined."""

import numpy as np
import pytest

from nlp_engine.text.ner.calibration import Calibration, expected_error
from nlp_engine.training.ner.calibrate import fit, least_probability


def test_between_points_lies_a_straight_line_and_nothing_is_certain():
    curve = Calibration((0.2, 0.6, 0.9), (0.1, 0.5, 1.0))
    assert [curve(score) for score in (0.0, 0.2, 0.4, 0.6, 1.0)] == pytest.approx([0.1, 0.1, 0.3, 0.5, 0.999])


def test_the_error_is_the_mean_distance_over_bins():
    probabilities = [0.95] * 10 + [0.55] * 10
    right = [True] * 9 + [False] + [True] * 2 + [False] * 8
    assert expected_error(probabilities, right) == pytest.approx((0.05 + 0.35) / 2)
    assert expected_error([0.5, 0.5], [True, False]) == pytest.approx(0.0)


def test_a_boastful_model_is_corrected():
    dice = np.random.default_rng(3)
    scores = dice.uniform(0.3, 1.0, 4000)
    right = dice.uniform(size=4000) < scores**3
    curve = fit(list(zip(scores.tolist(), right.tolist(), strict=True)))
    assert curve(0.8) == pytest.approx(0.8**3, abs=0.06)
    raw = expected_error(scores.tolist(), right.tolist())
    assert expected_error([curve(score) for score in scores], right.tolist()) < 0.03 < raw


def test_doubtful_spans_are_left_out_when_that_is_worth_it():
    sure, doubtful = [(0.9, True)] * 60, [(0.2, False)] * 40
    before = 2 * 60 / (100 + 80)
    assert least_probability(sure + doubtful, 80) == pytest.approx(before / 2, abs=1e-4)
    assert least_probability([(0.9, True)] * 60 + [(0.45, True)] * 40, 100) == 0.0
    assert least_probability([], 10) == 0.0
