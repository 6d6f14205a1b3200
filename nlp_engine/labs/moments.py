"""The time column of a table -> times, and which rows share one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from nlp_engine.cells.times import DateOrder, TimeDoubt, parse_time

if TYPE_CHECKING:
    import pandas as pd

    from nlp_engine.labs.distinct import Numbers


@dataclass(frozen=True, slots=True)
class Moments:
    """The times of a table's rows.

    Parameters
    ----------
    times
        Every distinct cell as a time; None where it is empty or cannot be read.
    doubts
        For each distinct cell why it gives no time, "" otherwise.
    cells
        For each row the number of its cell.
    instants, days
        For each row a number of its time, and of its day as the cell writes it; -1 without a time. The same instant in
        two zones has one number.
    """

    times: tuple[datetime | None, ...]
    doubts: tuple[str, ...]
    cells: Numbers
    instants: Numbers
    days: Numbers

    @classmethod
    def of(cls, column: pd.Series[str]) -> Moments:
        """Read a column; whether day or month comes first is learnt from all of it."""
        import numpy as np
        import pandas as pd

        cells, distinct = pd.factorize(column)
        texts: list[str] = distinct.tolist()
        order = DateOrder.of(texts).order
        read = [parse_time(text, order=order) if text else None for text in texts]
        times = tuple(None if isinstance(time, TimeDoubt) else time for time in read)
        numbers: dict[datetime | None, int] = {None: -1}
        instants = [numbers.setdefault(time, len(numbers)) for time in times]
        days = [-1 if time is None else time.toordinal() for time in times]
        return cls(
            times=times,
            doubts=tuple(f'the cell "time" {time.value}' if isinstance(time, TimeDoubt) else "" for time in read),
            cells=cells.astype(np.int64),
            instants=np.asarray(instants, dtype=np.int64)[cells],
            days=np.asarray(days, dtype=np.int64)[cells],
        )
