"""Sentences with slots, and the same sentences filled, with the spans of what was filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nlp_engine.deidentify.tagger.tagger import LABELS
from nlp_engine.knowledge import KnowledgeModel, read_yaml
from nlp_engine.training.deidentify.values import Values

IGNORED = -100
"""The label of what the tagger learns nothing from: dates and numbers, which are left to patterns, and companies."""

_SLOT = re.compile(r"\{(\w+)\}")
_NAME, _PLACE, _PHONE = LABELS.index("name"), LABELS.index("place"), LABELS.index("phone")
_LABELS = {
    **dict.fromkeys(("name", "first", "last"), _NAME),
    **dict.fromkeys(("city", "addr", "street", "zip", "unit"), _PLACE),
    **dict.fromkeys(("email", "iban", "card", "date", "org"), IGNORED),
    "phone": _PHONE,
}


class Sentences(KnowledgeModel):
    """``sentences.yaml``: everyday writing, lines of notes, sentences and lines of notes that hold no name."""

    schema_version: Literal[1]
    about: str
    everyday: tuple[str, ...]
    clinical: tuple[str, ...]
    plain: tuple[str, ...]
    shorthand: tuple[str, ...]


class Phones(KnowledgeModel):
    """``phones.yaml``."""

    schema_version: Literal[1]
    about: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with labelled spans: start, end, place in `LABELS` or `IGNORED`."""

    text: str
    spans: list[tuple[int, int, int]]

    def cased(self, chance: float, *, small: float, shouted: float) -> Example:
        """Return it in small letters or in capitals, if the chance (0 to 1) is below the shares of these."""
        text = self.text.lower() if chance < small else self.text.upper() if chance < small + shouted else self.text
        return Example(text, self.spans) if len(text) == len(self.text) else self


def read_sentences() -> Sentences:
    """Read the packaged sentences."""
    return read_yaml(Path(__file__).with_name("sentences.yaml"), Sentences)


def read_phones() -> Phones:
    """Read the packaged forms of phone numbers."""
    return read_yaml(Path(__file__).with_name("phones.yaml"), Phones)


def filled(template: str, values: Values) -> Example:
    """Fill the slots of a sentence."""
    parts: list[str] = []
    spans: list[tuple[int, int, int]] = []
    place = length = 0
    for match in _SLOT.finditer(template):
        value = values.of(match[1])
        length += match.start() - place
        parts += (template[place : match.start()], value)
        if match[1] in _LABELS:
            spans.append((length, length + len(value), _LABELS[match[1]]))
        length += len(value)
        place = match.end()
    return Example("".join((*parts, template[place:])), spans)


def joined(examples: list[Example], gaps: list[str]) -> Example:
    """Return examples as one text, with a gap behind each."""
    text, spans = "", []
    for example, gap in zip(examples, gaps, strict=True):
        spans += [(start + len(text), end + len(text), label) for start, end, label in example.spans]
        text += example.text + gap
    return Example(text, spans)
