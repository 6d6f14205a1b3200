"""Labels that are suspected to be wrong: confident learning on the embeddings (Northcutt, Jiang, Chuang, JAIR 2021).

How probable each label is for a picture is told by other patients' pictures alone: by the labels of the nearest ones,
and by a linear classifier in cross-validation over patients; the logarithms of the two are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.imaging.features.similar import neighbours
from nlp_engine.probabilities import log_softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_NEAREST = 30
_DOUBT = 0.5
"""Added to the count of each label among the neighbours, so that none is impossible."""
_FOLDS = 5
_SHRINKAGE = 0.2
"""Share of the mean variance in the covariance of the linear classifier."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A row whose label may be wrong.

    Parameters
    ----------
    given, likely
        The label that it has, and the one that others of its look have.
    probability
        Of the given label.
    """

    row: int
    given: str
    likely: str
    probability: float


def suspects(
    vectors: NDArray[np.float32], labels: Sequence[str], patients: Sequence[str], *, seed: int = 0
) -> list[Suspect]:
    """Return the rows whose labels are suspected, the most suspect first.

    A row is suspected if another label is more probable than its own, and at least as probable as it is on average
    (the geometric mean) for rows that carry it.
    """
    names, codes = np.unique(np.array(labels, dtype=object), return_inverse=True)
    groups = np.unique(np.array(patients, dtype=object), return_inverse=True)[1]
    if len(names) < 2 or len(np.unique(groups)) < _FOLDS:
        return []
    logs = log_probabilities(vectors, codes, groups, len(names), seed=seed)
    own = logs[np.arange(len(codes)), codes]
    usual = np.array([own[codes == code].mean() for code in range(len(names))])
    others = logs.copy()
    others[np.arange(len(codes)), codes] = -np.inf
    likely = others.argmax(axis=1)
    best = others.max(axis=1)
    rows = np.flatnonzero((best > own) & (best >= usual[likely]))
    ranked = rows[np.argsort(own[rows] - best[rows], kind="stable")]
    return [
        Suspect(int(row), str(names[codes[row]]), str(names[likely[row]]), round(float(np.exp(own[row])), 4))
        for row in ranked
    ]


def log_probabilities(
    vectors: NDArray[np.float32], codes: NDArray[np.int64], groups: NDArray[np.int64], classes: int, *, seed: int
) -> NDArray[np.float64]:
    """Return logarithms (n, classes) for labels 0 to classes - 1, each row's from other groups (patients) alone."""
    scaled = (vectors - vectors.mean(axis=0)) / np.maximum(vectors.std(axis=0), 1e-6)
    near = _by_neighbours(scaled, codes, groups, classes)
    return log_softmax((near + _by_folds(scaled, codes, groups, classes, seed)) / 2)


def _by_neighbours(
    vectors: NDArray[np.float32], codes: NDArray[np.int64], groups: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    near = neighbours(vectors, _NEAREST, groups=groups)
    there = np.isfinite(near.cosines)
    votes = np.stack([((codes[near.rows] == code) & there).sum(axis=1) for code in range(classes)], axis=1)
    return log_softmax(np.log(votes + _DOUBT))


def _by_folds(
    vectors: NDArray[np.float32], codes: NDArray[np.int64], groups: NDArray[np.int64], classes: int, seed: int
) -> NDArray[np.float64]:
    """Linear discriminant analysis with a shrunk covariance, in cross-validation over groups."""
    fold_of_group = np.random.default_rng(seed).permutation(groups.max() + 1) % _FOLDS
    folds = fold_of_group[groups]
    found = np.zeros((len(vectors), classes))
    for fold in range(_FOLDS):
        learnt, asked = folds != fold, folds == fold
        if asked.any():
            found[asked] = _discriminant(vectors[learnt], codes[learnt], vectors[asked], classes)
    return found


def _discriminant(
    vectors: NDArray[np.float32], codes: NDArray[np.int64], asked: NDArray[np.float32], classes: int
) -> NDArray[np.float64]:
    counts = np.bincount(codes, minlength=classes)
    means = np.stack([vectors[codes == code].mean(axis=0) if counts[code] else vectors[0] for code in range(classes)])
    within = vectors - means[codes]
    covariance = within.T @ within / len(vectors)
    spread = float(np.trace(covariance)) / len(covariance)
    covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * spread * np.eye(len(covariance))
    slopes = np.linalg.solve(covariance, means.T)
    priors = np.where(counts > 0, np.log(np.maximum(counts, 1) / len(codes)), -np.inf)
    logits = asked @ slopes - 0.5 * (means * slopes.T).sum(axis=1) + priors
    return log_softmax(logits)
