"""Progress of work on pictures: a bar on a terminal; in a log a training writes plain lines, what is short nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

T = TypeVar("T")
_REFRESHED = 4
"""Times a second; the cores have better things to do."""


class ProgressBar:
    """Prints sentences, and below them a bar for the step that goes on; see ``training/images/progress.py``."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar

    def __call__(self, words: str, /) -> None:
        """Print a sentence above the bar."""
        self._bar.console.print(words, markup=False, highlight=False, soft_wrap=True)

    def track(self, items: Iterable[T], total: int, words: str) -> Iterator[T]:
        """Yield the items; the bar goes when they end."""
        task = self._bar.add_task(words, total=total)
        try:
            for item in items:
                yield item
                self._bar.advance(task)
        finally:
            self._bar.remove_task(task)


@contextmanager
def training_progress() -> Iterator[Callable[[str], None]]:
    """Give what a training tells its progress to, on stderr."""
    if not sys.stderr.isatty():
        yield lambda words: typer.echo(words, err=True)
        return
    with _bar() as bar:
        yield ProgressBar(bar)


@contextmanager
def counted_progress(words: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """Give what is told how many more of so many are done: a bar on a terminal, None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with _bar() as bar:
        task = bar.add_task(words, total=total)
        yield lambda more: bar.advance(task, more)


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, refresh_per_second=_REFRESHED)
