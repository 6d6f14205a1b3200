"""Features -> the columns that the network takes; the same code serves training and use.

A number or yes/no is one column, NaN where it is missing; a category one column a level (a single one for two levels);
"missing" is a column of its own where the training rows had both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp_engine.fusion.risk.model_file import FeatureSpec

Value: TypeAlias = float | str | None
"""A feature's value; a yes/no is 1 or 0, None is missing."""
OTHER = "other"
"""The level that takes the rare values of a category, where there are some."""
_LARGEST = float(np.finfo(np.float32).max)
Matrix: TypeAlias = NDArray[np.float32]


def encode(specs: Sequence[FeatureSpec], rows: Sequence[Mapping[str, Value]]) -> Matrix:
    """Return one row a case, shape (cases, columns of all features)."""
    width = sum(len(columns_of(spec)) for spec in specs)
    matrix = np.empty((len(rows), width), dtype=np.float32)
    for number, row in enumerate(rows):
        matrix[number] = [cell for spec in specs for cell in _cells(spec, usable(spec, row.get(spec.name)))]
    return matrix


def columns_of(spec: FeatureSpec) -> list[str]:
    """Return the names of a feature's columns."""
    is_category = spec.kind == "category"
    names = [f"{spec.name} = {level}" for level in _told_levels(spec)] if is_category else [spec.name]
    return [*names, f"{spec.name} missing"] if spec.has_indicator else names


def usable(spec: FeatureSpec, value: Value) -> Value:
    """Return the value, None if it is missing, of the wrong kind, or a level that was never seen."""
    if spec.kind == "category":
        if not isinstance(value, str):
            return None
        return value if value in spec.levels else OTHER if OTHER in spec.levels else None
    return float(value) if isinstance(value, int | float) and abs(value) <= _LARGEST else None


def level_of(spec: FeatureSpec, word: str) -> str | None:
    """Return the level that a word names, in whatever case ("male" for "Male"); None if there is none."""
    if word in spec.levels:
        return word
    return {level.casefold(): level for level in spec.levels}.get(word.casefold())


def _cells(spec: FeatureSpec, value: Value) -> list[float]:
    if spec.kind == "category":
        cells = [float(value == level) for level in _told_levels(spec)]
    else:
        cells = [float(value) if isinstance(value, float) else nan]
    return [*cells, float(value is None)] if spec.has_indicator else cells


def _told_levels(spec: FeatureSpec) -> tuple[str, ...]:
    return spec.levels[1:] if len(spec.levels) == 2 else spec.levels
