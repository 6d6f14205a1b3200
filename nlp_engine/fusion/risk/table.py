"""A table of cases -> an estimate a row, with what the model could not use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nlp_engine.cells.columns import beside
from nlp_engine.errors import InputError
from nlp_engine.fusion.risk.cells import value_of
from nlp_engine.fusion.risk.encoding import Value, usable
from nlp_engine.fusion.risk.model import Estimate, RiskModel
from nlp_engine.fusion.risk.model_file import FeatureSpec, RiskModelFile
from nlp_engine.fusion.risk.words import reasons_of, why_none

FLAGGED, NOT_FLAGGED, NO_ESTIMATE = "flagged", "not flagged", "no estimate"
RESULTS = (
    "probability", "decision", "cut_off", "cut_off_reached", "reasons", "missing", "no_estimate_because",
    "model", "model_version",
)  # fmt: skip
"""Columns that are added to those that are kept."""


@dataclass(frozen=True)
class Scored:
    """One row a row of the table, in its order, under its index; and sentences for the user about columns."""

    table: pd.DataFrame
    told: tuple[str, ...]


def score_table(
    table: pd.DataFrame, model: RiskModel, ids: Sequence[str] = (), *, at: float | None = None, where: str = "the table"
) -> Scored:
    """Return the other columns, and of each row the probability, decision and reasons, or why there is none.

    Parameters
    ----------
    table
        A column a feature, under the names that the model was trained with; a cell may be text.
    ids
        Only these of the other columns are kept; all of them where none is given.
    at
        The cut-off of the decision; the model's own by default.

    Raises
    ------
    nlp_engine.errors.InputError
        If an id column or every column of the model is lacking, or an id column has the name of a result.
    """
    _check_ids(table, ids, where)
    specs = model.file.features
    lacking = [spec.name for spec in specs if spec.name not in table.columns]
    if len(lacking) == len(specs):
        raise InputError(where, "has no column of the model", f"name its columns {', '.join(lacking)}")
    told = _told_lacking(lacking)
    columns: dict[str, list[Value]] = {}
    for spec in specs:
        if spec.name in table.columns:
            columns[spec.name], remark = _read(spec, table[spec.name])
            told += remark
    cut = model.file.decision_threshold if at is None else at
    rows = [
        _row(model.file, model.estimate({name: values[row] for name, values in columns.items()}), cut)
        for row in range(len(table))
    ]
    results = pd.DataFrame(rows, columns=list(RESULTS), index=table.index).astype({"probability": float})
    kept = beside(list(table.columns), {spec.name for spec in specs}, ids, RESULTS)
    return Scored(pd.concat([table[kept], results], axis=1), tuple(told))


def _check_ids(table: pd.DataFrame, ids: Sequence[str], where: str) -> None:
    for name in ids:
        if name not in table.columns:
            raise InputError(where, f'has no column "{name}"', "name a column of the table as id")
        if name in RESULTS:
            raise InputError(where, f'has an id column "{name}", as a result is named', "give it another name")


def _told_lacking(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    columns = "a column" if len(names) == 1 else f"{len(names)} columns"
    return [f"the table lacks {columns} of the model, missing in every row: {', '.join(names)}"]


def _read(spec: FeatureSpec, column: pd.Series) -> tuple[list[Value], list[str]]:
    """Return the values of a column, and a sentence about cells that were not understood."""
    read = [value_of(spec, cell) for cell in column.astype(object).where(column.notna(), None)]
    values = [value for value, _ in read]
    strange = [value for value, is_understood in read if not is_understood]
    if not strange:
        return values, []
    if spec.kind == "category":
        other = usable(spec, strange[0])
        means = "are missing" if other is None else f'are "{other}"'
        return values, [f"{spec.name}: {len(strange)} cells hold words that the model never met; to it they {means}"]
    kind = "yes or no" if spec.kind == "yes_no" else "one plain number"
    return values, [f"{spec.name}: {len(strange)} cells are not {kind} and count as missing"]


def _row(file: RiskModelFile, estimate: Estimate, cut: float) -> tuple[object, ...]:
    probability = estimate.probability
    missing = "; ".join(spec.label for spec in estimate.missing)
    if probability is None:
        return (np.nan, NO_ESTIMATE, cut, np.nan, "", missing, why_none(estimate), file.id, file.version)
    reached = [row.at for row in file.thresholds if probability >= row.at]
    return (
        round(probability, 6),
        FLAGGED if probability >= cut else NOT_FLAGGED,
        cut,
        max(reached, default=np.nan),
        "; ".join(reason.words for reason in reasons_of(estimate.effects)),
        missing,
        "",
        file.id,
        file.version,
    )
