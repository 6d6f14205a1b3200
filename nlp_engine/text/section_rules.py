"""``rules/lexicons/sections.yaml``: titles, the sections they open, and what a section says of its content."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field

from nlp_engine.assessment import Experiencer, Presence, Temporality
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, normalise_phrase, read_yaml, resource


class SectionKind(KnowledgeModel):
    """One kind of section.

    ``presence``, ``temporality`` and ``experiencer`` hold inside unless the text says otherwise. ``names_test``:
    the title itself may be a test ("EKG: normal"). ``one_line``: ends with its line or sentence ("MRN: 123"), and what
    comes behind it stands in no section.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    loinc: str | None = None
    titles: tuple[str, ...] = Field(min_length=1)
    contains: tuple[str, ...] = ()
    names_test: bool = False
    one_line: bool = False
    presence: Presence | None = None
    temporality: Temporality | None = None
    experiencer: Experiencer | None = None


class SectionFile(KnowledgeModel):
    """The whole file; ``parts`` are titles that do not leave the section they stand in."""

    schema_version: Literal[1]
    about: str
    sections: tuple[SectionKind, ...]
    parts: tuple[str, ...]


class SectionRules:
    """Titles and words of titles -> kind of section."""

    def __init__(self, file: SectionFile) -> None:
        self.parts = frozenset(map(normalise_phrase, file.parts))
        self._titles = _by_phrase(file.sections)
        self._words: dict[str, SectionKind] = {}
        for kind in file.sections:
            for word in kind.contains:
                self._words.setdefault(normalise_phrase(word), kind)
        self._order = {kind.id: place for place, kind in enumerate(file.sections)}
        self.longest = max(len(title.split()) for title in self._titles)

    @classmethod
    def load(cls, path: Path | None = None) -> SectionRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit, or one title stands at two sections.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "sections.yaml", SectionFile))

    def titled(self, title: str) -> SectionKind | None:
        """Return the section of a normalised title that stands in the list."""
        return self._titles.get(title)

    def guess(self, title: str) -> SectionKind | None:
        """Return the section that a word of an unlisted, normalised title decides for."""
        found = [self._words[word] for word in title.split() if word in self._words]
        return min(found, key=lambda kind: self._order[kind.id], default=None)


def _by_phrase(kinds: Iterable[SectionKind]) -> dict[str, SectionKind]:
    titles: dict[str, SectionKind] = {}
    for kind in kinds:
        for title in kind.titles:
            if titles.setdefault(normalise_phrase(title), kind) is not kind:
                raise KnowledgeError("sections.yaml", f'the title "{title}" stands at two sections')
    return titles
