"""``rules/lexicons/doses.yaml``: what words of frequencies, durations and doses mean as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.record import Number
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import keys_of


class TimeUnit(KnowledgeModel):
    """A unit of time: its length in minutes, and how it is written."""

    minutes: Number = Field(gt=0)
    words: tuple[str, ...]


class DoseFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    numbers: dict[str, Number]
    time_units: dict[str, TimeUnit]
    rates: dict[Number, tuple[str, ...]]
    times_of_day: dict[str, tuple[str, ...]]
    weekdays: tuple[str, ...]
    no_rate: tuple[str, ...]
    units: dict[str, tuple[str, ...]]


class DoseRules:
    """The tables of the file.

    ``phrases`` gives for a frequency its times a day, the name of a time of the day, or None where it is no rate;
    ``time_units`` the UCUM code and the length in minutes of a word; ``units`` the UCUM code of a unit as written.
    """

    def __init__(self, file: DoseFile) -> None:
        self.numbers = dict(file.numbers)
        self.time_units = {word: (code, unit.minutes) for code, unit in file.time_units.items() for word in unit.words}
        self.phrases: PhraseTable[Decimal | str | None] = PhraseTable(_phrases(file))
        self.weekdays = frozenset(file.weekdays)
        self.units = PhraseTable((keys_of(word), code) for code, words in file.units.items() for word in words)

    @classmethod
    def load(cls, path: Path | None = None) -> DoseRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "doses.yaml", DoseFile))


def _phrases(file: DoseFile) -> Iterator[tuple[tuple[str, ...], Decimal | str | None]]:
    for rate, words in file.rates.items():
        yield from ((keys_of(word), rate) for word in words)
    for time, words in file.times_of_day.items():
        yield from ((keys_of(word), time) for word in words)
    yield from ((keys_of(word), None) for word in file.no_rate)
