"""Whole tables, CSV or Parquet -> a data frame under the design's column names; cells of a CSV file stay text."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from nlp_engine.cells.columns import TableKind, design_names, lacking, positions
from nlp_engine.errors import InputError
from nlp_engine.readers.tables import encoding_of, header_of
from nlp_engine.readers.textfile import UnreadableTextError, opened_text

if TYPE_CHECKING:
    import pandas as pd

PARQUET = frozenset({".parquet", ".pq"})
_BEYOND = "beyond the header"
_AS_TEXT: Mapping[str, Any] = {"dtype": str, "na_filter": False}
_MORE_CELLS = "has more cells than the header"
_QUOTE_IT = 'put quotation marks around a cell that holds the delimiter ("5,6")'


def read_frame(path: Path, kind: TableKind) -> pd.DataFrame:
    """Read a table; every row and every column is kept.

    CSV may be UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs; all its cells are text, so that "007" and
    "5,6" stay what they are, and an empty cell is "". Parquet keeps its types. Known columns get their names of the
    design, whatever their case and blanks.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a needed column, or has a row with more cells than its header.
    """
    frame = _parquet(path) if path.suffix.lower() in PARQUET else csv_frame(path, kind)
    names = design_names(list(map(str, frame.columns)), kind)
    if len(set(names)) < len(names):
        raise InputError(path.name, "has two columns of the same name", "give every column a name of its own")
    if missing := lacking(positions(names, kind)[0], kind):
        raise InputError(path.name, f"lacks {missing}", f"the known columns are {', '.join(kind.columns)}")
    return frame.set_axis(names, axis="columns")


def _parquet(path: Path) -> pd.DataFrame:
    import pandas as pd
    from pyarrow import ArrowInvalid

    try:
        return pd.read_parquet(path)
    except ArrowInvalid as error:
        raise InputError(path.name, "is not a Parquet file that can be read", "write it again, or give CSV") from error
    except FileNotFoundError as error:
        raise InputError(path.name, "does not exist", "give a CSV or Parquet file") from error


def csv_frame(
    path: Path, kind: TableKind, *, missing: Collection[str] | None = None, text: Collection[str] = ()
) -> pd.DataFrame:
    """Read a CSV file, also gzipped, with its columns as they are named in the file.

    Parameters
    ----------
    missing
        Words of cells where nothing is there; a column of numbers then has their type. None: all cells stay text.
    text
        Columns that stay text nevertheless.

    Raises
    ------
    InputError
        If the file cannot be read, or has a row with more cells than its header.
    """
    import pandas as pd

    try:
        with opened_text(path, encoding_of(path)) as lines:
            number, header, delimiter = header_of(lines, kind)
            header = [cell.strip() for cell in header]
            types = _AS_TEXT if missing is None else _typed(header, missing, text)
            frame = _cells(lines, delimiter, width=len(header), types=types)
    except UnreadableTextError as error:
        problem, _, remedy = str(error).partition("; ")
        raise InputError(path.name, problem, remedy) from error
    beyond = (frame.pop(_BEYOND).fillna("").str.strip() != "").to_numpy()
    if beyond.any():
        raise InputError(f"{path.name} row {number + 1 + int(beyond.argmax())}", _MORE_CELLS, _QUOTE_IT)
    frame.columns = pd.Index(header, dtype=str)
    return frame


def _typed(header: Sequence[str], missing: Collection[str], text: Collection[str]) -> dict[str, Any]:
    """Return how pandas finds numbers, but not in the columns that stay text."""
    as_text = {str(place): str for place, name in enumerate(header) if name in text}
    return {"dtype": {**as_text, _BEYOND: str}, "na_values": list(missing), "keep_default_na": False}


def _cells(lines: TextIO, delimiter: str, *, width: int, types: Mapping[str, Any]) -> pd.DataFrame:
    """Read the rows behind a header, with one column more: a delimiter may end every row."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            cells: pd.DataFrame = pd.read_csv(
                lines, sep=delimiter, header=None, names=[*map(str, range(width)), _BEYOND],
                index_col=False, engine="c", **types,
            )  # fmt: skip
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            if "EOF inside string" in str(error):
                raise UnreadableTextError("opens a quotation mark and does not close it; close it") from error
            raise UnreadableTextError(f"has a row that {_MORE_CELLS}; {_QUOTE_IT}") from error
    return cells
