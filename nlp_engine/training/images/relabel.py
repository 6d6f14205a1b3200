"""Labels that the pictures of other patients speak against count for less: soft targets by cross-fitting.

The patients of part train are dealt into folds. For each fold a small network learns from the others and says what it
sees in that fold, so no network judges what it has learnt. How what is seen clearly in the fold was labelled is counted
(Northcutt, Jiang and Chuang, Confident learning, J. Artif. Intell. Res. 2021;70:1373), and Bayes' rule then tells what
a picture's class is, given what is seen in it and its label. Where the labels of a fold say little of its pictures,
they count little. Part dev keeps its labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_engine.errors import InputError
from nlp_engine.training.images.config import ImageConfig
from nlp_engine.training.images.data import PictureSet
from nlp_engine.training.images.folds import deal
from nlp_engine.training.images.progress import Progress
from nlp_engine.training.images.scores import probabilities_of
from nlp_engine.training.images.trainer import Trainer


@dataclass(frozen=True)
class Relabelled:
    """A set whose part train has targets, and the seconds of training that they took, also before a cut."""

    pictures: PictureSet
    seconds: float = 0.0


def relabelled(
    pictures: PictureSet, config: ImageConfig, *, flip: bool, seed: int, work: Path, progress: Progress
) -> Relabelled:
    """Return the set with targets for part train; as it is if the configuration does not ask for them.

    The folds are gone through from the last to the first; what a network learns from are the targets of the folds
    before it and the labels of those that are still to come. Each fold keeps its checkpoint in the work folder, so a
    run that was cut off goes on.

    Raises
    ------
    nlp_engine.errors.InputError
        If there are fewer patients than folds, or an id has no running number.
    """
    relabel, train = config.relabel, pictures.train
    if relabel is None:
        return Relabelled(pictures)
    folds = deal(train.patients, relabel.folds, seed=seed, running_number=relabel.running_number)
    if len(np.unique(folds)) < relabel.folds:
        raise InputError("relabel", f"asks for {relabel.folds} folds of fewer patients", "ask for fewer folds")
    learning = relabel.network_of(config)
    targets, seconds = np.eye(len(pictures.classes))[train.labels], 0.0
    for fold in reversed(range(relabel.folds)):
        progress(f"labels, fold {fold + 1} of {relabel.folds}: {learning.network}")
        inside, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        digest = f"{pictures.digest} fold {fold} of {relabel.folds}, {relabel.running_number}"
        rest = replace(pictures, train=replace(train.chosen(others), targets=targets[others]), digest=digest)
        trainer = Trainer(rest, learning, flip=flip)
        network = trainer.train(seed + fold, work / f"labels-{fold}.pt", progress=progress)
        seconds += trainer.seconds
        seen = probabilities_of(network, train.levels[inside])
        targets[inside] = weighed(seen, train.labels[inside], relabel.trust)
    doubted = int((targets.argmax(axis=1) != train.labels).sum())
    progress(f"labels that networks of other patients would change: {doubted} of {len(train)}")
    return Relabelled(replace(pictures, train=replace(train, targets=targets)), seconds)


def weighed(seen: NDArray[np.float64], labels: NDArray[np.int64], trust: float) -> NDArray[np.float64]:
    """Return the chance of each class, given what was seen and what was labelled, (n, classes).

    Parameters
    ----------
    seen
        (n, classes), by a network that did not learn from these pictures.
    labels
        (n,).
    trust
        Power of the evidence of the label: 1 is Bayes' rule, more keeps nearer to the labels.
    """
    likelihood = label_habits(seen, labels)
    chances = seen * likelihood[:, labels].T ** trust
    shares: NDArray[np.float64] = chances / chances.sum(axis=1, keepdims=True)
    return shares


def label_habits(seen: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how often what is seen as class i is labelled j, (classes, classes); each row adds up to 1.

    Only pictures that are seen clearly count: as likely of a class as those labelled so are on the mean (the
    confident joint of the paper). One picture more, spread evenly, stands for what a small fold cannot know.
    """
    classes = range(seen.shape[1])
    usual = np.array([seen[labels == each, each].mean() if np.any(labels == each) else np.inf for each in classes])
    is_clear = seen >= usual
    clear = is_clear.any(axis=1)
    likeliest = np.where(is_clear, seen, -1.0).argmax(axis=1)
    counts = np.full((len(classes), len(classes)), 1 / len(classes))
    np.add.at(counts, (likeliest[clear], labels[clear]), 1)
    habits: NDArray[np.float64] = counts / counts.sum(axis=1, keepdims=True)
    return habits
