"""What the readers of a note share: its text, words, headings, sentences, and labelled spans."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_engine.text.sections import Sections
from nlp_engine.text.sentences import Sentences
from nlp_engine.text.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled span of a note (a mention or an attribute), not yet asserted; ``score`` between 0 and 1."""

    start: int
    end: int
    label: str
    score: float = 1.0

    def overlaps(self, other: Span) -> bool:
        """Say whether two spans share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A note after the first look at it."""

    text: str
    tokens: Tokens
    sections: Sections
    sentences: Sentences
