"""Scores become probabilities, whatever their size, precision and number of axes."""

import numpy as np
import pytest

from nlp_engine.probabilities import log_softmax, softmax

SHAPES = [(4,), (3, 4), (2, 3, 4)]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_shares_are_those_of_the_powers_and_keep_shape_and_precision(shape, kind):
    scores = np.random.default_rng(0).normal(scale=3, size=shape).astype(kind)
    powers = np.exp(scores.astype(np.float64))
    wanted = powers / powers.sum(axis=-1, keepdims=True)
    for found in (softmax(scores), np.exp(log_softmax(scores))):
        assert (found.shape, found.dtype) == (shape, np.dtype(kind))
        assert found == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("shares", [softmax, lambda scores: np.exp(log_softmax(scores))])
def test_great_scores_do_not_overflow(shares):
    scores = np.array([[1e4, 1e4, -1e4], [-1e4, -1e4, -1e4]], dtype=np.float32)
    assert shares(scores) == pytest.approx(np.array([[0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]]), abs=1e-6)


def test_scores_are_left_as_they_are():
    scores = np.array([1.0, 2.0])
    softmax(scores)
    log_softmax(scores)
    assert scores.tolist() == [1.0, 2.0]
