"""Which terminologies code which mentions: ``rules/lexicons/terminologies.yaml``."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import Field

from nlp_engine.assessment import MentionLabel
from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource


class Limits(KnowledgeModel):
    """When a code is taken."""

    threshold: float = Field(ge=0, le=1)
    least_of_name: float = Field(ge=0, le=1)
    least_of_phrase: float = Field(ge=0, le=1)


class TerminologySettings(Limits):
    """A terminology that is shipped; its file is named by its id."""

    id: str
    labels: frozenset[MentionLabel]


class TerminologiesFile(KnowledgeModel):
    """``rules/lexicons/terminologies.yaml``."""

    schema_version: Literal[1]
    about: str
    terminologies: tuple[TerminologySettings, ...]
    users: Limits
    most_others: int = Field(ge=0)
    least_other: float = Field(ge=0, le=1)

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> TerminologiesFile:
        """Read the packaged file.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return read_yaml(resource("rules") / "lexicons" / "terminologies.yaml", cls)
