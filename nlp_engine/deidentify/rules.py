"""The files of ``rules/deid``: lists of names, words and places, cues and patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from nlp_engine.deidentify.result import Kind
from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource


def _words(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _names(value: object) -> object:
    return tuple(part.strip() for part in " ".join(value.split()).split(",")) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""Words with blanks between, as one long string: a list of 90,000 items would be slow to read."""

Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""Names with commas between, as one long string."""


class ListSource(KnowledgeModel):
    """Where a list comes from, and its licence."""

    label: str
    year: int
    licence: str
    url: str | None = None


class ListFile(KnowledgeModel):
    """What every list of ``rules/deid`` says of itself."""

    schema_version: Literal[1]
    about: str
    sources: tuple[ListSource, ...]


class GivenNames(ListFile):
    """``given_names.yaml``: frequent ones first."""

    female: Words
    male: Words
    either: Words


class Surnames(ListFile):
    """``surnames.yaml``: frequent ones first."""

    surnames: Words


class OrdinaryWords(ListFile):
    """``words.yaml``."""

    words: Words
    abbreviations: Words


class Places(ListFile):
    """``places.yaml``: large cities first."""

    us_cities: Names
    other_cities: Names
    states: Names
    state_codes: Names
    countries: Names


class MedicalNames(ListFile):
    """``medical_names.yaml``."""

    eponyms: Words
    owned: Words
    brands: Words
    devices: Words
    others: Words
    heads: Words
    medical_phrases: tuple[str, ...]


class Cues(KnowledgeModel):
    """``cues.yaml``: words beside which a name, a place or a date stands."""

    schema_version: Literal[1]
    about: str
    titles: dict[str, Literal["female", "male", "unknown"]]
    fields: tuple[str, ...]
    before: tuple[str, ...]
    relatives: tuple[str, ...]
    credentials: tuple[str, ...]
    after: tuple[str, ...]
    place_before: tuple[str, ...]
    street_words: tuple[str, ...]
    street_prefixes: tuple[str, ...]
    street_ends: tuple[str, ...]
    street_behind: tuple[str, ...]
    unit_words: tuple[str, ...]
    address_before: tuple[str, ...]
    facilities: tuple[str, ...]
    month_before: tuple[str, ...]
    day_before: tuple[str, ...]
    no_day_near: tuple[str, ...]
    person_verbs: frozenset[str]
    never: frozenset[str]
    drug_before: frozenset[str]
    birth: tuple[str, ...]


class Pattern(KnowledgeModel):
    """One regular expression for a kind of number; the examples are found by it, those of ``not`` are not."""

    kind: Kind
    pattern: str
    flags: Literal["", "i"] = ""
    check: Literal["", "luhn", "iban", "ipv4", "ipv6", "nhs", "domain", "digit", "digits3", "digits4", "digits7"] = ""
    examples: tuple[str, ...]
    not_examples: tuple[str, ...] = ()

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression."""
        return re.compile(self.pattern, re.IGNORECASE if self.flags == "i" else 0)


class PatternFile(KnowledgeModel):
    """``patterns.yaml``."""

    schema_version: Literal[1]
    about: str
    patterns: tuple[Pattern, ...]


class DeidRules(KnowledgeModel):
    """All files together."""

    given: GivenNames
    surnames: Surnames
    words: OrdinaryWords
    places: Places
    medical: MedicalNames
    cues: Cues
    patterns: PatternFile

    @classmethod
    def load(cls, folder: Path | None = None) -> DeidRules:
        """Read ``rules/deid``, or another folder of the same files.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file does not fit.
        """
        at = folder or resource("rules") / "deid"
        return cls(
            given=read_yaml(at / "given_names.yaml", GivenNames),
            surnames=read_yaml(at / "surnames.yaml", Surnames),
            words=read_yaml(at / "words.yaml", OrdinaryWords),
            places=read_yaml(at / "places.yaml", Places),
            medical=read_yaml(at / "medical_names.yaml", MedicalNames),
            cues=read_yaml(at / "cues.yaml", Cues),
            patterns=read_yaml(at / "patterns.yaml", PatternFile),
        )


def alternatives(phrases: Iterable[str]) -> str:
    """Return the phrases as alternatives of a regular expression, the longest first; a blank is one or more blanks."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"[ \t]+") for phrase in ordered)
