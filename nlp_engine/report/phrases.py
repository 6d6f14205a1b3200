"""The words of the reports, one file a language under ``templates/phrases``."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import Field

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource


class Level(KnowledgeModel):
    """A word for every number from ``at_least`` up."""

    at_least: float
    words: str


class Phrases(KnowledgeModel):
    """One language; words in braces are filled with ``str.format``."""

    schema_version: Literal[1]
    language: str
    about: str
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    months_long: tuple[str, ...] = Field(min_length=12, max_length=12)
    confidence: tuple[Level, ...]
    units: dict[str, str]
    indicator: dict[str, str]
    symbol: dict[str, str]
    flag: dict[str, str]
    status: dict[str, str]
    presence: dict[str, str]
    decision: dict[str, str]
    mark: dict[str, str]
    mention: dict[str, str]
    drug_status: dict[str, str]
    kind: dict[str, str]
    modality: dict[str, str]
    common: dict[str, str]
    clinician: dict[str, str]
    patient: dict[str, str]
    worklist: dict[str, str]

    def confidence_word(self, confidence: float) -> str:
        """Return the word for a confidence between 0 and 1."""
        return next(level.words for level in self.confidence if confidence >= level.at_least)


@lru_cache(maxsize=8)
def load_phrases(language: str = "en") -> Phrases:
    """Read the phrases of one language.

    Raises
    ------
    nlp_engine.errors.KnowledgeError
        If there is no such file, or it does not fit.
    """
    return read_yaml(resource("templates") / "phrases" / f"{language}.yaml", Phrases)
