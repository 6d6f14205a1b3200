"""``rules/lexicons/people.yaml``: words of age, sex and kin, made ready for looking up."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource

SexWord = Literal["female", "male"]


class PeopleFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    female: frozenset[str]
    male: frozenset[str]
    persons: frozenset[str]
    sex_letters: dict[SexWord, tuple[str, ...]]
    titles: dict[SexWord, tuple[str, ...]]
    pronouns: dict[SexWord, tuple[str, ...]]
    no_sex: frozenset[str]
    kin: frozenset[str]
    this: frozenset[str]


class PeopleRules:
    """Words -> the sex they tell."""

    def __init__(self, file: PeopleFile) -> None:
        self.file = file
        nouns: dict[SexWord, frozenset[str]] = {"female": file.female, "male": file.male}
        self.nouns = {word: sex for sex, words in nouns.items() for word in words}
        self.letters = {letters: sex for sex, words in file.sex_letters.items() for letters in words}
        self.titles = {word: sex for sex, words in file.titles.items() for word in words}
        self.pronouns = {word: sex for sex, words in file.pronouns.items() for word in words}

    @classmethod
    def load(cls, path: Path | None = None) -> PeopleRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "people.yaml", PeopleFile))
