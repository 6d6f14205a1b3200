"""The leakage guard: columns that could only be known afterwards, by their name and by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from nlp_engine.knowledge import KnowledgeModel, Source, read_yaml, resource
from nlp_engine.training.metrics import auroc
from nlp_engine.training.tables import Kind, as_dates, as_numbers, kind_of

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MOST_LEVELS = 20
_DENSE = 1.05
_FOLDS = 5


class NameRule(KnowledgeModel):
    """Names that tell that a column is filled in afterwards, and why."""

    id: str
    whole: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    not_: Annotated[tuple[str, ...], Field(alias="not")] = ()
    why: str


class ContentLimits(KnowledgeModel):
    """When the content of a column gives it away."""

    alone_auroc: Annotated[float, Field(gt=0.5, le=1)]
    least_rows: Annotated[int, Field(ge=2)]
    unique_share: Annotated[float, Field(gt=0, le=1)]


class LeakageRules(KnowledgeModel):
    """``rules/risk/leakage.yaml``."""

    schema_version: Literal[1]
    about: str
    source: Source
    names: tuple[NameRule, ...]
    content: ContentLimits

    @classmethod
    def load(cls, path: Path | None = None) -> LeakageRules:
        """Read the packaged rules, or a file of the same form.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return read_yaml(path or resource("rules") / "risk" / "leakage.yaml", cls)


@dataclass(frozen=True, slots=True)
class Leak:
    """A column that must not be used, with a reason in plain words."""

    column: str
    reason: str


def leaks(
    frame: pd.DataFrame, labels: NDArray[np.int64], rules: LeakageRules, *, index_time: pd.Series | None = None
) -> list[Leak]:
    """Return the columns that could only be known afterwards, in the order of the table.

    Parameters
    ----------
    frame
        The candidate features, without the target.
    labels
        The outcome, 1 or 0 a row.
    index_time
        When the question is asked, a row; a date after it gives a column away.
    """
    found = []
    for column in frame.columns:
        reason = _by_name(column, rules) or next(_by_content(frame[column], labels, rules.content, index_time), None)
        if reason is not None:
            found.append(Leak(column, reason))
    return found


def _by_name(name: str, rules: LeakageRules) -> str | None:
    words = " ".join(word.lower() for word in _WORD.findall(name))
    for rule in rules.names:
        harmless = any(_has(words, part) for part in rule.not_)
        if not harmless and (words in rule.whole or any(_has(words, part) for part in rule.part)):
            return f"its name says so ({rule.id}): {rule.why}"
    return None


def _has(words: str, part: str) -> bool:
    return f" {part} " in f" {words} "


def _by_content(
    column: pd.Series, labels: NDArray[np.int64], limits: ContentLimits, index_time: pd.Series | None
) -> Iterator[str]:
    kind = kind_of(column)
    filled = column.notna().to_numpy()
    if kind is Kind.DATE and index_time is not None:
        late = int((as_dates(column) > index_time).sum())
        if late:
            yield f"{late} of its dates lie after the index time"
    yield from _filled_only_for_one(filled, labels, limits)
    if kind in {Kind.EMPTY, Kind.DATE}:
        return
    yield from _identifies(column, kind, limits)
    yield from _decides(column, labels)
    alone = _alone(column, kind, labels)
    if filled.sum() >= limits.least_rows and alone > limits.alone_auroc:
        yield f"it tells the outcome almost alone (AUROC {alone:.3f})"


def _filled_only_for_one(filled: NDArray[np.bool_], labels: NDArray[np.int64], limits: ContentLimits) -> Iterator[str]:
    """Yield a reason if only the rows of one outcome have a value, though both outcomes are common enough."""
    expected = 1 - limits.alone_auroc
    for outcome in (0, 1):
        of_other = labels != outcome
        by_chance = (1 - of_other.mean()) ** int(filled.sum())
        if filled.sum() >= limits.least_rows and not filled[of_other].any() and by_chance < expected / 10:
            yield f"it is filled in only where the outcome is {'there' if outcome else 'not there'}"


def _identifies(column: pd.Series, kind: Kind, limits: ContentLimits) -> Iterator[str]:
    values = column.dropna()
    if kind is Kind.CATEGORY and values.nunique() > limits.unique_share * len(values) and len(values) > _MOST_LEVELS:
        yield "nearly every row has a value of its own, as an identifier or free text has"
    if kind is Kind.NUMBER:
        numbers = as_numbers(values).dropna()
        is_whole = bool((numbers == numbers.round()).all())
        is_dense = numbers.max() - numbers.min() + 1 <= _DENSE * len(numbers)
        if is_whole and numbers.is_unique and is_dense and len(numbers) > _MOST_LEVELS:
            yield "it is a running number"


def _decides(column: pd.Series, labels: NDArray[np.int64]) -> Iterator[str]:
    """Yield a reason if each value of the column stands with one outcome only."""
    values = column.astype("string").fillna("")
    if values.nunique() <= min(_MOST_LEVELS, len(values) // 10):
        rates = pd.Series(labels).groupby(values.to_numpy()).mean()
        if rates.isin((0, 1)).all():
            yield "it is a copy or a function of the outcome: each of its values stands with one outcome only"


def _alone(column: pd.Series, kind: Kind, labels: NDArray[np.int64]) -> float:
    """Return the AUROC of the column alone, whichever way it points; rows without a value left out."""
    scores = as_numbers(column).to_numpy() if kind in {Kind.NUMBER, Kind.YES_NO} else _rates(column, labels)
    known = np.isfinite(scores)
    if len(set(labels[known])) < 2:
        return 0.5
    value = auroc(labels[known], scores[known])
    return max(value, 1 - value)


def _rates(column: pd.Series, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each row how often the outcome stands with its value in the other rows of a five-part split."""
    values = column.astype("string").fillna("").to_numpy()
    part = np.arange(len(values)) % _FOLDS
    scores = np.full(len(values), labels.mean(), dtype=np.float64)
    for fold in range(_FOLDS):
        rates = pd.Series(labels[part != fold]).groupby(values[part != fold]).mean()
        inside = part == fold
        scores[inside] = pd.Series(values[inside]).map(rates).fillna(labels.mean()).to_numpy(dtype=float)
    return scores
