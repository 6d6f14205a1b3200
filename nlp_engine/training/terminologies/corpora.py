"""Corpora whose mentions carry codes: PubTator files (BC5CDR, NCBI disease) and the blocks of HPO GSC+."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nlp_engine.text.abbreviations.definitions import find_abbreviations


@dataclass(frozen=True, slots=True)
class LinkedMention:
    """Words with their codes; none where the annotators found none."""

    text: str
    label: str
    codes: tuple[str, ...]


@dataclass
class LinkedDocument:
    """A text with its mentions."""

    text: str
    mentions: list[LinkedMention] = field(default_factory=list)

    @cached_property
    def abbreviations(self) -> dict[str, str]:
        """Short forms that the text defines."""
        return find_abbreviations(self.text)

    def long_form(self, words: str) -> str:
        """Return words with the short forms that the text defines written out."""
        return " ".join(self.abbreviations.get(word, word) for word in words.split())


def read_linked(path: Path, labels: frozenset[str] | None = None) -> Iterator[LinkedDocument]:
    """Yield the documents of a PubTator file; several codes are joined with ``|`` or ``+``, ``-1`` is none."""
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        title, abstract, *rows = block.split("\n")
        document = LinkedDocument(f"{title.split('|', 2)[2]} {abstract.split('|', 2)[2]}")
        for row in rows:
            cells = row.split("\t")
            if len(cells) >= 6 and (labels is None or cells[4] in labels):
                codes = cells[5].replace("+", "|").removeprefix("MESH:").split("|")
                document.mentions.append(LinkedMention(cells[3], cells[4], tuple(c for c in codes if c != "-1")))
        yield document


def read_gsc(path: Path) -> Iterator[LinkedDocument]:
    """Yield the documents of HPO GSC+: an id, a text, then one row a mention."""
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        _, text, *rows = block.split("\n")
        cells = [row.split("\t") for row in rows]
        yield LinkedDocument(text, [LinkedMention(row[2], "PROBLEM", (row[3],)) for row in cells])
