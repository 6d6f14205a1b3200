"""``rules/lexicons/attributes.yaml``: words and units of values, doses and descriptions, made ready for looking up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from nlp_engine.assessment import AttributeLabel, Flag
from nlp_engine.knowledge import KnowledgeModel, fold_unit, read_yaml, resource
from nlp_engine.text.measurements.analytes import unit_spellings
from nlp_engine.text.phrases import PhraseTable, phrase_table
from nlp_engine.text.tokens import keys_of

Comparator = Literal["<", "<=", ">", ">="]
Group = TypeVar("Group")
_AMOUNTS = frozenset({"mmol", "mEq"})


class AttributeFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    value_units: tuple[str, ...]
    not_by_unit_alone: tuple[str, ...]
    tests: tuple[str, ...]
    pairs: tuple[str, ...]
    fillers: tuple[str, ...]
    comparators: dict[Comparator, tuple[str, ...]]
    not_values: tuple[str, ...]
    flags: dict[Flag, tuple[str, ...]]
    strength_units: tuple[str, ...]
    dosage_units: tuple[str, ...]
    forms: tuple[str, ...]
    routes: tuple[str, ...]
    frequencies: tuple[str, ...]
    durations: tuple[str, ...]
    severity: tuple[str, ...]
    course: tuple[str, ...]
    between: frozenset[str]
    breaks: frozenset[str]
    ends: frozenset[str]
    joins: frozenset[str]
    means: frozenset[str]
    pronouns: frozenset[str]
    grades: frozenset[str]
    joiners: frozenset[str]
    list_words: frozenset[str]
    dose_words: frozenset[str]


class AttributeRules:
    """Tables of the file; those of units give the unit as it is written out."""

    def __init__(self, file: AttributeFile, spellings: Mapping[str, str] | None = None) -> None:
        self._spellings = spellings or {}
        self.value_units = phrase_table(file.value_units)
        self.weak_units = frozenset(file.not_by_unit_alone)
        self.tests = phrase_table(file.tests)
        self.pairs = phrase_table(file.pairs)
        self.fillers = phrase_table(file.fillers)
        self.comparators = _grouped(file.comparators)
        self.not_values = phrase_table(file.not_values)
        self.flags = _grouped(file.flags)
        self.strength_units = phrase_table(file.strength_units)
        self.dosage_units = phrase_table(file.dosage_units)
        self.medication = _grouped(
            {
                AttributeLabel.FREQUENCY: file.frequencies,
                AttributeLabel.DURATION: file.durations,
                AttributeLabel.ROUTE: file.routes,
                AttributeLabel.FORM: file.forms,
            }
        )
        self.descriptions = _grouped({AttributeLabel.SEVERITY: file.severity, AttributeLabel.COURSE: file.course})
        self.between = file.between
        self.breaks = file.breaks
        self.ends = file.ends
        self.joins = file.joins
        self.means = file.means
        self.pronouns = file.pronouns
        self.grades = file.grades
        self.joiners = file.joiners
        self.list_words = file.list_words
        doses = (file.strength_units, file.dosage_units, file.forms, file.routes, file.frequencies, file.durations)
        self.dose_words = file.dose_words.union(
            key for phrases in doses for phrase in phrases for key in keys_of(phrase)
        )

    @classmethod
    def load(cls, path: Path | None = None) -> AttributeRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(
            read_yaml(path or resource("rules") / "lexicons" / "attributes.yaml", AttributeFile), unit_spellings()
        )

    def ucum(self, unit: str | None) -> str | None:
        """Return the UCUM unit of a written one, itself where the labs know none or it is an amount ("5.9mmol")."""
        return unit if unit is None or unit in _AMOUNTS else self._spellings.get(fold_unit(unit), unit)

    def behind_fillers(self, keys: Sequence[str], place: int, stop: int, most: int) -> int:
        """Return the word behind the fillers ("was", "of") that begin at a word, a few at most."""
        for _ in range(most):
            filler = self.fillers.at(keys, place, stop) if place < stop else None
            if filler is None:
                break
            place = filler.behind
        return place


def _grouped(groups: Mapping[Group, Iterable[str]]) -> PhraseTable[Group]:
    return PhraseTable((keys_of(phrase), group) for group, phrases in groups.items() for phrase in phrases)
