"""A column of a data frame, whatever its type -> its cells as text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def texts_of(column: pd.Series) -> pd.Series[str]:
    """Return the cells without outer blanks, missing ones as ""; 140.0 is "140", a time is ISO 8601."""
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").str.strip()
    numbers, distinct = pd.factorize(column)
    # A missing cell has the number -1, which takes the last text.
    texts = pd.Series([*map(_text, distinct.tolist()), ""], dtype=str)
    return texts.take(numbers).set_axis(column.index)


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
