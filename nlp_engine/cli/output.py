"""Where commands write: a file or stdout, and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import typer

from nlp_engine.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from nlp_engine.batch import Progress

FAILED, NOT_STARTED = 1, 2
"""Exit statuses: something failed; nothing could start."""
_PLAIN_EVERY = 50
_MOST_WHOLE = 1e15
_NOWHERE = ("cannot be written", "give a file in a folder that exists")


@contextmanager
def lines_to(out: Path | None) -> Iterator[BinaryIO]:
    """Open stdout, or a file that appears under its name only when it is complete."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = out.with_name(f"{out.name}.partial")
    try:
        with partial.open("wb") as stream:
            yield stream
    except FileNotFoundError as error:
        raise InputError(str(out), *_NOWHERE) from error
    partial.replace(out)


def suffix_of(out: Path, *known: str, what: str) -> str:
    """Return how a file is written, by its name; asked early, what cannot be written is refused before the work.

    Raises
    ------
    InputError
        If the name ends otherwise, or there is no such folder.
    """
    suffix = out.suffix.lower()
    if suffix not in known:
        raise InputError(str(out), f"is no {what} by its name", f"let it end with {' or '.join(known)}")
    if not out.parent.is_dir():
        raise InputError(str(out), *_NOWHERE)
    return suffix


def table_suffix(out: Path) -> str:
    """Return how a table is written: ``.csv`` or ``.parquet``; see `suffix_of`."""
    return suffix_of(out, ".csv", ".parquet", what="CSV or Parquet")


def write_table(table: pd.DataFrame, out: Path) -> None:
    """Write a table as CSV (UTF-8, commas) or Parquet; the file appears when it is complete."""
    with lines_to(out) as stream:
        if table_suffix(out) == ".csv":
            table.to_csv(stream, index=False, lineterminator="\n", float_format=_plain_float)
        else:
            table.to_parquet(stream, index=False)


@contextmanager
def shown_progress() -> Iterator[Callable[[Progress], None]]:
    """Show a bar on a terminal, plain lines elsewhere, on stderr."""
    if not sys.stderr.isatty():
        yield _plain_progress
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting")
        yield lambda progress: bar.update(task, description=_words(progress))


def _plain_float(cell: object) -> str:
    """Return a number without a point where it needs none."""
    number = cast("float", cell)
    return f"{number:.0f}" if number.is_integer() and abs(number) < _MOST_WHOLE else repr(float(number))


def _plain_progress(progress: Progress) -> None:
    if progress.done % _PLAIN_EVERY == 0:
        typer.echo(_words(progress), err=True)


def _words(progress: Progress) -> str:
    return f"{progress.done} patients, {progress.failed} failed"
