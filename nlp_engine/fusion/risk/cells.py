"""A cell of a table -> the value of a feature, read as the training table was."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import TypeAlias

import numpy as np

from nlp_engine.cells.plain import MISSING_WORDS, plain_limit, plain_truth
from nlp_engine.fusion.risk.encoding import Value, level_of
from nlp_engine.fusion.risk.model_file import FeatureSpec

Cell: TypeAlias = object
"""Text of a CSV file, or what a Parquet file or a data frame holds; None where nothing is there."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def value_of(spec: FeatureSpec, cell: Cell) -> tuple[Value, bool]:
    """Return the value of a feature, None where nothing is there, and whether the cell was understood.

    A word of another case is its level; one that the model never met is returned as it is.
    """
    if is_missing(cell):
        return None, True
    if spec.kind == "category":
        word = str(cell).strip()
        level = level_of(spec, word)
        return level or word, level is not None
    number = _truth(cell) if spec.kind == "yes_no" else _number(cell)
    return number, number is not None


def is_missing(cell: Cell) -> bool:
    """Say whether nothing is there: None, an empty cell, or a word for it ("NA", "?")."""
    return cell is None or (isinstance(cell, str) and cell.strip() in MISSING_WORDS)


def _truth(cell: Cell) -> float | None:
    truth = plain_truth(str(cell))
    number = _number(cell) if truth is None else float(truth)
    return number if number in {0.0, 1.0} else None


def _number(cell: Cell) -> float | None:
    if isinstance(cell, str):
        text = cell.strip()
        plain = plain_limit(text)
        number = float(plain) if plain is not None else float(text) if _NUMBER.fullmatch(text) else None
    else:
        number = float(cell) if isinstance(cell, int | float | Decimal | np.number | np.bool_) else None
    return number if number is not None and isfinite(number) else None
