"""Part labels of benchmarks/imaging.py: how far "bacterial" and "viral" mean the same through the whole set.

The patients' numbers are cut into runs. A plain classifier of small pictures (60 principal components and logistic
regression) learns from part train of one run and is asked about part dev of each run; the network is asked too.
Above 0.5 a run calls the same things bacterial, near 0.5 other things, below it the opposite.
"""

from __future__ import annotations

import argparse
import re
from itertools import pairwise

import numpy as np
from imaging_pictures import small_pictures
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from nlp_engine.imaging.chest.model_file import ChestModelFile
from nlp_engine.imaging.chest.preparing import standardise
from nlp_engine.training.images.data import Pictures
from nlp_engine.training.images.runtime import ExportedNetwork

_EDGES = (0, 400, 700, 1000, 1300, 1500, 10_000)
_COARSE = 3
"""Every third row and column, of 192, is what the plain classifier sees."""
CAUSES = ("bacterial", "viral")


def labels(arguments: argparse.Namespace) -> None:
    """Print AUROC bacterial against viral, by the run learnt from and the run asked about."""
    file = ChestModelFile.load(arguments.model)
    pictures = small_pictures(arguments, file.input.size)
    causes = [pictures.classes.index(name) for name in CAUSES]
    train, dev = (_with_cause(part, causes) for part in (pictures.train, pictures.dev))
    tests = [_between(dev, low, high) for low, high in pairwise(_EDGES)]
    runs = [f"{low}-{high - 1}" for low, high in pairwise(_EDGES)]
    runs[-1] = f"{_EDGES[-2]} on"
    print("person number:", ", ".join(runs), "| all")
    counts = [f"{np.mean(dev.labels[rows] == causes[0]):.2f} of {len(rows)}" for rows in tests]
    print("dev, share bacterial:", ", ".join(counts))
    for run, (low, high) in zip(runs, pairwise(_EDGES), strict=True):
        learnt = train.chosen(_between(train, low, high))
        scores = _plain().fit(_seen(learnt), learnt.labels == causes[0]).decision_function(_seen(dev))
        print(f"plain classifier, learnt from {run} ({len(learnt)}):", _told(scores, dev, tests, causes))
    chances = ExportedNetwork(arguments.model).probabilities(
        dev.levels, [view.zoom for view in file.views], file.temperature
    )
    share = chances[:, causes[0]] / (chances[:, causes[0]] + chances[:, causes[1]])
    print(f"network {file.version}:", _told(share, dev, tests, causes))


def _with_cause(part: Pictures, causes: list[int]) -> Pictures:
    return part.chosen(np.flatnonzero(np.isin(part.labels, causes)))


def _between(part: Pictures, low: int, high: int) -> NDArray[np.int64]:
    numbers = np.array([int(re.sub(r"\D", "", str(name))) for name in part.patients])
    return np.flatnonzero((numbers >= low) & (numbers < high))


def _plain() -> Pipeline:
    return make_pipeline(PCA(60, random_state=0), StandardScaler(), LogisticRegression(C=0.05, max_iter=1000))


def _seen(part: Pictures) -> NDArray[np.float32]:
    small = part.levels[:, 1::_COARSE, 1::_COARSE].astype(np.float32)
    return standardise(small).reshape(len(part), -1)


def _told(scores: NDArray[np.float64], dev: Pictures, tests: list[NDArray[np.int64]], causes: list[int]) -> str:
    is_bacterial = dev.labels == causes[0]
    found = [roc_auc_score(is_bacterial[rows], scores[rows]) for rows in (*tests, np.arange(len(dev)))]
    return ", ".join(f"{value:.2f}" for value in found[:-1]) + f" | {found[-1]:.3f}"
