"""Measures the detection of rows that do not fit their cohort, on the five medical sets of ADBench.

Run ``python benchmarks/anomalies.py [--parts unlabelled split choice labelled autoencoder planted] [--data FOLDER]``.
Labels serve scoring alone; "labelled" chooses on inner folds and scores on outer ones. PyOD's isolation forest is run
here with its defaults; its published figures are those of PyOD's documentation (docs/tables/roc.csv: mean of 20 splits
60/40, cardio and Pima) and, for the sets that PyOD does not list, what our plan gives of ADBench (Han et al. 2022), the
upper end of its ranges.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from pyod.models.iforest import IForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split

from nlp_engine.labs.anomalies.columns import Columns
from nlp_engine.labs.anomalies.detectors import MEMBERS, Autoencoder
from nlp_engine.labs.anomalies.ensemble import combined
from nlp_engine.labs.anomalies.reasons import Cohort, contributions
from nlp_engine.training.anomalies.design import Design, fitted
from nlp_engine.training.anomalies.tuning import by_agreement, by_labels

SETS = ("6_cardio", "29_Pima", "38_thyroid", "4_breastw", "15_Hepatitis")
PUBLISHED = {"6_cardio": 0.924, "29_Pima": 0.668, "38_thyroid": 0.983, "4_breastw": 0.990, "15_Hepatitis": 0.700}
SEEDS = range(10)
Set = tuple[np.ndarray, np.ndarray]


def line(title: str, figures: list[float]) -> None:
    """Print a row of AUROCs and their mean."""
    print(f"  {title:44}", *(f"{figure:.3f}" for figure in figures), f" mean {np.mean(figures):.4f}", flush=True)


def read(folder: Path, names: Sequence[str]) -> dict[str, Set]:
    """Return name -> X, y."""
    found = {}
    for name in names:
        with np.load(folder / f"{name}.npz") as arrays:
            found[name] = (arrays["X"].astype(float), arrays["y"].ravel())
    return found


def unlabelled(sets: dict[str, Set], designs: int) -> None:
    """Fit on all rows without labels, score all rows; mean of ten seeds."""
    print("Unlabelled: fitted on all rows, scores of the same rows, ten seeds:", ", ".join(sets))
    line("isolation forest, published", [PUBLISHED[name] for name in sets])
    line("isolation forest, PyOD's defaults, here", [_mean(forest_scores, *one) for one in sets.values()])
    line("the default design", [_mean(default_scores, *one) for one in sets.values()])
    for member in MEMBERS:
        design = Design(members=(member,))
        line(f"  {member} alone", [roc_auc_score(y, fitted(design, X, seed=0).train_raw) for X, y in sets.values()])
    line("agreement of halves", [tuned_without_labels(*one, designs) for one in sets.values()])


def _mean(scores, X, y) -> float:  # noqa: ANN001, N803
    return float(np.mean([roc_auc_score(y, scores(X, seed)) for seed in SEEDS]))


def forest_scores(X: np.ndarray, seed: int) -> np.ndarray:  # noqa: N803
    """Return PyOD's isolation forest's scores of the rows that it was fitted on."""
    return IForest(random_state=seed).fit(X).decision_scores_


def default_scores(X: np.ndarray, seed: int) -> np.ndarray:  # noqa: N803
    """Return the default ensemble's."""
    return fitted(Design(), X, seed=seed).train_raw


def tuned_without_labels(X: np.ndarray, y: np.ndarray, designs: int) -> float:  # noqa: N803
    """Return the AUROC of the design that agreement chose."""
    choice = by_agreement(X, trials=designs, seed=0)
    return float(roc_auc_score(y, fitted(choice.design, X, seed=0).train_raw))


def split(sets: dict[str, Set]) -> None:
    """Fit on 60 % of the rows, score the other 40 %, ten times, as PyOD's own benchmark does."""
    print("Unlabelled, 60/40 splits, ten times")
    ours, theirs = [], []
    for matrix, y in sets.values():
        figures = []
        for seed in SEEDS:
            train, test = train_test_split(np.arange(len(y)), test_size=0.4, random_state=seed, stratify=y)
            one = fitted(Design(), matrix[train], seed=seed).raw(matrix[test])
            other = IForest(random_state=seed).fit(matrix[train]).decision_function(matrix[test])
            figures.append((roc_auc_score(y[test], one), roc_auc_score(y[test], other)))
        ours.append(np.mean(figures, axis=0)[0])
        theirs.append(np.mean(figures, axis=0)[1])
    line("isolation forest, PyOD's defaults, here", theirs)
    line("the default design", ours)


def choice(sets: dict[str, Set]) -> None:
    """Choose detectors on four sets, score on the fifth; ensembles of at least three."""
    print("Choice of at least three detectors on four sets, scored on the fifth")
    scores = {
        (name, member): fitted(Design(members=(member,)), X, seed=0).train_raw
        for name, (X, _) in sets.items()
        for member in MEMBERS
    }
    groups = [group for size in (3, 4, 5) for group in itertools.combinations(MEMBERS, size)]
    table = {
        group: {name: roc_auc_score(y, combined([scores[name, m] for m in group])) for name, (_, y) in sets.items()}
        for group in groups
    }
    figures = []
    for name in sets:
        best = max(groups, key=lambda g: np.mean([table[g][other] for other in sets if other != name]))
        figures.append(table[best][name])
        print(f"  {name}: {', '.join(best)}")
    line("chosen on the other four", figures)
    line("all five, no choice", [table[MEMBERS][name] for name in sets])


def labelled(sets: dict[str, Set], designs: int) -> None:
    """Tune on each outer fold's training part with its labels, score its test part."""
    print(f"Labelled, nested: 3 outer folds, {designs} designs by 3 inner folds; the default design on the same folds")
    tuned, plain = [], []
    for name, (matrix, y) in sets.items():
        figures = []
        for train, test in StratifiedKFold(3, shuffle=True, random_state=0).split(matrix, y):
            best = by_labels(matrix[train], y[train], trials=designs, seed=0).design
            one = fitted(best, matrix[train], seed=0, labels=y[train]).raw(matrix[test])
            other = fitted(Design(), matrix[train], seed=0).raw(matrix[test])
            figures.append((roc_auc_score(y[test], one), roc_auc_score(y[test], other)))
            print(f"    {name}: {best}", flush=True)
        tuned.append(np.mean(figures, axis=0)[0])
        plain.append(np.mean(figures, axis=0)[1])
        print(f"  {name}: tuned {tuned[-1]:.3f}, default {plain[-1]:.3f}", flush=True)
    line("tuned by labels", tuned)
    line("the default design", plain)


def autoencoder(sets: dict[str, Set]) -> None:
    """Compare our autoencoder with PyOD's (torch) at its defaults; of our decays 10 leads on any four of the sets."""
    from pyod.models.auto_encoder import AutoEncoder

    print("Autoencoders alone, standardised columns, three seeds")
    for decay in (0.001, 0.1, 1.0, 10.0):
        line(
            f"ours, decay {decay}",
            [_of_three(lambda s, d=decay: Autoencoder(d, random_state=s), *x) for x in sets.values()],
        )
    line("PyOD's", [_of_three(lambda s: AutoEncoder(verbose=0, random_state=s), *x) for x in sets.values()])


def _of_three(make, X, y) -> float:  # noqa: ANN001, N803
    return float(np.mean([roc_auc_score(y, make(seed).fit(X).decision_scores_) for seed in range(3)]))


def planted(sets: dict[str, Set], labs: pd.DataFrame) -> None:
    """Move one number of a usual row 8 standard deviations from the median; print who is named first."""
    print("Planted: one of the columns with more than 20 values, 8 SD from the median, 400 rows each")
    tables = {name: pd.DataFrame(X).rename(columns=str) for name, (X, _) in sets.items()}
    for name, table in {"thiopurine labs": labs, **tables}.items():
        columns = Columns.of(table)
        matrix = columns.encode(table)
        wide = [place for place in range(matrix.shape[1]) if len(np.unique(matrix[:, place])) > 20]
        if not wide:
            continue
        ensemble, cohort = fitted(Design(), matrix, seed=0), Cohort.of(table, columns, matrix)
        rows, where = _moved(matrix, np.argsort(np.argsort(ensemble.train_raw)) / len(matrix), wide)
        first = contributions(ensemble.raw, rows, cohort, columns.groups).argmax(axis=1) == where
        above = ensemble.raw(rows) > np.quantile(ensemble.train_raw, 0.95)
        found = above | cohort.far_out(rows).any(axis=1)
        print(
            f"  {name:16} named first {first.mean():.1%}; above the threshold of 5 % {above.mean():.1%}, or far out "
            f"{found.mean():.1%}; far out among rows held back {_held_back(table):.2%}",
            flush=True,
        )


def _moved(matrix: np.ndarray, ranks: np.ndarray, wide: list[int]) -> Set:
    rng = np.random.default_rng(1)
    usual = np.flatnonzero((ranks > 0.1) & (ranks < 0.9))
    rows, where = matrix[rng.choice(usual, 400)].copy(), rng.choice(wide, 400)
    for row, place in zip(rows, where, strict=True):
        row[place] = np.nanmedian(matrix[:, place]) + rng.choice([-8, 8]) * np.nanstd(matrix[:, place])
    return rows, where


def _held_back(table: pd.DataFrame) -> float:
    """Return the share of rows called far out among 40 % that were held back, five splits."""
    shares = []
    for seed in range(5):
        train, test = train_test_split(table, test_size=0.4, random_state=seed)
        columns = Columns.of(train)
        cohort = Cohort.of(train, columns, columns.encode(train))
        shares.append(cohort.far_out(columns.encode(test)).any(axis=1).mean())
    return float(np.mean(shares))


def main() -> None:
    """Print the parts."""
    parts = ("unlabelled", "split", "choice", "planted", "autoencoder", "labelled")
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--designs", type=int, default=10, help="that Optuna tries")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/tables"))
    options = parser.parse_args()
    sets = read(options.data / "adbench", options.sets)
    labs = pd.read_csv(options.data / "thiomon/thiomon.csv").drop(columns=["active", "remission", "days_of_life"])
    labs = labs.astype(float).sample(1500, random_state=0).reset_index(drop=True)
    runs = {
        "unlabelled": lambda: unlabelled(sets, options.designs),
        "split": lambda: split(sets),
        "choice": lambda: choice(sets),
        "labelled": lambda: labelled(sets, options.designs),
        "autoencoder": lambda: autoencoder(sets),
        "planted": lambda: planted(sets, labs),
    }
    for part in options.parts:
        runs[part]()


if __name__ == "__main__":
    main()
