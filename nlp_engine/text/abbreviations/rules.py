"""``rules/lexicons/abbreviations.yaml``: what clinical abbreviations stand for, made ready for looking up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from nlp_engine.errors import KnowledgeError
from nlp_engine.extraction import MentionLabel
from nlp_engine.knowledge import KnowledgeModel, Source, read_yaml, resource
from nlp_engine.text.lexicon import row_of
from nlp_engine.text.tokens import Tokens, keys_of, tokenise

NUMBER = "#"


def _listed(value: object) -> object:
    """Split "a, b, c"; thousands of words are read several times faster as texts than as lists of YAML."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _paired(value: object) -> object:
    """Split "CHF = congestive heart failure; ..."."""
    if not isinstance(value, str):
        return value
    pairs = [[side.strip() for side in part.split(" = ")] for part in value.split(";")]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("needs `short = long; short = long`")
    if len({short for short, _ in pairs}) < len(pairs):
        raise ValueError("an abbreviation stands twice")
    return dict(pairs)


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Pairs = Annotated[dict[str, str], BeforeValidator(_paired)]


class Sense(KnowledgeModel):
    """One meaning of an abbreviation that has several, and what speaks for it (explained in the file)."""

    long: str = Field(min_length=2)
    labels: Annotated[tuple[MentionLabel, ...], BeforeValidator(_listed)] = ()
    sections: Words = ()
    preceded_by: Words = ()
    followed_by: Words = ()
    near: Words = ()
    note: Words = ()
    usual: bool = False


class Points(KnowledgeModel):
    """How much each kind of evidence counts."""

    label: int
    label_inside: int
    beside: int
    near: int
    each_more: int
    most_near: int
    around: int
    note: int
    section: int
    usual: int


class AbbreviationFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    sources: tuple[Source, ...] = Field(min_length=1)
    points: Points
    needs: int = Field(ge=1)
    needs_for_problem: int = Field(ge=1)
    margin: int = Field(ge=1)
    words_around: int = Field(ge=1)
    capitals_only: Annotated[frozenset[str], BeforeValidator(_listed)]
    before_word: frozenset[str]
    single: dict[str, Pairs]
    several: dict[str, tuple[Sense, ...] | str]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for short, senses in self.several.items():
            if isinstance(senses, str) and not isinstance(self.several.get(senses), tuple):
                raise ValueError(f"{short}: {senses} is no abbreviation with meanings")
        shorts = [short for pairs in self.single.values() for short in pairs] + list(self.several)
        twice = {short for short in shorts if shorts.count(short) > 1} if len(set(shorts)) < len(shorts) else set()
        if twice:
            raise ValueError(f"stands twice: {', '.join(sorted(twice))}")
        return self


@dataclass(frozen=True)
class Meaning:
    """A sense with its words as they are compared."""

    sense: Sense

    @cached_property
    def near(self) -> frozenset[str]:
        """What speaks for it near by; what does so in the whole note counts here, too."""
        return frozenset(map(compared, (*self.sense.near, *self.sense.note, self.sense.long)))

    @cached_property
    def note(self) -> frozenset[str]:
        """What speaks for it anywhere in the note: also its own long form, if that is no everyday word like "left"."""
        own = (self.sense.long,) if " " in self.sense.long else ()
        return frozenset(map(compared, (*self.sense.note, *own)))

    @cached_property
    def preceded_by(self) -> frozenset[str]:
        """Words right before it."""
        return frozenset(map(compared, self.sense.preceded_by))

    @cached_property
    def followed_by(self) -> frozenset[str]:
        """Words right behind it."""
        return frozenset(map(compared, self.sense.followed_by))


@dataclass(frozen=True)
class Abbreviation:
    """A short form as it is written, with its meanings; ``is_exact``: only in this very spelling."""

    short: str
    meanings: tuple[Meaning, ...]
    is_exact: bool = False
    is_defined: bool = False


@dataclass(frozen=True)
class Found:
    """An abbreviation in the tokens ``first`` to ``behind`` (not included)."""

    entry: Abbreviation
    first: int
    behind: int
    is_plural: bool = False


@dataclass(frozen=True)
class AbbreviationTable:
    """Abbreviations by the words they are written in; several may differ in capitals only ("CA", "Ca")."""

    by_words: dict[tuple[str, ...], list[Abbreviation]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)

    def add(self, entry: Abbreviation) -> None:
        """Add an abbreviation; of equal spellings the first counts."""
        words = (entry.short.lower(),) if entry.short.isascii() and entry.short.isalpha() else keys_of(entry.short)
        self.by_words.setdefault(words, []).append(entry)
        self.longest[words[0]] = max(len(words), self.longest.get(words[0], 0))

    def at(self, text: str, tokens: Tokens, place: int, stop: int) -> Found | None:
        """Return the longest abbreviation that begins at a token and ends before ``stop``."""
        if place and tokens.keys[place - 1][-1].isdigit() and tokens.ends[place - 1] == tokens.starts[place]:
            return None  # the "nd" of "2nd", a unit
        found = self._plural_at(text, tokens, place)
        if found is not None:
            return found
        for behind in range(min(stop, place + self.longest.get(tokens.keys[place], 0)), place, -1):
            written = text[tokens.starts[place] : tokens.ends[behind - 1]]
            entry = self.spelt(tuple(tokens.keys[place:behind]), written)
            if entry is not None:
                return Found(entry, place, behind)
        return self._dotted_at(text, tokens, place, stop)

    def spelt(self, words: tuple[str, ...], written: str) -> Abbreviation | None:
        """Return the abbreviation that is written this way, or else without its capitals: "copd", "Copd".

        Other capitals make another abbreviation: "aVF" is no "AVF", "Ta" no "TA".
        """
        entries = self.by_words.get(words, ())
        for entry in entries:
            if written == entry.short:
                return entry
        is_plain = written.islower() or written.isupper() or (len(written) > 2 and written.istitle())
        return next((entry for entry in entries if is_plain and not entry.is_exact), None)

    def _plural_at(self, text: str, tokens: Tokens, place: int) -> Found | None:
        """Return an abbreviation in capitals with an s behind it: "UTIs"; "LFTs" stands in the list."""
        written = text[tokens.starts[place] : tokens.ends[place]].replace("'", "").replace("\u2019", "")
        if any(entry.short == written for entry in self.by_words.get((tokens.keys[place],), ())):
            return None
        if len(written) < 3 or not written.endswith("s") or not written[:-1].isupper():
            return None
        entry = self.spelt((written[:-1].lower(),), written[:-1])
        return None if entry is None else Found(entry, place, place + 1, is_plural=True)

    def _dotted_at(self, text: str, tokens: Tokens, place: int, stop: int) -> Found | None:
        """Return an abbreviation that is written with full stops: "C.O.P.D."."""
        letters, behind = "", place
        while behind < stop and len(tokens.keys[behind]) == 1 and tokens.keys[behind].isalpha():
            letters += text[tokens.starts[behind]]
            behind += 1
            if behind >= stop or tokens.keys[behind] != "." or tokens.starts[behind] != tokens.ends[behind - 1]:
                break
            behind += 1
        entry = self.spelt((letters.lower(),), letters) if behind - place > 2 else None
        return None if entry is None else Found(entry, place, behind)


class AbbreviationRules:
    """The file, made ready: `table` of abbreviations, and the points of the choice."""

    def __init__(self, file: AbbreviationFile) -> None:
        self.file = file
        self.table = AbbreviationTable()
        for entry in _entries(file):
            self.table.add(entry)

    @classmethod
    def load(cls, path: Path | None = None) -> AbbreviationRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "abbreviations.yaml", AbbreviationFile))

    def longs_of(self, short: str) -> tuple[str, ...]:
        """Return the long forms that the list has for a short form."""
        entry = self.table.spelt(keys_of(short), short)
        return tuple(meaning.sense.long for meaning in entry.meanings) if entry else ()


def compared(phrase: str) -> str:
    """Return a phrase as context words are compared: normalised words, every number as ``#``."""
    return " ".join(context_words(row_of(tokenise(phrase))))


def context_words(row: Tokens) -> list[str]:
    """Return the words of a row, every number as ``#``."""
    return [NUMBER if key[0].isdigit() else key for key in row.keys]


def _entries(file: AbbreviationFile) -> Iterator[Abbreviation]:
    capitals = file.capitals_only
    for pairs in file.single.values():
        for short, long in pairs.items():
            yield Abbreviation(short, (Meaning(Sense(long=long)),), _is_exact(short, capitals))
    for short, given in file.several.items():
        senses = file.several[given] if isinstance(given, str) else given
        if isinstance(senses, str):
            raise KnowledgeError("abbreviations.yaml", f"{short}: {given} has no meanings of its own")
        meanings = tuple(map(Meaning, senses))
        yield Abbreviation(short, meanings, _is_exact(short, capitals))


def _is_exact(short: str, capitals_only: frozenset[str]) -> bool:
    """Say whether other capitals make another word of it: "Mg" is no "mg", "K" no "k", "ALL" no "all"."""
    return short.lower() in capitals_only or len(short) == 1 or (len(short) == 2 and not short.isupper())
