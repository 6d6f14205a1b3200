"""Measures risk models by nested cross-validation on public tables; every seed is fixed, every fold printed.

Run ``OMP_NUM_THREADS=1 python benchmarks/risk.py [FOLDER]``; FOLDER (default ``../shared/data/tables``) holds
``heart_cleveland/`` and ``thiomon/``. Choice of the model, tuning and calibration are repeated inside each outer fold.

Thiomon has no patient id, so that visits of one patient stand on both sides of a random split: that figure is too good.
Two harsher splits keep all panels of one stretch of age (30 and 365 days of life) on one side: a patient's visits of
one month or one year stay together, along with those of others of the same age.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from nlp_engine.training import metrics
from nlp_engine.training.risk.nested import NestedResult, nested
from nlp_engine.training.risk.train import Job, Prepared, prepare
from nlp_engine.training.tables import read_table

DEFAULT = Path("../shared/data/tables")
SEED = 20261127
FLOORS = {"cleveland": 0.89, "thiomon": 0.81}
BLOCK = "block of age"


def main() -> None:
    """Print everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    heart = read_table(folder / "heart_cleveland" / "heart_cleveland.csv")
    measure("cleveland", heart, Job(target="num>0"), trials=12, folds=10, repeats=2)
    panels = read_table(folder / "thiomon" / "thiomon.csv")
    measure("thiomon", panels, Job(target="remission"), trials=7, folds=10, repeats=1)
    for days in (30, 365):
        blocked = panels.assign(**{BLOCK: (panels["days_of_life"] // days).astype("string")})
        blocked.loc[panels["days_of_life"].isna(), BLOCK] = pd.NA
        job = Job(target="remission", group=BLOCK)
        measure(f"thiomon, blocks of {days} days of life", blocked, job, trials=6, folds=5, repeats=1)


def measure(name: str, frame: pd.DataFrame, job: Job, *, trials: int, folds: int, repeats: int) -> None:
    """Print what the guard refused, each fold, and the figures over all."""
    start = perf_counter()
    prepared = prepare(frame, job)
    settings = replace(job.search, trials=trials, seed=SEED)
    print(f"\n{name}: {len(prepared.task.labels)} rows, {prepared.task.labels.sum()} with the outcome {job.target}")
    for leak in prepared.refused:
        print(f"  refused: {leak.column}: {leak.reason}")
    result = nested(prepared.task, settings, folds=folds, repeats=repeats)
    tell(prepared, result, FLOORS.get(name))
    print(f"  {perf_counter() - start:.0f} s")


def tell(prepared: Prepared, result: NestedResult, floor: float | None) -> None:
    """Print the figures of one nested cross-validation."""
    labels, said = prepared.task.labels, result.probabilities
    for number, fold in enumerate(result.folds, start=1):
        print(f"  fold {number}: {fold.auroc:.3f} (inner {fold.inner_auroc:.3f}) {fold.family}: {fold.params}")
    values = [fold.auroc for fold in result.folds]
    print(f"  mean of {len(values)} folds: AUROC {np.mean(values):.4f}, standard deviation {np.std(values):.3f}")
    against = "" if floor is None else f"; floor {floor}: {'held' if np.mean(values) >= floor else 'MISSED'}"
    print(f"  all rows together: AUROC {result.auroc}{against}")
    slope, intercept = metrics.calibration_line(labels, said)
    error = metrics.calibration_error(metrics.reliability(labels, said))
    print(
        f"  Brier {metrics.brier(labels, said):.3f}, calibration error {error:.3f}, "
        f"slope {slope:.2f}, intercept {intercept:+.2f}"
    )
    ranked = sorted(result.importance.items(), key=lambda item: -item[1])[:6]
    print("  rests on: " + ", ".join(f"{name} {fall:.3f}" for name, fall in ranked))


if __name__ == "__main__":
    main()
