"""The best legal sequence of BIO tags: I-X only after B-X or I-X."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_path(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the legal tag sequence with the highest sum of scores.

    Parameters
    ----------
    scores
        Log-probabilities, shape (words, 1 + 2 * labels), tags ordered as ``bio_tags``: O, B-1, I-1, B-2, I-2, ...

    Returns
    -------
    ndarray
        Tag indices, shape (words,). Linear in words and in tags: only I-tags have a restricted predecessor.
    """
    likeliest = scores.argmax(axis=1)
    return likeliest if _is_legal(likeliest) else _search(scores)


def _is_legal(path: NDArray[np.int64]) -> bool:
    """Return whether each I-tag follows its B-tag or itself."""
    before = np.concatenate(([0], path[:-1]))
    inside = (path > 0) & (path % 2 == 0)
    return bool(np.all(~inside | (before == path) | (before == path - 1)))


def _search(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the best legal path by dynamic programming (Viterbi)."""
    words, tags = scores.shape
    back = np.zeros((words, tags), dtype=np.int64)
    inside = np.arange(2, tags, 2)
    best = scores[0].astype(np.float64)
    best[inside] = -np.inf
    for word in range(1, words):
        anywhere = int(best.argmax())
        step = np.full(tags, best[anywhere])
        back[word] = anywhere
        begins_better = best[inside - 1] >= best[inside]
        back[word, inside] = np.where(begins_better, inside - 1, inside)
        step[inside] = np.maximum(best[inside - 1], best[inside])
        best = step + scores[word]
    path = np.zeros(words, dtype=np.int64)
    path[-1] = best.argmax()
    for word in range(words - 1, 0, -1):
        path[word - 1] = back[word, path[word]]
    return path


def spans_of(path: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return (first word, word after the last, label index) of each span in a legal path."""
    spans: list[tuple[int, int, int]] = []
    start = -1
    for word, tag in enumerate([*path.tolist(), 0]):
        if start >= 0 and (tag == 0 or tag % 2 == 1):
            spans.append((start, word, (int(path[start]) - 1) // 2))
            start = -1
        if tag % 2 == 1:
            start = word
    return spans
