"""``rules/lexicons/dates.yaml``: the words of dates, made ready for looking up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import model_validator

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import keys_of

Order = Literal["mdy", "dmy"]
Event = Literal["service", "admission", "discharge", "surgery", "birth", "delivery"]
Tense = Literal["past", "future"]
Unit = Literal["day", "week", "month", "year"]
Key = TypeVar("Key")
_WHICH = ("last", "past", "this", "next", "coming", "age", "aged", "early", "late", "mid", "end", "beginning")


class Holiday(KnowledgeModel):
    """A day with a name: a day of a month, or the n-th weekday of it (0 is Monday)."""

    names: tuple[str, ...]
    month: int
    day: int | None = None
    weekday: int | None = None
    number: int | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.day is None) == (self.weekday is None or self.number is None):
            raise ValueError("needs either day, or weekday and number")
        return self


class CountedDay(KnowledgeModel):
    """Words that count days from an event; ``first`` is the number of the event's own day."""

    words: tuple[str, ...]
    first: int


class DateFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    default_order: Order
    oldest_year: int
    newest_year: int
    years_before_note: int
    years_after_note: int
    months: dict[int, tuple[str, ...]]
    weekdays: dict[int, tuple[str, ...]]
    ordinals: tuple[str, ...]
    numbers: dict[str, tuple[int, int]]
    units: dict[Unit, tuple[str, ...]]
    days: dict[int, tuple[str, ...]]
    holidays: tuple[Holiday, ...]
    leads: frozenset[str]
    about_words: frozenset[str]
    labels: dict[Event, tuple[str, ...]]
    events: dict[Event, tuple[str, ...]]
    counted_days: dict[Event, CountedDay]
    future_cues: tuple[str, ...]
    past_cues: tuple[str, ...]
    british: tuple[str, ...]
    american: tuple[str, ...]


class DateRules:
    """Words -> what they mean, and patterns that match any of them."""

    def __init__(self, file: DateFile) -> None:
        self.file = file
        self.months = _reversed(file.months)
        self.weekdays = _reversed(file.weekdays)
        self.ordinals = {word: number for number, word in enumerate(file.ordinals, 1)}
        self.units: dict[str, Unit] = _reversed(file.units)
        self.days = _reversed(file.days)
        self.holidays = {name: holiday for holiday in file.holidays for name in holiday.names}
        self.events: dict[str, Event] = _reversed(file.events)
        self.counted: dict[str, Event] = {word: event for event, one in file.counted_days.items() for word in one.words}
        self.labels = PhraseTable((keys_of(word), event) for event, words in file.labels.items() for word in words)
        self.tenses: PhraseTable[Tense] = PhraseTable(
            [(keys_of(word), "future") for word in file.future_cues]
            + [(keys_of(word), "past") for word in file.past_cues]
        )
        self.spellings: PhraseTable[Order] = PhraseTable(
            [(keys_of(word), "dmy") for word in file.british] + [(keys_of(word), "mdy") for word in file.american]
        )
        self.month, self.weekday = any_of(self.months), any_of(self.weekdays)
        self.ordinal, self.unit = any_of(self.ordinals), any_of(self.units)
        self.number = rf"(?:\d{{1,3}}|{any_of(file.numbers)})"
        self.about = any_of(file.about_words)
        self.lead = any_of(file.leads)
        self.leading = re.compile(rf"(?:(?:{any_of(file.leads | file.about_words)})(?:\s+|(?<=[~@<>≈])))+")
        self._before = {key for words in (*file.leads, *file.about_words, *_WHICH) for key in keys_of(words)}

    @classmethod
    def load(cls, path: Path | None = None) -> DateRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "dates.yaml", DateFile))

    def may_lead(self, key: str) -> bool:
        """Say whether a word before a date may belong to it ("last", "in", "about")."""
        return key in self._before

    def count(self, word: str) -> tuple[int, int]:
        """Return the number, as from - to, that a match of ``number`` means."""
        return (int(word), int(word)) if word.isdigit() else self.file.numbers[word]


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches one of some words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _reversed(groups: Mapping[Key, Iterable[str]]) -> dict[str, Key]:
    return {word: key for key, words in groups.items() for word in words}
