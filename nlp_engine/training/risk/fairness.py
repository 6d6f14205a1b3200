"""How good a model is for each sex and age group: counts first, since small groups tell little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nlp_engine.training.metrics import Floats, Interval, Labels, auroc_interval, wilson
from nlp_engine.training.tables import Kind, as_numbers, kind_of

AGE_BANDS = ((0, 17), (18, 39), (40, 59), (60, 74), (75, 130))
"""Whole years, both ends included."""
_DAYS_A_YEAR = 365.25
_FEWEST = 10
"""Events, and cases without, below which a group's figures are not told."""
_OLDEST = 130
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group; figures are None where the group is too small to tell them.

    ``in_the_large`` is how much more often (or, below zero, less) the outcome came than the model said, in
    probability.
    """

    kind: str
    name: str
    rows: int
    events: int
    auroc: Interval | None
    sensitivity: Interval | None
    specificity: Interval | None
    in_the_large: Interval


def fairness_table(
    labels: Labels, probabilities: Floats, at: float, *, sex: pd.Series | None, age: pd.Series | None, seed: int
) -> list[GroupRow]:
    """Return a row for everybody, each sex and each age group; a row without an answer is in a group of its own."""
    everybody = np.ones(len(labels), dtype=bool)
    groups = [("all", "everybody", everybody), *_sexes(sex), *_ages(age)]
    return [group_row(kind, name, inside, labels, probabilities, at, seed) for kind, name, inside in groups]


def group_row(
    kind: str, name: str, inside: NDArray[np.bool_], labels: Labels, probabilities: Floats, at: float, seed: int
) -> GroupRow:
    """Return the figures of some rows at the cut-off ``at``."""
    own, said = labels[inside], probabilities[inside]
    events = int(own.sum())
    flagged = said >= at
    enough = min(events, len(own) - events) >= _FEWEST
    hits, passed = int((flagged & (own == 1)).sum()), int((~flagged & (own == 0)).sum())
    return GroupRow(
        kind=kind,
        name=name,
        rows=len(own),
        events=events,
        auroc=auroc_interval(own, [said], groups=None, seed=seed) if enough else None,
        sensitivity=wilson(hits, events) if events >= _FEWEST else None,
        specificity=wilson(passed, len(own) - events) if len(own) - events >= _FEWEST else None,
        in_the_large=_in_the_large(own, said),
    )


def _in_the_large(labels: Labels, probabilities: Floats) -> Interval:
    difference = labels - probabilities
    half = _Z * float(difference.std()) / sqrt(len(difference))
    mean = float(difference.mean())
    return Interval(mean, mean - half, mean + half)


def _sexes(sex: pd.Series | None) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    if sex is None:
        return
    words = sex.astype("string").fillna("not known").to_numpy(dtype=str)
    for word in sorted(set(words)):
        yield "sex", word, words == word


def _ages(age: pd.Series | None) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    if age is None or kind_of(age) not in {Kind.NUMBER, Kind.YES_NO}:
        return
    years = in_years(age)
    for low, high in AGE_BANDS:
        inside = (years >= low) & (years < high + 1)
        if inside.any():
            yield "age", f"{low} to {high} years" if high < _OLDEST else f"{low} years and older", inside
    if np.isnan(years).any():
        yield "age", "not known", np.isnan(years)


def in_years(age: pd.Series) -> Floats:
    """Return ages in years; a column with a median above 130 is taken to be in days."""
    numbers: Floats = as_numbers(age).to_numpy(dtype=np.float64)
    return numbers / _DAYS_A_YEAR if np.nanmedian(numbers) > _OLDEST else numbers
