"""Tags of words in any of the usual schemes (BIO, IOB1, BIOES, BILOU, plain labels) -> spans of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_engine.text.ner.windows import Words

_PREFIXED = re.compile(r"([BILESU])[-_](.+)")
_OUTSIDE = frozenset({"O", "X", "PAD", "[PAD]", "[CLS]", "[SEP]"})
_STARTS, _ENDS = frozenset("BSU"), frozenset("ELSU")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a model; ``label`` None is outside, ``prefix`` None says nothing about where an entity starts."""

    label: str | None
    prefix: str | None = None


OUTSIDE = Tag(None)


def read_tags(names: Sequence[str]) -> tuple[Tag, ...]:
    """Return the tags of a model; they have prefixes only if all labels have one ("B-DRUG")."""
    named = [name for name in names if name.upper() not in _OUTSIDE]
    is_prefixed = all(_PREFIXED.fullmatch(name) for name in named)
    return tuple(_tag(name, is_prefixed=is_prefixed) for name in names)


def _tag(name: str, *, is_prefixed: bool) -> Tag:
    if name.upper() in _OUTSIDE:
        return OUTSIDE
    match = _PREFIXED.fullmatch(name) if is_prefixed else None
    return Tag(match[2], match[1]) if match else Tag(name)


def spans_of_tags(tags: Sequence[Tag], words: Words) -> Iterator[tuple[int, int, str]]:
    """Yield (first word, word behind the last, label), in order.

    An inside tag behind another label starts an entity (as IOB1 does everywhere). No entity reaches over an empty line;
    with plain labels, which cannot say where the next one starts, none reaches over the end of a sentence or line.
    """
    start = 0
    for place in range(1, len(tags) + 1):
        if place < len(tags) and _continues(tags[place - 1], tags[place], words, place - 1):
            continue
        label = tags[start].label
        if label is not None:
            yield start, place, label
        start = place


def _continues(before: Tag, tag: Tag, words: Words, place: int) -> bool:
    """Say whether a tag goes on with what the tag before it, of word ``place``, is part of."""
    if tag.prefix is None and words.breaks[place]:
        return False
    return goes_on(before, tag) and not words.paragraphs[place]


def goes_on(before: Tag, tag: Tag) -> bool:
    """Say whether a tag is part of the entity of the tag before it."""
    return tag.label == before.label and tag.prefix not in _STARTS and before.prefix not in _ENDS
