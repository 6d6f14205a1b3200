"""A text with its labelled spans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class LabelledSpan(NamedTuple):
    """Characters ``start`` to ``end`` (not included) of a text, with one of our labels."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A text as published, and its spans, sorted, without overlap."""

    id: str
    text: str
    spans: tuple[LabelledSpan, ...]


def flatten(spans: Iterable[LabelledSpan]) -> tuple[LabelledSpan, ...]:
    """Drop the shorter of two spans that overlap: the network gives one tag a word."""
    kept: list[LabelledSpan] = []
    for span in sorted(set(spans), key=lambda s: (s.start - s.end, s)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept))
