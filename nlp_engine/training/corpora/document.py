"""A text with its labelled spans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_NAME = re.compile(r"[\w.:/+-]{1,40}")


class LabelledSpan(NamedTuple):
    """Characters ``start`` to ``end`` (not included) of a text, with a label: one of ours, or a type of a corpus."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A text as published, and its spans; once labelled they are sorted, without overlap."""

    id: str
    text: str
    spans: tuple[LabelledSpan, ...]


@dataclass(slots=True)
class LeftOut:
    """How many spans were not used: of which types we do not know, and because they overlap a longer one."""

    types: Counter[str] = field(default_factory=Counter)
    overlapping: int = 0

    def types_shown(self) -> str:
        """Return counts and types, the most frequent first; what does not look like a name is not quoted."""
        shown: Counter[str] = Counter()
        for kind, count in self.types.items():
            shown[kind if _NAME.fullmatch(kind) else "of another type"] += count
        return ", ".join(f"{count} {kind}" for kind, count in shown.most_common())


def flatten(spans: Iterable[LabelledSpan]) -> tuple[LabelledSpan, ...]:
    """Drop the shorter of two spans that overlap: the network gives one tag a word."""
    kept: list[LabelledSpan] = []
    taken: set[int] = set()
    for span in sorted(set(spans), key=lambda s: (s.start - s.end, s)):
        places = range(span.start, span.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(span)
    return tuple(sorted(kept))


def labelled(
    documents: Iterable[AnnotatedDocument], label_of: Callable[[str], str | None], left_out: LeftOut | None = None
) -> Iterator[AnnotatedDocument]:
    """Yield documents with our labels in place of a corpus's types; count in ``left_out`` what has none."""
    counts = LeftOut() if left_out is None else left_out
    meanings: dict[str, str | None] = {}
    for document in documents:
        spans = set()
        for start, end, kind in document.spans:
            label = meanings[kind] if kind in meanings else meanings.setdefault(kind, label_of(kind))
            if label is None:
                counts.types[kind] += 1
            else:
                spans.add(LabelledSpan(start, end, label))
        flat = flatten(spans)
        counts.overlapping += len(spans) - len(flat)
        yield AnnotatedDocument(document.id, document.text, flat)
