"""``rules/lexicons/sections.yaml``: titles, the sections they open, and what a section says of its content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from nlp_engine.assessment import Experiencer, Presence, Temporality
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, normalise_phrase, read_yaml, resource

_REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]?\s*$")
_WHEN = re.compile(r"(?:[\s,@-]|\b(?:on|at|from|as of)\b)*\b\d[\d/.:-]*\s*(?:am|pm|h|hrs)?$", re.IGNORECASE)
_JOINTS = re.compile(r"\s*(?:[/&+,]|\band\b)\s*", re.IGNORECASE)


class TerseTitle(KnowledgeModel):
    """A title that opens a section without a colon only before certain words: "ALL NKDA", not "all night"."""

    title: str
    words: tuple[str, ...] = Field(min_length=1)


class SectionKind(KnowledgeModel):
    """One kind of section.

    ``presence``, ``temporality`` and ``experiencer`` hold inside unless the text says otherwise. ``parent``: the
    section it is a part of. ``names_test``: the title itself may be a test ("EKG: normal"). ``one_line``: ends with its
    line or sentence ("MRN: 123"), and what comes behind it stands in no section. ``paragraph``: ends with its paragraph
    ("Allergies: none"), unless it is a list. ``inner``: headings that are in no list stay inside (problems of a plan).
    ``systems``: whether the title of a body system stays inside, leads back to the parent (an examination behind vital
    signs) or leaves for a section without a name. ``terse``: titles that open the section without a colon ("PMH HTN,
    DM"); ``terse_before``: those that do so only before some words.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    loinc: str | None = Field(default=None, pattern=r"^\d{3,5}-\d$")
    parent: str | None = None
    titles: tuple[str, ...] = Field(min_length=1)
    terse: tuple[str, ...] = ()
    terse_before: tuple[TerseTitle, ...] = ()
    contains: tuple[str, ...] = ()
    names_test: bool = False
    one_line: bool = False
    paragraph: bool = False
    inner: bool = False
    systems: Literal["stay", "parent", "leave"] = "stay"
    presence: Presence | None = None
    temporality: Temporality | None = None
    experiencer: Experiencer | None = None

    @property
    def speaks(self) -> bool:
        """Whether the section says when its content was, or who has it."""
        return self.temporality is not None or self.experiencer is not None


class SectionFile(KnowledgeModel):
    """The whole file.

    ``systems`` and ``parts``: titles that do not leave the section they stand in. ``running``: words that show a title
    without a colon to be part of a sentence. ``qualifiers``: words beside a title that change nothing.
    """

    schema_version: Literal[1]
    about: str
    sections: tuple[SectionKind, ...]
    systems: tuple[str, ...]
    parts: tuple[str, ...]
    running: frozenset[str]
    qualifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """What the words of a heading say.

    ``key``: the words as they are compared. ``is_listed``: they name a section, or several that say different things of
    their content (``kind`` None). ``is_part``, ``is_system``: they name something that does not leave its section.
    """

    key: str
    kind: SectionKind | None = None
    is_listed: bool = False
    is_part: bool = False
    is_system: bool = False


class SectionRules:
    """Titles and words of titles -> kind of section."""

    def __init__(self, file: SectionFile) -> None:
        self._systems = frozenset(map(normalise_phrase, file.systems))
        self.parts = self._systems | frozenset(map(normalise_phrase, file.parts))
        self.running = file.running
        self.kinds: Mapping[str, SectionKind] = {kind.id: kind for kind in file.sections}
        _check_parents(self.kinds)
        self._titles = _by_phrase((title, kind) for kind in file.sections for title in kind.titles)
        self._terse = {title: kind for kind in file.sections for title in kind.terse}
        self._terse_titles = frozenset(map(normalise_phrase, self._terse))
        self._terse_before = {
            (terse.title, word): kind for kind in file.sections for terse in kind.terse_before for word in terse.words
        }
        titles = {*self._terse, *(title for title, _ in self._terse_before)}
        self._terse_words = {title.split()[0] for title in titles}
        self._words = [(f" {normalise_phrase(word)} ", kind) for kind in file.sections for word in kind.contains]
        qualifiers = "|".join(sorted(map(normalise_phrase, file.qualifiers), key=len, reverse=True))
        self._before = re.compile(rf"(?:(?:{qualifiers}) )+")
        self._behind = re.compile(rf"(?: (?:{qualifiers}))+$")
        self.longest = max(len(title.split()) for title in self._titles)

    @classmethod
    def load(cls, path: Path | None = None) -> SectionRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit, one title stands at two sections, or a parent is no section.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "sections.yaml", SectionFile))

    def titled(self, title: str) -> SectionKind | None:
        """Return the section of a normalised title that stands in the list."""
        return self._titles.get(title)

    def read(self, words: str) -> Title:
        """Return what the words of a heading say, with or without a remark, a date or a qualifier beside them."""
        words = _REMARK.sub("", words)
        title = self._known(normalise_phrase(words))
        if not (title.is_listed or title.is_part):
            plain = self._known(self._unqualified(normalise_phrase(_WHEN.sub("", words))))
            title = plain if plain.is_listed or plain.is_part else self._joined(words, title)
        return title

    def terse(self, words: str, following: str, *, is_safe: bool) -> SectionKind | None:
        """Return the section that words open without a colon behind them.

        Parameters
        ----------
        following
            The word behind them, in lower case.
        is_safe
            Whether they are at a place where a title of any kind may stand; else only those before certain words count.
        """
        title = words.lower()
        kind = self._terse_before.get((title, following))
        if kind is None and is_safe and following not in self.running:
            kind = self._terse.get(title)
        return kind

    def may_be_terse(self, word: str) -> bool:
        """Say whether any title without a colon begins with a word."""
        return word.lower() in self._terse_words

    def is_terse(self, title: str) -> bool:
        """Say whether a normalised title may stand without a colon, in a capital or not."""
        return title in self._terse_titles

    def guess(self, title: str) -> SectionKind | None:
        """Return the section that a phrase of an unlisted, normalised title decides for, the first of the file."""
        padded = f" {title} "
        return next((kind for word, kind in self._words if word in padded), None)

    def _known(self, key: str) -> Title:
        kind = self._titles.get(key)
        return Title(key, kind, kind is not None, kind is None and key in self.parts, key in self._systems)

    def _unqualified(self, key: str) -> str:
        found = self._before.match(key)
        return self._behind.sub("", key[found.end() :] if found else key)

    def _joined(self, words: str, unlisted: Title) -> Title:
        """Return what several titles in one say: "PMH/FHx", "CV/Resp"."""
        keys = [normalise_phrase(word) for word in _JOINTS.split(words)]
        titles = [self._known(key) for key in keys if len(key) > 1]
        if len(titles) < 2 or len(titles) < len(keys):
            return unlisted
        if all(title.is_part for title in titles):
            return Title(unlisted.key, is_part=True, is_system=any(title.is_system for title in titles))
        kinds = [title.kind for title in titles if title.kind is not None]
        if len(kinds) < len(titles):
            return unlisted
        said = {(kind.presence, kind.temporality, kind.experiencer) for kind in kinds}
        return Title(unlisted.key, kinds[0] if len(said) == 1 else None, is_listed=True)


def _by_phrase(titles: Iterable[tuple[str, SectionKind]]) -> dict[str, SectionKind]:
    found: dict[str, SectionKind] = {}
    for title, kind in titles:
        if found.setdefault(normalise_phrase(title), kind) is not kind:
            raise KnowledgeError("sections.yaml", f'the title "{title}" stands at two sections')
    return found


def _check_parents(kinds: Mapping[str, SectionKind]) -> None:
    for kind in kinds.values():
        if kind.parent is not None and kind.parent not in kinds:
            raise KnowledgeError("sections.yaml", f'the parent "{kind.parent}" of "{kind.id}" is no section')
