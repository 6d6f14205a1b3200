"""A text as pieces for the tagger: words, numbers, single signs and line feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u00ad\u200b-\u200d]|['\u2019`\u2010\u2011-](?=[^\W\d_]))*|\d+|\n|[^\w\s]|_+"
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text in order.

    Parameters
    ----------
    written
        Each piece as it stands in the text.
    glued
        Whether nothing stands between it and the piece before.
    """

    written: list[str]
    starts: list[int]
    ends: list[int]
    glued: list[bool]


def pieces_of(text: str) -> Pieces:
    """Split a text; letters and digits never share a piece, so that "SE1" is two."""
    written, starts, ends, glued = [], [], [], []
    last = -1
    for match in _PIECE.finditer(text):
        start, end = match.span()
        written.append(match.group())
        starts.append(start)
        ends.append(end)
        glued.append(start == last)
        last = end
    return Pieces(written, starts, ends, glued)
