"""Present, absent or not sure: two limits a finding, chosen for a stated specificity and sensitivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_engine.training.images.config import Aim
from nlp_engine.training.images.folds import deal

_EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Limits:
    """From ``present_at`` on a finding is present, up to ``absent_at`` absent."""

    present_at: float
    absent_at: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What the limits mean on some pictures.

    Parameters
    ----------
    specificity
        Share of the pictures without the finding that are not answered "present".
    sensitivity
        Share of the pictures with the finding that are not answered "absent".
    found
        Share of the pictures with the finding that are answered "present".
    cleared
        Share of the pictures without the finding that are answered "absent".
    not_sure
        Share of all pictures.
    """

    specificity: float
    sensitivity: float
    found: float
    cleared: float
    not_sure: float


def choose(is_present: NDArray[np.bool_], probability: NDArray[np.float64], aim: Aim) -> Limits:
    """Return the limits nearest to each other that reach the aim.

    Where a network is so good that they would cross, both stay true when they change places.

    Parameters
    ----------
    is_present
        Which pictures have the finding, (n,).
    probability
        (n,), or (looks, n): the aim is then reached in each look.
    """
    looks = np.atleast_2d(probability)
    without, with_it = looks[:, ~is_present], looks[:, is_present]
    high = float(np.quantile(without, aim.specificity, axis=1, method="higher").max()) + _EDGE
    low = float(np.quantile(with_it, 1 - aim.sensitivity, axis=1, method="lower").min()) - _EDGE
    high, low = max(high, low), min(high, low)
    return Limits(present_at=round(min(high, 1 - _EDGE), 4), absent_at=round(max(low, _EDGE), 4))


def answers(is_present: NDArray[np.bool_], probability: NDArray[np.float64], limits: Limits) -> Answers:
    """Return what the limits mean on these pictures."""
    yes, no = probability >= limits.present_at, probability <= limits.absent_at
    return Answers(
        specificity=float(1 - yes[~is_present].mean()),
        sensitivity=float(1 - no[is_present].mean()),
        found=float(yes[is_present].mean()),
        cleared=float(no[~is_present].mean()),
        not_sure=float((~yes & ~no).mean()),
    )


def cross_validated(
    is_present: NDArray[np.bool_],
    probability: NDArray[np.float64],
    patients: NDArray[np.object_],
    aim: Aim,
    *,
    folds: int = 5,
    seed: int = 0,
) -> Answers:
    """Return what limits mean on patients that they were not chosen on.

    The limits are chosen on the patients of all folds but one, on all looks, and applied to the first look at that
    one's pictures; the answers of all folds are counted together. Where the other patients all have the finding, or
    none has, there is nothing to choose by, and the answer is "not sure".

    Parameters
    ----------
    probability
        (n,), or (looks, n).
    """
    looks = np.atleast_2d(probability)
    places = deal(patients, folds, seed=seed)
    verdict = np.full(looks.shape[1], 0.5)
    for fold in range(folds):
        inside, outside = places == fold, places != fold
        if is_present[outside].all() or not is_present[outside].any():
            continue
        limits = choose(is_present[outside], looks[:, outside], aim)
        said = looks[0, inside]
        verdict[inside] = np.where(said >= limits.present_at, 1.0, np.where(said <= limits.absent_at, 0.0, 0.5))
    return answers(is_present, verdict, Limits(present_at=0.9, absent_at=0.1))
