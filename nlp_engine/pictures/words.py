"""``rules/imaging/header.yaml``: the words of a DICOM header that are taken over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, Source, read_yaml, resource

_NOT_WORD = re.compile(r"[^a-z0-9]")


class HeaderFile(KnowledgeModel):
    """``rules/imaging/header.yaml``."""

    schema_version: Literal[1]
    about: str
    source: Source
    licence: str
    modalities: tuple[str, ...]
    body_parts: dict[str, tuple[str, ...]]
    views: dict[str, tuple[str, ...]]


class HeaderWords(NamedTuple):
    """Spelling, folded by `fold` -> our word."""

    modalities: dict[str, str]
    body_parts: dict[str, str]
    views: dict[str, str]


@cache
def header_words() -> HeaderWords:
    """Return the known words of headers."""
    file = read_yaml(resource("rules") / "imaging" / "header.yaml", HeaderFile)
    modalities = {word: (word,) for word in file.modalities}
    return HeaderWords(_spellings(modalities), _spellings(file.body_parts), _spellings(file.views))


def fold(text: str) -> str:
    """Return a header's word without case, blanks and signs."""
    return _NOT_WORD.sub("", text.lower())


def _spellings(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, spellings in words.items():
        for spelling in (word, *spellings):
            if found.setdefault(fold(spelling), word) != word:
                raise KnowledgeError("header.yaml", f'the spelling "{spelling}" stands for two words')
    return found
