"""A raw table -> features with their specifications; every change is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nlp_engine.fusion.risk.encoding import OTHER, Value
from nlp_engine.fusion.risk.model_file import FeatureSpec
from nlp_engine.training.risk.columns import ColumnNote
from nlp_engine.training.tables import Kind, as_dates, as_numbers, kind_of

_FEWEST = 5
"""Rows that must have a value, be missing, or share a level for that to be a feature of its own."""
_MOST_LEVELS = 30
_STAND_INS = (-1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0)
"""Numbers that tables use for "not known"; taken for it only where they lie far from all others."""
_FAR = 5.0
"""How far a stand-in lies from the other values, in widths of their range."""
_SHOWN_LABEL = str.maketrans("_", " ")
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Rows with the values of each feature, the specifications, and a sentence a change."""

    rows: list[dict[str, Value]]
    specs: tuple[FeatureSpec, ...]
    remarks: tuple[str, ...]


def clean(
    frame: pd.DataFrame, notes: Mapping[str, ColumnNote] | None = None, *, index_time: pd.Series | None = None
) -> Cleaned:
    """Return the features of a table that holds candidate columns only.

    No outcome is looked at here, so that nothing of it can slip into the features.

    Parameters
    ----------
    index_time
        With it a date column becomes the days from the date to the index time; without it a date is no feature.
    """
    remarks: list[str] = []
    values: dict[str, list[Value]] = {}
    specs: list[FeatureSpec] = []
    for name in frame.columns:
        column, kind = _feature(frame[name], index_time, remarks)
        if column is not None:
            note = (notes or {}).get(name, ColumnNote())
            specs.append(_spec(name, column, kind, note))
            values[name] = _values(column, kind)
    rows: list[dict[str, Value]] = [{name: values[name][n] for name in values} for n in range(len(frame))]
    return Cleaned(rows, tuple(specs), tuple(remarks))


def _feature(column: pd.Series, index_time: pd.Series | None, remarks: list[str]) -> tuple[pd.Series | None, Kind]:
    """Return the cleaned column, None if it is no feature."""
    kind, name = kind_of(column), column.name
    if kind is Kind.DATE and index_time is not None:
        column, kind = (index_time - as_dates(column)) / _DAY, Kind.NUMBER
        remarks.append(f"{name}: turned into days before the index time")
    if kind in {Kind.NUMBER, Kind.YES_NO}:
        column = _numbers(column, remarks)
    elif kind is Kind.CATEGORY:
        column = _levels(column, remarks)
    filled = column.dropna()
    missing = len(column) - len(filled)
    if kind is Kind.DATE:
        remarks.append(f"{name}: left out, a date; name the index time to use the days before it")
    elif len(filled) < _FEWEST:
        remarks.append(f"{name}: left out, only {len(filled)} rows have a value")
    elif filled.nunique() < 2 and missing < _FEWEST:
        remarks.append(f"{name}: left out, it is constant")
    elif kind is Kind.CATEGORY and filled.nunique() > _MOST_LEVELS:
        remarks.append(f"{name}: left out, {filled.nunique()} different words")
    else:
        return column, kind
    return None, kind


def _numbers(column: pd.Series, remarks: list[str]) -> pd.Series:
    numbers = as_numbers(column)
    unread = int(column.notna().sum() - numbers.notna().sum())
    if unread:
        remarks.append(f"{column.name}: {unread} cells are no finite number and count as missing")
    others = numbers[~numbers.isin(_STAND_INS)].dropna()
    for stand_in in _STAND_INS:
        is_it = numbers == stand_in
        if is_it.any() and len(others) >= _FEWEST and _is_far(stand_in, others):
            numbers = numbers.mask(is_it)
            remarks.append(f"{column.name}: {int(is_it.sum())} cells with {stand_in:g} count as missing")
    return numbers


def _is_far(value: float, others: pd.Series) -> bool:
    low, high = float(others.min()), float(others.max())
    width = high - low
    return width > 0 and (value < low - _FAR * width or value > high + _FAR * width)


def _levels(column: pd.Series, remarks: list[str]) -> pd.Series:
    words = column.astype("string").str.strip()
    words = words.mask(words == "")
    counts = words.value_counts()
    rare = set(counts[counts < _FEWEST].index)
    if len(rare) > 1 and len(rare) < len(counts):
        remarks.append(f'{column.name}: {len(rare)} rare values are joined as "{OTHER}"')
        words = words.mask(words.isin(rare), OTHER)
    return words


def _spec(name: str, column: pd.Series, kind: Kind, note: ColumnNote) -> FeatureSpec:
    filled = column.dropna()
    missing = len(column) - len(filled)
    limits = np.quantile(filled, [0, 0.1, 0.9, 1]).tolist() if kind is Kind.NUMBER else [None] * 4
    return FeatureSpec(
        name=name,
        label=note.label or name.translate(_SHOWN_LABEL).strip(),
        kind="category" if kind is Kind.CATEGORY else "yes_no" if kind is Kind.YES_NO else "number",
        unit=note.unit,
        source=note.source,
        levels=tuple(sorted(filled.unique())) if kind is Kind.CATEGORY else (),
        background=_background(filled, kind),
        minimum=limits[0],
        low=limits[1],
        high=limits[2],
        maximum=limits[3],
        missing_share=missing / len(column),
        has_indicator=missing >= _FEWEST,
    )


def _background(filled: pd.Series, kind: Kind) -> float | str:
    if kind is Kind.CATEGORY:
        return str(filled.mode().iloc[0])
    return float(filled.median()) if kind is Kind.NUMBER else float(filled.mean() > 1 / 2)


def _values(column: pd.Series, kind: Kind) -> list[Value]:
    if kind is Kind.CATEGORY:
        return [None if pd.isna(value) else str(value) for value in column]
    return [None if pd.isna(value) else float(value) for value in column]
