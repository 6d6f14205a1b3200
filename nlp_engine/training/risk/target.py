"""What shall be foreseen: ``COLUMN``, ``COLUMN=value,value`` or ``COLUMN>number``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nlp_engine.errors import InputError
from nlp_engine.training.tables import Kind, as_numbers, kind_of

_FORM = re.compile(r"^(?P<column>.+?)\s*(?:(?P<sign>>=|<=|!=|==|=|>|<)\s*(?P<value>[^<>=!]+))?$")
_COMPARISONS: dict[str, Callable[[pd.Series, float], pd.Series]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Target:
    """The column, and which of its values are the outcome."""

    column: str
    sign: str | None
    value: str
    expression: str

    @classmethod
    def parse(cls, expression: str, columns: list[str]) -> Target:
        """Read an expression.

        Raises
        ------
        nlp_engine.errors.InputError
            If it does not name a column of the table.
        """
        if expression in columns:
            return cls(expression, None, "", expression)
        found = _FORM.match(expression.strip())
        if found is None or found["column"].strip() not in columns:
            raise InputError("--target", "names no column of the table", "write COLUMN, COLUMN=value or COLUMN>0")
        return cls(found["column"].strip(), found["sign"], (found["value"] or "").strip(), expression.strip())

    def labels(self, column: pd.Series) -> tuple[Labels, NDArray[np.bool_]]:
        """Return 1 or 0 a row, and which rows have an answer at all.

        Raises
        ------
        nlp_engine.errors.InputError
            If the column has more than two values and the expression does not say which count, or only one class is
            there.
        """
        known = column.notna()
        if self.sign in _COMPARISONS:
            numbers = as_numbers(column)
            known = numbers.notna()
            positive = _COMPARISONS[self.sign](numbers, self._number())
        elif self.sign is not None:
            positive = _as_words(column).isin(self._words())
            positive = ~positive if self.sign == "!=" else positive
        else:
            positive = self._truth(column)
        labels = (positive & known).to_numpy(dtype=np.int64)
        answered = known.to_numpy(dtype=bool)
        if len(set(labels[answered])) != 2:
            raise InputError(f"--target {self.expression}", "gives one class only", "choose values that part the rows")
        return labels, answered

    def _number(self) -> float:
        try:
            return float(self.value)
        except ValueError as error:
            raise InputError(f"--target {self.expression}", "compares with no number", "write COLUMN>0") from error

    def _words(self) -> set[str]:
        return {_folded(word) for word in self.value.split(",")}

    def _truth(self, column: pd.Series) -> pd.Series:
        if kind_of(column) is not Kind.YES_NO:
            raise InputError(
                f"--target {self.expression}", "is no yes/no column", "say which values count: COLUMN=value,value"
            )
        return as_numbers(column) > 0


def _as_words(column: pd.Series) -> pd.Series:
    return column.map(lambda value: _folded(str(value)), na_action="ignore")


def _folded(word: str) -> str:
    """Return a value as it is compared: ``1.0`` and ``1`` are the same."""
    text = word.strip().casefold()
    return text.removesuffix(".0") if text.removesuffix(".0").lstrip("-").isdigit() else text
