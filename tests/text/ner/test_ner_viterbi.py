"""The decoder against a plain slow search over all sequences."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.text.ner.viterbi import best_path, spans_of


def is_legal(path):
    """I-X (even, from 2) only after B-X or I-X."""
    before = [0, *path[:-1]]
    return all(
        tag == 0 or tag % 2 == 1 or previous in (tag, tag - 1) for previous, tag in zip(before, path, strict=True)
    )


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(1, 2), st.integers(0, 10_000))
def test_path_is_the_best_legal_one(words, labels, seed):
    tags = 1 + 2 * labels
    scores = np.random.default_rng(seed).normal(size=(words, tags)).astype(np.float32)
    legal = [path for path in product(range(tags), repeat=words) if is_legal(path)]
    best = max(legal, key=lambda path: sum(float(scores[word, tag]) for word, tag in enumerate(path)))
    assert tuple(best_path(scores).tolist()) == best


@pytest.mark.parametrize(
    ("path", "spans"),
    [
        ([0, 0], []),
        ([1], [(0, 1, 0)]),
        ([1, 2, 2, 0], [(0, 3, 0)]),
        ([1, 1, 2], [(0, 1, 0), (1, 3, 0)]),
        ([0, 3, 4, 1], [(1, 3, 1), (3, 4, 0)]),
    ],
)
def test_spans_of_a_path(path, spans):
    assert spans_of(np.array(path)) == spans
