"""How good a network is on patients that it had not learnt from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, confusion_matrix

from nlp_engine.training import metrics
from nlp_engine.training.images.calibration import expected_calibration_error
from nlp_engine.training.images.config import Aim, ImageConfig
from nlp_engine.training.images.data import Pictures
from nlp_engine.training.images.findings import presence_of, probability_of
from nlp_engine.training.images.index import is_normal
from nlp_engine.training.images.runtime import ExportedNetwork
from nlp_engine.training.images.scores import pair_auroc
from nlp_engine.training.images.shifts import SHIFTS
from nlp_engine.training.images.thresholds import Answers, Limits, answers, choose, cross_validated
from nlp_engine.training.metrics import Interval

_DRAWS, _PLACES = 500, 4
UNCHANGED = "none"
"""Name of the first row of the shifts."""
Said = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class FindingResult:
    """All figures of one finding."""

    is_present: NDArray[np.bool_]
    probability: NDArray[np.float64]
    aim: Aim
    auroc: Interval
    average_precision: float
    calibration_error: float
    limits: Limits
    answers: Answers
    cross_validated: Answers


@dataclass(frozen=True, slots=True)
class ShiftResult:
    """Figures under one fixed change of all pictures."""

    name: str
    auroc: dict[str, float]
    pairs: dict[str, float]
    answers: dict[str, Answers]


@dataclass(frozen=True)
class Evaluation:
    """All figures of a network.

    Parameters
    ----------
    pairs
        "a against b" -> AUROC among the pictures of both, for the classes that are not normal.
    confusion
        True class a row, most probable class a column.
    shifts
        Under each change of ``shifts.py``, at the same limits; the first is none.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    findings: dict[str, FindingResult]
    pairs: dict[str, Interval]
    confusion: NDArray[np.int64]
    shifts: tuple[ShiftResult, ...] = ()


def evaluate(
    said: Said,
    pictures: Pictures,
    classes: tuple[str, ...],
    findings: dict[str, tuple[str, ...]],
    config: ImageConfig,
    *,
    seed: int = 0,
) -> Evaluation:
    """Return the figures; intervals are bootstrapped over patients, not pictures.

    Parameters
    ----------
    said
        Probabilities by change, see `say`. The limits reach their aim under each change, so that they hold for
        pictures of other machines too; all other figures, but those of ``shifts``, are of the unchanged pictures.
    """
    labels, patients = pictures.labels, pictures.patients
    results = {}
    for name, members in findings.items():
        is_present = presence_of(labels, classes, members)
        looks = np.stack([probability_of(one, classes, members) for one in said.values()])
        results[name] = _finding(is_present, looks, patients, config.aim(name), seed)
    plain = said[UNCHANGED]
    pairs = {name: _pair(plain, labels, patients, pair, seed) for name, pair in contrasts(classes).items()}
    confusion = confusion_matrix(labels, plain.argmax(axis=1), labels=list(range(len(classes))))
    evaluation = Evaluation(classes, plain, results, pairs, confusion)
    shifts = tuple(_shift(name, one, labels, evaluation, findings) for name, one in said.items())
    return replace(evaluation, shifts=shifts)


def say(network: ExportedNetwork, pictures: Pictures, *, zooms: Sequence[float], temperature: float) -> Said:
    """Return the probabilities (n, classes) of unchanged pictures, and under each simulated change."""
    said = {UNCHANGED: network.probabilities(pictures.levels, zooms, temperature)}
    for name, change in SHIFTS.items():
        said[name] = network.probabilities(change(pictures.levels), zooms, temperature)
    return said


def contrasts(classes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return "a against b" -> their places, for classes that are not normal."""
    places = [at for at, name in enumerate(classes) if not is_normal(name)]
    return {f"{classes[a]} against {classes[b]}": (a, b) for a in places for b in places if a < b}


def interval(figure: Callable[[metrics.Rows], float], patients: NDArray[np.object_], seed: int) -> Interval:
    """Return a figure of rows with its 95 % bootstrap interval, whole patients being drawn.

    Draws in which a class is missing have no figure and are left out.
    """
    return replace(metrics.bootstrap(figure, len(patients), groups=patients, seed=seed, draws=_DRAWS), places=_PLACES)


def auroc(is_present: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve; not a number where only one kind is there."""
    return metrics.auroc(is_present.astype(np.int64), probability)


def _pair(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    patients: NDArray[np.object_],
    pair: tuple[int, int],
    seed: int,
) -> Interval:
    return interval(lambda rows: pair_auroc(probabilities[rows], labels[rows], *pair), patients, seed)


def _finding(
    is_present: NDArray[np.bool_], looks: NDArray[np.float64], patients: NDArray[np.object_], aim: Aim, seed: int
) -> FindingResult:
    """Return the figures of a finding whose probabilities are (changes, n), the first being no change."""
    said = looks[0]
    limits = choose(is_present, looks, aim)
    return FindingResult(
        is_present=is_present,
        probability=said,
        aim=aim,
        auroc=interval(lambda rows: auroc(is_present[rows], said[rows]), patients, seed),
        average_precision=float(average_precision_score(is_present, said)),
        calibration_error=expected_calibration_error(is_present, said),
        limits=limits,
        answers=answers(is_present, said, limits),
        cross_validated=cross_validated(is_present, looks, patients, aim, seed=seed),
    )


def _shift(
    name: str,
    said: NDArray[np.float64],
    labels: NDArray[np.int64],
    evaluation: Evaluation,
    findings: dict[str, tuple[str, ...]],
) -> ShiftResult:
    classes = evaluation.classes
    chances = {finding: probability_of(said, classes, members) for finding, members in findings.items()}
    known = {finding: result.is_present for finding, result in evaluation.findings.items()}
    return ShiftResult(
        name=name,
        auroc={finding: auroc(known[finding], chances[finding]) for finding in findings},
        pairs={pair: pair_auroc(said, labels, a, b) for pair, (a, b) in contrasts(classes).items()},
        answers={
            finding: answers(known[finding], chances[finding], evaluation.findings[finding].limits)
            for finding in findings
        },
    )
