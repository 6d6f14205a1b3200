"""Where commands write: a file or stdout, and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from nlp_engine.errors import InputError

if TYPE_CHECKING:
    from nlp_engine.batch import Progress

FAILED, NOT_STARTED = 1, 2
"""Exit statuses: something failed; nothing could start."""
_PLAIN_EVERY = 50


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
        raise InputError(str(out), "cannot be written", "give a file in a folder that exists") from error
    partial.replace(out)


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


def _plain_progress(progress: Progress) -> None:
    if progress.done % _PLAIN_EVERY == 0:
        typer.echo(_words(progress), err=True)


def _words(progress: Progress) -> str:
    return f"{progress.done} patients, {progress.failed} failed"
