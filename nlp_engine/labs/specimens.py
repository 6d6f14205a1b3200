"""What a specimen is called, in a column of its own and within the name of a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import model_validator

from nlp_engine.knowledge import KnowledgeModel, normalise_phrase

BLOOD = "blood"
ANY_FLUID = "fluid"
"""A fluid that is not said more closely: in a name it does not contradict the column that says which."""
UNKNOWN = "unknown"
"""A specimen that a column names and nobody here knows."""


class SpecimenWords(KnowledgeModel):
    """Words of one specimen; see the header of ``rules/labs/specimens.yaml``."""

    words: tuple[str, ...]
    cells: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


class SpecimenFile(KnowledgeModel):
    """``rules/labs/specimens.yaml``."""

    schema_version: Literal[1]
    about: str
    specimens: dict[str, SpecimenWords]

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        seen: dict[str, str] = {}
        for specimen, said in self.specimens.items():
            for word in map(normalise_phrase, (*said.words, *said.cells)):
                if seen.setdefault(word, specimen) != specimen:
                    raise ValueError(f'"{word}" stands for {seen[word]} and {specimen}')
        return self


class Specimens:
    """Finds the specimen that a cell or a name says."""

    def __init__(self, specimens: Mapping[str, SpecimenWords]) -> None:
        self._cells = {
            normalise_phrase(word): specimen
            for specimen, said in specimens.items()
            for word in (specimen, *said.words, *said.cells)
        }
        self._prefixes = {word: specimen for specimen, said in specimens.items() for word in said.prefixes}
        phrases = {
            tuple(normalise_phrase(word).split()): specimen
            for specimen, said in specimens.items()
            for word in said.words
        }
        # The longest first, and blood last: "occult blood, stool" is of stool.
        self._phrases = sorted(phrases.items(), key=lambda item: (item[1] == BLOOD, -len(item[0])))

    def of_cell(self, cell: str | None) -> str | None:
        """Return the specimen that a column says, None when it says nothing."""
        words = normalise_phrase(cell or "")
        return self._cells.get(words, UNKNOWN) if words else None

    def of_name(self, words: str) -> tuple[str | None, str]:
        """Return the specimen that a folded name says, None if none, and the name without its words."""
        parts = words.split()
        if len(parts) > 1 and parts[0] in self._prefixes:
            return self._prefixes[parts[0]], " ".join(parts[1:])
        for phrase, specimen in self._phrases:
            size = len(phrase)
            for start in range(len(parts) - size + 1):
                if tuple(parts[start : start + size]) == phrase:
                    return specimen, " ".join((*parts[:start], *parts[start + size :]))
        return None, words
