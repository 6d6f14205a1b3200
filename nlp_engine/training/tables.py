"""A feature table of a file: one row a case, columns told apart by what they hold.

CSV (``.csv``, also gzipped; any usual encoding and delimiter, decimal commas), Parquet, and ``.npz`` with an array
``X`` and, where there are labels, ``y``, as outlier benchmarks have it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api import types

from nlp_engine.cells.columns import TableKind
from nlp_engine.cells.plain import MISSING_WORDS, NO_WORDS, YES_WORDS, plain_limit
from nlp_engine.errors import InputError
from nlp_engine.model_files import BROKEN_ARRAYS
from nlp_engine.readers.frames import csv_frame

_NPZ_FEATURES, _NPZ_LABELS = "X", "y"
_ANY_COLUMNS = TableKind((), needed=(), times=())
_NUMBERS_FROM = 0.95
"""Share of the filled cells of a text column that must read as numbers for it to be one."""
_DATES_FROM = 0.95
_TRUTHS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"})


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    YES_NO = "yes_no"
    CATEGORY = "category"
    DATE = "date"
    EMPTY = "empty"


def read_table(path: Path, *, text: Collection[str] = ()) -> pd.DataFrame:
    """Read a table with its columns as they are named in the file.

    Parameters
    ----------
    text
        Columns of a CSV file that are text, even where it reads as numbers: a version, a patient's id.

    Raises
    ------
    nlp_engine.errors.InputError
        If there is no such file, its form is unknown, it cannot be read, has no rows, or a column name stands twice.
    """
    name = path.name.lower()
    if not path.exists():
        raise InputError(path.name, "does not exist", "give a .csv, .parquet or .npz file")
    try:
        if name.endswith((".csv", ".csv.gz")):
            frame = csv_frame(path, _ANY_COLUMNS, missing=MISSING_WORDS, text=text)
        elif name.endswith((".parquet", ".pq")):
            frame = pd.read_parquet(path)
        elif name.endswith(".npz"):
            frame = _npz(path)
        else:
            raise InputError(path.name, "is no table that can be read", "give a .csv, .parquet or .npz file")
    except (*BROKEN_ARRAYS, KeyError) as error:
        raise InputError(path.name, "cannot be read as a table", "give a complete file with one header line") from error
    frame.columns = [str(name).strip() or f"Unnamed: {place}" for place, name in enumerate(frame.columns)]
    twice = sorted(set(frame.columns[frame.columns.duplicated()]))
    if twice:
        raise InputError(path.name, f'the column "{twice[0]}" stands twice', "give each column a name of its own")
    if frame.empty:
        raise InputError(path.name, "has no rows", "give a table with one row a case")
    for name in frame.columns:
        if name not in text and (numbers := _numbers_with_commas(frame[name])) is not None:
            frame[name] = numbers
    return frame


def _numbers_with_commas(column: pd.Series) -> pd.Series | None:
    """Return a text column as numbers if it holds nearly only plain numbers, some with a comma (``5,6``); else None."""
    if not (types.is_object_dtype(column) or types.is_string_dtype(column)):
        return None
    given = column.dropna()
    words = [str(word) for word in given]
    if not any("," in word for word in words):
        return None
    limits = {word: plain_limit(word.strip()) for word in dict.fromkeys(words)}
    numbers = {word: float(limit) for word, limit in limits.items() if limit is not None}
    if sum(word in numbers for word in words) < _NUMBERS_FROM * len(words):
        return None
    return pd.Series([numbers.get(word) for word in words], index=given.index, dtype=float).reindex(column.index)


def _npz(path: Path) -> pd.DataFrame:
    with np.load(path, allow_pickle=False) as arrays:
        if _NPZ_FEATURES not in arrays:
            raise ValueError("no X")
        features = np.asarray(arrays[_NPZ_FEATURES])
        frame = pd.DataFrame(features, columns=[f"x{number}" for number in range(features.shape[1])])
        if _NPZ_LABELS in arrays:
            frame[_NPZ_LABELS] = np.asarray(arrays[_NPZ_LABELS]).ravel()
    return frame


def kind_of(column: pd.Series) -> Kind:
    """Say what a column holds; text that reads as numbers or dates nearly everywhere is numbers or dates."""
    filled = column.dropna()
    if filled.empty:
        return Kind.EMPTY
    if types.is_bool_dtype(filled):
        return Kind.YES_NO
    if types.is_numeric_dtype(filled):
        return Kind.YES_NO if set(filled.unique()) <= {0, 1} else Kind.NUMBER
    if types.is_datetime64_any_dtype(filled):
        return Kind.DATE
    words = filled.astype("string").str.strip()
    if any(set(words.str.lower().unique()) <= truth for truth in _TRUTHS):
        return Kind.YES_NO
    if pd.to_numeric(words, errors="coerce").notna().mean() >= _NUMBERS_FROM:
        return Kind.NUMBER
    return Kind.DATE if _is_date(words) else Kind.CATEGORY


def _is_date(words: pd.Series) -> bool:
    """Say whether text is ISO dates (``2024-05-01``, with or without a time)."""
    if not words.str.match(r"\d{4}-\d{2}-\d{2}").mean() >= _DATES_FROM:
        return False
    return bool(pd.to_datetime(words, errors="coerce", format="ISO8601").notna().mean() >= _DATES_FROM)


def as_numbers(column: pd.Series) -> pd.Series:
    """Return a numeric or yes/no column as floats, NaN where nothing (or no number) is there.

    Infinite values count as nothing.
    """
    if not (types.is_bool_dtype(column) or types.is_numeric_dtype(column)):
        words = column.astype("string").str.strip().str.lower()
        if words.dropna().isin(YES_WORDS | NO_WORDS).all():
            words = words.replace({**dict.fromkeys(YES_WORDS, "1"), **dict.fromkeys(NO_WORDS, "0")})
        column = pd.to_numeric(words, errors="coerce")
    numbers = column.to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan), index=column.index, name=column.name)


def as_dates(column: pd.Series) -> pd.Series:
    """Return a date column as timestamps in UTC, NaT where nothing is there."""
    return pd.to_datetime(column, errors="coerce", utc=True, format="ISO8601")
