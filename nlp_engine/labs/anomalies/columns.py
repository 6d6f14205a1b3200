"""Named columns -> the matrix that detectors take, and back to the columns that a reader knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nlp_engine.errors import InputError
from nlp_engine.labs.anomalies.cleaning import Matrix


@dataclass(frozen=True, slots=True)
class Columns:
    """The features of a model.

    Parameters
    ----------
    numeric
        Names of columns of numbers.
    levels
        Category -> its values, the most frequent first; each becomes a column of 0 and 1. A missing or unknown value
        is 0 in all of them.
    """

    numeric: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Columns:
        """Learn them from a frame of float columns and columns of text."""
        numeric = tuple(str(name) for name in frame.columns if pd.api.types.is_float_dtype(frame[name]))
        texts = (str(name) for name in frame.columns if name not in numeric)
        return cls(numeric, {name: tuple(map(str, frame[name].value_counts().index)) for name in texts})

    @property
    def names(self) -> tuple[str, ...]:
        """All features, in the order of `groups`."""
        return (*self.numeric, *self.levels)

    @property
    def groups(self) -> list[list[int]]:
        """Return for each feature its positions in the matrix."""
        places = [[place] for place in range(len(self.numeric))]
        start = len(self.numeric)
        for values in self.levels.values():
            places.append(list(range(start, start + len(values))))
            start += len(values)
        return places

    def encode(self, frame: pd.DataFrame) -> Matrix:
        """Return a matrix (rows, positions) with NaN where a number is missing or infinite.

        Raises
        ------
        InputError
            If a column is not there.
        """
        absent = [name for name in self.names if name not in frame.columns]
        if absent:
            raise InputError(
                "the table", f"lacks the model's column {', '.join(absent)}", "add it, empty where unknown"
            )
        numbers = frame[list(self.numeric)].to_numpy(dtype=float, na_value=np.nan)
        numbers = np.where(np.isfinite(numbers), numbers, np.nan)
        flags = [
            (frame[name].astype("string") == value).fillna(False).to_numpy(dtype=float)
            for name, values in self.levels.items()
            for value in values
        ]
        return np.column_stack([numbers, *flags]) if flags else numbers

    def unknown_values(self, frame: pd.DataFrame) -> dict[str, int]:
        """Count, by category, the filled cells whose value the training rows did not have."""
        counts = {name: int((frame[name].notna() & ~frame[name].isin(self.levels[name])).sum()) for name in self.levels}
        return {name: count for name, count in counts.items() if count}
