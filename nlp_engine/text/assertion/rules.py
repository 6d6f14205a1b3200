"""``rules/lexicons/assertion.yaml``: cues, stops and phrases that hide them, made ready for looking up."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from nlp_engine.assessment import Experiencer, MentionLabel, Presence, Temporality
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import keys_of

Axis = Literal["presence", "temporality", "experiencer"]
Value = Presence | Temporality | Experiencer
AXES: tuple[Axis, ...] = ("presence", "temporality", "experiencer")
NUMBER, YEAR, MINUS, TO_DO = "#", "yyyy", "(minus)", "(todo)"
_SLOT = re.compile(r"\{(\w+)\}")


class Says(KnowledgeModel):
    """What a cue says, on one axis or more."""

    presence: Presence | None = None
    temporality: Temporality | None = None
    experiencer: Experiencer | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(self.values()):
            raise ValueError("says nothing")
        return self

    def values(self) -> dict[Axis, Value]:
        """Return axis -> value for what is said."""
        said: dict[Axis, Value | None] = {
            "presence": self.presence,
            "temporality": self.temporality,
            "experiencer": self.experiencer,
        }
        return {axis: value for axis, value in said.items() if value is not None}


class CueRule(KnowledgeModel):
    """Phrases that say something of the mentions they reach."""

    says: Says
    phrases: tuple[str, ...] = Field(min_length=1)
    direction: Literal["forward", "backward", "inside"] = "forward"
    reach: Literal["sentence", "item"] = "sentence"
    words: int | None = Field(default=None, ge=1)
    ends_item: bool = False
    labels: tuple[MentionLabel, ...] = ()


class AxisPhrases(KnowledgeModel):
    """Phrases that work on some axes: they end the reach of cues, or hide the cues inside them."""

    axes: tuple[Axis, ...] = Field(min_length=1)
    phrases: tuple[str, ...]


class Ranks(KnowledgeModel):
    """For each axis its values in order of rank; every value that a cue may say stands once."""

    presence: tuple[tuple[Presence, ...], ...]
    temporality: tuple[tuple[Temporality, ...], ...]
    experiencer: tuple[tuple[Experiencer, ...], ...]

    @cached_property
    def of(self) -> dict[Value, int]:
        """Value -> rank."""
        axes: Iterable[Sequence[Sequence[Value]]] = (self.presence, self.temporality, self.experiencer)
        return {value: rank for axis in axes for rank, values in enumerate(axis) for value in values}


class AssertionFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    bonus: dict[Axis, float]
    discount: dict[Axis, float]
    beside: dict[Value, float]
    rare: dict[Value, float]
    ranks: Ranks
    sets: dict[str, tuple[str, ...]]
    cues: tuple[CueRule, ...]
    pseudo: tuple[AxisPhrases, ...]
    negatable: tuple[str, ...]
    stops: tuple[AxisPhrases, ...]
    predicates: tuple[str, ...]
    not_predicates: tuple[str, ...]
    separators: frozenset[str]
    joiners: frozenset[str]
    subjects: frozenset[str]


@dataclass(slots=True)
class Signal:
    """What one phrase does on one axis: what its rules say, or stopping others. Neither: it hides what is inside it.

    ``negatable``: a denial before it in its item turns it round.
    """

    rules: list[tuple[CueRule, Value]] = field(default_factory=list)
    stops: bool = False
    negatable: bool = False


class AssertionRules:
    """The rules, compiled: for each axis a table of its phrases."""

    def __init__(self, file: AssertionFile) -> None:
        signals: dict[Axis, defaultdict[tuple[str, ...], Signal]] = {axis: defaultdict(Signal) for axis in AXES}
        for rule in file.cues:
            said = rule.says.values()
            if missing := set(said.values()) - file.ranks.of.keys():
                raise KnowledgeError("assertion.yaml", f"no rank for {', '.join(sorted(missing))}")
            for phrase in _expand(rule.phrases, file.sets):
                for axis, value in said.items():
                    signals[axis][phrase].rules.append((rule, value))
        for stop in file.stops:
            for phrase in _expand(stop.phrases, file.sets):
                for axis in stop.axes:
                    signals[axis][phrase].stops = True
        for phrase in _expand(file.negatable, file.sets):
            signals["presence"][phrase].negatable = True
        for pseudo in file.pseudo:
            for phrase in _expand(pseudo.phrases, file.sets):
                for axis in pseudo.axes:
                    if signals[axis].setdefault(phrase, Signal()) != Signal():
                        raise KnowledgeError("assertion.yaml", f'"{" ".join(phrase)}" hides a cue and is one itself')
        self.bonus = file.bonus
        self.discount = file.discount
        self.beside = file.beside
        self.rare = file.rare
        self.signals = {axis: PhraseTable(phrases.items()) for axis, phrases in signals.items()}
        own = [(phrase, True) for phrase in _expand(file.predicates, file.sets)]
        self.predicates: PhraseTable[bool] = PhraseTable(
            [
                *own,
                *((phrase, False) for phrase in _expand(file.not_predicates, file.sets) if (phrase, True) not in own),
            ]
        )
        self.ranks = file.ranks.of
        self.separators = file.separators
        self.joiners = file.joiners
        self.subjects = file.subjects

    @classmethod
    def load(cls, path: Path | None = None) -> AssertionRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit, names an unknown set, or a phrase is a pseudo phrase and a cue at once.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "assertion.yaml", AssertionFile))


def lookup_keys(keys: Iterable[str]) -> list[str]:
    """Return the keys with numbers made alike: a year, or any other number."""
    return [_number(key) if key[0].isdigit() else key for key in keys]


def _number(key: str) -> str:
    return YEAR if len(key) == 4 and key[:2] in {"19", "20"} and key.isdigit() else NUMBER


def _expand(phrases: Iterable[str], sets: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the words of each phrase, once for each choice from its sets."""
    for phrase in phrases:
        # Every second part is the name of a set.
        parts = _SLOT.split(phrase)
        names = parts[1::2]
        if unknown := set(names) - sets.keys():
            raise KnowledgeError("assertion.yaml", f"no set is called {', '.join(sorted(unknown))}")
        for choice in product(*(sets[name] for name in names)):
            parts[1::2] = choice
            words = "".join(parts)
            yield (words,) if words in {MINUS, TO_DO} else keys_of(words.replace("#year", f" {YEAR} "))
