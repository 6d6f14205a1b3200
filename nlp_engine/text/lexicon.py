"""Names of concepts and drugs, found as whole words in a note; a name that the note defines itself comes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from nlp_engine.assessment import MentionLabel
from nlp_engine.knowledge import (
    Concept,
    KnowledgeModel,
    load_concepts,
    normalise_phrase,
    read_yaml,
    read_yaml_folder,
    resource,
)
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import Tokens, tokenise

_JOINTS = frozenset("-/\u2010\u2011\u2013'")


class LexiconFile(KnowledgeModel):
    """``rules/lexicons/lexicon.yaml``."""

    schema_version: Literal[1]
    about: str
    upper_only: frozenset[str]
    not_before: frozenset[str]
    score: float = Field(gt=0, le=1)


class DrugNames(BaseModel):
    """A class of ``rules/drugs``, of which only the names are read here; the decisions check the whole file."""

    ingredients: dict[str, tuple[str, ...]]


class DrugNameFile(BaseModel):
    """A file of ``rules/drugs``, likewise."""

    classes: tuple[DrugNames, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for; ``label`` None hides a name inside another phrase ("hay fever")."""

    label: MentionLabel | None
    concept: str | None = None
    upper_only: bool = False


class Lexicon:
    """All names, looked up in the words of a note."""

    def __init__(self, concepts: Mapping[str, Concept], drugs: Iterable[str], file: LexiconFile) -> None:
        self._file = file
        self.concepts = concepts
        self._table = PhraseTable((words_of(name), entry) for name, entry in self._entries(drugs))

    @classmethod
    def load(cls, rules: Path | None = None) -> Lexicon:
        """Read the packaged rules, or those of another folder.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file does not fit.
        """
        folder = rules or resource("rules")
        files = read_yaml_folder(folder / "drugs", DrugNameFile)
        drugs = [
            name
            for file in files
            for drug_class in file.classes
            for ingredient, others in drug_class.ingredients.items()
            for name in (ingredient, *others)
        ]
        return cls(
            load_concepts(folder / "concepts"), drugs, read_yaml(folder / "lexicons" / "lexicon.yaml", LexiconFile)
        )

    def concept_of(self, text: str) -> Concept | None:
        """Return the concept whose name a phrase is."""
        entry = self._table.get(words_of(text))
        if entry is None or entry.concept is None or not _fits(entry, text):
            return None
        return self.concepts[entry.concept]

    def label_of(self, text: str) -> MentionLabel | None:
        """Return what a phrase is the name of: a problem, a test (a normal phrase), a drug."""
        entry = self._table.get(words_of(text))
        return entry.label if entry is not None and _fits(entry, text) else None

    def find(self, note: ReadNote) -> list[Span]:
        """Return the names in a note, in order, without overlap; each stands within one sentence."""
        row = row_of(note.tokens)
        found = []
        for hit in self._table.find(row.keys):
            start, end = row.starts[hit.first], row.ends[hit.behind - 1]
            entry, text = hit.payload, note.text[start:end]
            if entry.label is None or not _fits(entry, text) or _is_broken(note, start, end):
                continue
            following = row.keys[hit.behind] if hit.behind < len(row.keys) else ""
            if entry.label is MentionLabel.DRUG and following in self._file.not_before:
                continue
            found.append(Span(start, end, entry.label, self._file.score))
        return found

    def _entries(self, drugs: Iterable[str]) -> Iterator[tuple[str, Entry]]:
        for concept in self.concepts.values():
            for name in concept.names:
                yield name, Entry(MentionLabel.PROBLEM, concept.id, self._is_upper_only(name))
            for phrase in concept.normal_phrases:
                yield phrase, Entry(MentionLabel.TEST)
        for drug in drugs:
            yield drug, Entry(MentionLabel.DRUG)
        for concept in self.concepts.values():
            for name in concept.not_names:
                yield name, Entry(None)

    def _is_upper_only(self, name: str) -> bool:
        letters = sum(map(str.isalpha, name))
        return name.isupper() and (letters <= 2 or name.lower() in self._file.upper_only)


def words_of(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as they are compared: hyphens and slashes count as blanks."""
    return tuple(row_of(tokenise(phrase)).keys)


def row_of(tokens: Tokens) -> Tokens:
    """Return tokens with their words as they are compared, without the signs that join words."""
    keys, starts, ends = [], [], []
    for key, start, end in zip(tokens.keys, tokens.starts, tokens.ends, strict=True):
        if key not in _JOINTS:
            keys.append(_word(key))
            starts.append(start)
            ends.append(end)
    return Tokens(keys, starts, ends)


@lru_cache(maxsize=65536)
def _word(key: str) -> str:
    return normalise_phrase(key) or key


def _fits(entry: Entry, text: str) -> bool:
    return not entry.upper_only or text.removesuffix("s").isupper()


def _is_broken(note: ReadNote, start: int, end: int) -> bool:
    """Say whether a sentence ends inside a span, or a sign stands between blanks ("heart - failure")."""
    sentences = note.sentences
    return sentences.index_at(start) != sentences.index_at(end - 1) or " - " in note.text[start:end]
