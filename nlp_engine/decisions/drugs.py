"""Drug classes: which ingredients and brand names belong to a class, found as whole words in a drug's name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, Source, read_yaml_folder

_KEPT = 16384
_LOCAL = "(local use)"
_REACH = 100
_SENTENCE_END = re.compile(r"[.;\n](?!\d)")
_CLAUSE_END = re.compile(
    rf"{_SENTENCE_END.pattern}|,|\b(?:and|but|then|continue\w*|start\w*|resum\w*)\b", re.IGNORECASE
)
_TURN = re.compile(r"\b(?:but|then|now|currently|continue\w*|start\w*|resum\w*|takes|remains)\b", re.IGNORECASE)
_GAP = r"(?:\W+[^\W_]+){0,2}\W*"


class DrugClass(KnowledgeModel):
    """A class with its ingredients; each ingredient lists its brand names and other spellings."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    plain: str = Field(description="the class in everyday words")
    atc: tuple[str, ...] = ()
    source: Source
    ingredients: dict[str, tuple[str, ...]] = Field(min_length=1)


class DrugFile(KnowledgeModel):
    """One file of ``rules/drugs/``.

    ``local_use`` are words of forms and routes that hardly reach the blood. ``not_taken_before`` and
    ``not_taken_after`` are words of a note right around a drug that say that it is not taken ("stopped"); behind
    ``allergic_to`` a list of drugs may follow, and behind ``tried_before`` one of drugs that were taken once.
    """

    schema_version: Literal[1]
    about: str
    local_use: tuple[str, ...] = ()
    not_taken_before: tuple[str, ...] = ()
    not_taken_after: tuple[str, ...] = ()
    tried_before: tuple[str, ...] = ()
    allergic_to: tuple[str, ...] = ()
    classes: tuple[DrugClass, ...]


@dataclass(frozen=True)
class DrugClasses:
    """All classes, with the search in names."""

    classes: dict[str, DrugClass]
    local_use: tuple[str, ...] = ()
    not_taken_before: tuple[str, ...] = ()
    not_taken_after: tuple[str, ...] = ()
    tried_before: tuple[str, ...] = ()
    allergic_to: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> DrugClasses:
        """Read every file of ``folder``.

        Raises
        ------
        KnowledgeError
            If a file does not fit, or a class stands twice.
        """
        classes: dict[str, DrugClass] = {}
        files = read_yaml_folder(folder, DrugFile)
        for file in files:
            for drug_class in file.classes:
                if drug_class.id in classes:
                    raise KnowledgeError("drugs", f'the class "{drug_class.id}" stands twice')
                classes[drug_class.id] = drug_class
        return cls(
            classes,
            tuple(word for file in files for word in file.local_use),
            tuple(word for file in files for word in file.not_taken_before),
            tuple(word for file in files for word in file.not_taken_after),
            tuple(word for file in files for word in file.tried_before),
            tuple(word for file in files for word in file.allergic_to),
        )

    def by_class(self, text: str) -> Mapping[str, tuple[str, ...]]:
        """Return class -> its ingredients that ``text`` (a drug's name) names, each once, in order."""
        return {name: ingredients for name, ingredients in self._read(text).items() if name != _LOCAL}

    def is_local(self, text: str) -> bool:
        """Say whether a name, form or route is of local use (an eye drop, a cream)."""
        return _LOCAL in self._read(text)

    def says_not_taken(self, text: str, start: int, end: int) -> bool:
        """Say whether the words right around a drug in a note say that it is not taken.

        Looked at are the words of the same clause, with at most two other words in between; for what the patient
        is allergic to, all of the sentence and line before.
        """
        sentence = _SENTENCE_END.split(text[max(0, start - _REACH) : start])[-1]
        if self._allergic.search(_folded(sentence)):
            return True
        before = _CLAUSE_END.split(sentence)[-1]
        after = _CLAUSE_END.split(text[end : end + _REACH])[0]
        return bool(self._before.search(_folded(before)) or self._after.match(_folded(after)))

    def says_tried(self, text: str, start: int, end: int) -> bool:
        """Say whether the words before a drug in its sentence say that it was tried or taken once: no answer for today.

        A list may stand in between, no full stop and no verb of taking: "has tried Tylenol and ibuprofen".
        """
        sentence = _SENTENCE_END.split(text[max(0, start - _REACH) : start])[-1]
        return bool(self._tried.search(_folded(_TURN.split(sentence)[-1])))

    @cached_property
    def _tried(self) -> re.Pattern[str]:
        return _whole_words(list(map(_folded, self.tried_before)))

    @cached_property
    def _allergic(self) -> re.Pattern[str]:
        return _whole_words(list(map(_folded, self.allergic_to)))

    @cached_property
    def _before(self) -> re.Pattern[str]:
        return re.compile(rf"{_whole_words(list(map(_folded, self.not_taken_before))).pattern}{_GAP}$")

    @cached_property
    def _after(self) -> re.Pattern[str]:
        return re.compile(rf"{_GAP}{_whole_words(list(map(_folded, self.not_taken_after))).pattern}")

    @cached_property
    def _read(self) -> Callable[[str], dict[str, tuple[str, ...]]]:
        """Return class -> ingredients for a name; a ward writes the same names over and over, so they are kept."""
        owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for word in self.local_use:
            owners[_folded(word)].append((_LOCAL, word))
        for drug_class in self.classes.values():
            for ingredient, brands in drug_class.ingredients.items():
                for name in (ingredient, *brands):
                    owners[_folded(name)].append((drug_class.id, ingredient))
        pattern = _whole_words(list(owners))

        def read(text: str) -> dict[str, tuple[str, ...]]:
            found: dict[str, dict[str, None]] = defaultdict(dict)
            for match in pattern.finditer(_folded(text)):
                for class_id, ingredient in owners[match[0]]:
                    found[class_id][ingredient] = None
            return {class_id: tuple(ingredients) for class_id, ingredients in found.items()}

        return lru_cache(maxsize=_KEPT)(read)


def _whole_words(words: list[str]) -> re.Pattern[str]:
    # Longest first, so that "insulin glargine" is not read as "insulin". No words: a pattern that finds nothing.
    inside = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?<![^\W_])(?:{inside})(?![^\W_])")


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
