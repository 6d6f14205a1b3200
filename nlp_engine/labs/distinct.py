"""Rows of many columns that are alike, so that each kind is read once and a million rows cost what is distinct."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Numbers = npt.NDArray[np.int64]


def alike(*columns: pd.Series[str] | Numbers) -> tuple[Numbers, Numbers]:
    """Give each row of some columns of one length the number of its kind; rows with the same cells are of one kind.

    Returns
    -------
    The number of each row's kind, counted from 0 in order of appearance, and for each kind the position of its first
    row.
    """
    import numpy as np
    import pandas as pd

    kinds = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        numbers, distinct = pd.factorize(column)
        # Renumbered after each column: the product of all counts would not fit into 64 bits.
        kinds = pd.factorize(kinds * (len(distinct) + 1) + numbers)[0].astype(np.int64)
    first = np.zeros(int(kinds.max(initial=-1)) + 1, dtype=np.int64)
    first[kinds[::-1]] = np.arange(len(kinds))[::-1]
    return kinds, first
