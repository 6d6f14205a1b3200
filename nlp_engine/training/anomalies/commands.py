"""``nlp-engine anomalies fit`` and ``score`` as functions: a table in, a model or scores out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nlp_engine.cells.columns import beside
from nlp_engine.errors import InputError, MissingExtraError
from nlp_engine.training.tables import Kind, as_numbers, kind_of, read_table

if TYPE_CHECKING:
    from nlp_engine.labs.anomalies.cleaning import Matrix
    from nlp_engine.labs.anomalies.model import AnomalyModel

_MOST_LEVELS = 50
_FEWEST_ROWS = 20
MOST_ROWS = 20_000
"""A larger cohort is represented by a random sample: neighbours are looked for among all rows that are kept."""
_FEWEST_OF_A_LABEL = 3
_NUMBERS = (Kind.NUMBER, Kind.YES_NO)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for.

    Parameters
    ----------
    label
        Column of 0 and 1; None: unlabelled.
    ids
        Columns that name a row.
    columns
        Features; all other columns when empty.
    trials
        Designs that Optuna tries; 0: the default design.
    seconds
        No new trial begins after this time.
    contamination
        Share of the training rows above the threshold; the label's share, or 0.05, when None.
    """

    label: str | None = None
    ids: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    trials: int = 0
    seconds: float | None = None
    seed: int = 0
    contamination: float | None = None


def fit_file(path: Path, wanted: Wanted) -> AnomalyModel:
    """Fit a model on a CSV, Parquet or npz file."""
    return fit_frame(read_table(path), wanted, where=path.name)


def fit_frame(table: pd.DataFrame, wanted: Wanted, *, where: str) -> AnomalyModel:
    """Fit a model on a table.

    Raises
    ------
    InputError
        If a column is not there or cannot be a feature, the label is not 0 and 1, or there are too few rows.
    MissingExtraError
        If the extra "models" is not installed.
    """
    try:
        from nlp_engine.labs.anomalies.columns import Columns
        from nlp_engine.labs.anomalies.model import AnomalyModel
        from nlp_engine.labs.anomalies.reasons import Cohort
        from nlp_engine.training.anomalies import tuning
        from nlp_engine.training.anomalies.design import Design, fitted
    except ModuleNotFoundError as error:
        raise MissingExtraError("anomaly detection", "models") from error
    given = len(table)
    if given > MOST_ROWS:
        table = table.sample(MOST_ROWS, random_state=wanted.seed)
    features = _features(table, wanted, where)
    labels = None if wanted.label is None else _labels(table[wanted.label], where)
    if len(features) < _FEWEST_ROWS:
        raise InputError(where, f"has {len(features)} rows", f"give a cohort of at least {_FEWEST_ROWS}")
    columns = Columns.of(features)
    matrix = columns.encode(features)
    if wanted.trials == 0:
        choice = tuning.Choice(Design(), "none: the default design", 0.0, 1)
    else:
        choice = tuning.chosen(matrix, labels, trials=wanted.trials, seed=wanted.seed, seconds=wanted.seconds)
    try:
        ensemble = fitted(choice.design, matrix, seed=wanted.seed, labels=labels)
    except ValueError as error:
        raise InputError(
            where, "has no column that tells rows apart", "give columns that vary and are filled"
        ) from error
    share = wanted.contamination or (0.05 if labels is None else float(labels.mean()))
    raw = ensemble.raw(matrix) if choice.design.normal_only else ensemble.train_raw
    about: dict[str, str | float | int] = {
        "rows": len(features),
        "of": given,
        "members": ", ".join(choice.design.members),
        "criterion": choice.criterion,
        "value": choice.value,
        "designs": choice.trials,
        "contamination": share,
    }
    cohort = Cohort.of(features, columns, matrix)
    return AnomalyModel(columns, ensemble, cohort, float(np.quantile(raw, 1 - share)), about)


def score_file(path: Path, model: AnomalyModel, ids: Sequence[str] = ()) -> tuple[pd.DataFrame, list[str]]:
    """Score the rows of a CSV, Parquet or npz file; see `score_frame`."""
    return score_frame(read_table(path), model, ids, where=path.name)


def score_frame(
    table: pd.DataFrame, model: AnomalyModel, ids: Sequence[str] = (), *, where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Score rows in the table's order: its other columns (or ``ids`` only), the scores; and sentences for the user.

    Raises
    ------
    InputError
        If the table lacks a column of the model.
    """
    _check_names(table, ids, where)
    absent = [name for name in model.columns.names if name not in table.columns]
    if absent:
        raise InputError(where, f"lacks the model's column {', '.join(absent)}", "add it, empty where unknown")
    typed = {name: as_numbers(table[name]) for name in model.columns.numeric}
    typed |= {name: _texts(table[name]) for name in model.columns.levels}
    features = pd.DataFrame(typed, index=table.index)
    told = [
        f"{count} values of {name} are unknown to the model and count as none"
        for name, count in model.columns.unknown_values(features).items()
    ]
    scores = model.score(features)
    kept = beside(list(table.columns), typed, ids, list(scores.columns))
    return pd.concat([table[kept], scores], axis=1), told


def _features(table: pd.DataFrame, wanted: Wanted, where: str) -> pd.DataFrame:
    """Return float columns and columns of text; empty columns are left out."""
    _check_names(table, (*wanted.ids, *wanted.columns, *([wanted.label] if wanted.label else [])), where)
    apart = {*wanted.ids, wanted.label}
    chosen = [name for name in (wanted.columns or table.columns) if name not in apart]
    kinds = {name: kind_of(table[name]) for name in chosen}
    strange = [
        name
        for name, kind in kinds.items()
        if kind is Kind.DATE or (kind is Kind.CATEGORY and table[name].nunique() > _MOST_LEVELS)
    ]
    if strange:
        raise InputError(
            where,
            f"holds dates or text, not numbers or a category, in {', '.join(strange)}",
            "name such a column as --id, or name the features by --columns",
        )
    read = {name: as_numbers if kind in _NUMBERS else _texts for name, kind in kinds.items() if kind is not Kind.EMPTY}
    if not read:
        raise InputError(where, "has no column left as a feature", "name fewer columns as id or label")
    return pd.DataFrame({name: reader(table[name]) for name, reader in read.items()}, index=table.index)


def _texts(column: pd.Series) -> pd.Series:
    """Return stripped text, None where missing."""
    texts = column.astype("string").str.strip().astype(object)
    return texts.where(column.notna(), None)


def _labels(column: pd.Series, where: str) -> Matrix:
    numbers = as_numbers(column)
    if numbers.isna().any() or set(numbers.unique()) != {0.0, 1.0}:
        raise InputError(where, "has something else than 0 and 1 in the label", "write 1 for an anomaly, else 0")
    if min(numbers.sum(), (1 - numbers).sum()) < _FEWEST_OF_A_LABEL:
        raise InputError(where, "has a label that hardly occurs", f"give at least {_FEWEST_OF_A_LABEL} rows of each")
    return numbers.to_numpy(dtype=float)


def _check_names(table: pd.DataFrame, names: Sequence[str], where: str) -> None:
    absent = [name for name in names if name not in table.columns]
    if absent:
        raise InputError(where, f"has no column {', '.join(absent)}", f"its columns are {', '.join(table.columns)}")
