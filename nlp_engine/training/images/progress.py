"""What a run tells while it goes on: sentences, and how far it is inside a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar, runtime_checkable

T = TypeVar("T")
Progress = Callable[[str], None]
"""Takes a sentence after each step; where it is a `Tracking`, it shows what happens inside a step too."""


@runtime_checkable
class Tracking(Protocol):
    """A progress that can show a bar."""

    def __call__(self, words: str, /) -> None:
        """Take a sentence."""

    def track(self, items: Iterable[T], total: int, words: str) -> Iterator[T]:
        """Yield the items while a bar moves along with them."""


def tracked(progress: Progress, items: Iterable[T], *, total: int, words: str) -> Iterable[T]:
    """Return the items, with a bar beside them where the progress has one (on a terminal).

    Parameters
    ----------
    total
        How many items there are.
    words
        What is done with them, e.g. "epoch 3 of 12".
    """
    return progress.track(items, total, words) if isinstance(progress, Tracking) else items
