"""Facts about what the patient takes: from the medication table and from the drugs that notes name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from nlp_engine.assessment import (
    Evidence,
    EvidenceKind,
    Experiencer,
    Mention,
    MentionLabel,
    Presence,
    Temporality,
)
from nlp_engine.decisions.drugs import DrugClasses
from nlp_engine.decisions.facts.base import Book, Duration, Fact, FactSpec, Sight, Words
from nlp_engine.decisions.values import Kind, any_of
from nlp_engine.record import Medication

ALLERGY_SECTIONS = frozenset({"allergies", "allergy", "drug_allergies", "allergies_and_intolerances"})
"""Drugs named here are the ones that the patient does not take."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    ingredient: str
    taken: bool | None
    evidence: Evidence


class Takes(FactSpec):
    """Whether the patient takes a drug of one of some classes.

    The medication table decides for each ingredient it lists: running or not at ``as_of``. An ingredient it does
    not list is taken from notes that name it as present, current and the patient's own (not older than ``max_age``, not
    in a list of allergies). With a medication table that lists none of the class the answer is no; without a table it
    is unknown.
    """

    from_: Literal["takes"] = Field(alias="from")
    drug_class: Words = Field(alias="class")
    max_age: Duration
    KIND: ClassVar = Kind.TRUTH

    def compute(self, book: Book, name: str) -> Fact:
        """Return yes, no or unknown; ``words`` are the ingredients taken."""
        sight = book.sight
        listed = list(self._listed(sight, book.drugs))
        in_table = {sighting.ingredient for sighting in listed}
        noted = [s for s in self._noted(sight, book.drugs) if s.ingredient not in in_table]
        sightings = listed + noted
        value = any_of(sighting.taken for sighting in sightings)
        evidence = tuple(s.evidence for s in sightings if s.taken is value)
        if value:
            return Fact(True, evidence, words=_names([s.ingredient for s in sightings if s.taken]))
        if value is None:
            return Fact(None, evidence, problem="the table does not say whether it is still taken", unusable=True)
        return Fact(False if sight.record.medications else None, evidence)

    def extremes(self, drugs: DrugClasses) -> tuple[str, ...]:
        """Return the longest ingredient names, each with others behind it."""
        ingredients = [name for class_id in self.drug_class for name in drugs.classes[class_id].ingredients]
        return tuple(f"{name} and 99 more" for name in ingredients)

    def _listed(self, sight: Sight, drugs: DrugClasses) -> Iterator[_Sighting]:
        for medication in sight.record.medications:
            if drugs.is_local(f"{medication.name} {medication.route or ''}"):
                continue
            for ingredient in self._ingredients(drugs, medication.name):
                yield _Sighting(ingredient, medication.is_active_at(sight.as_of), _table_evidence(medication))

    def _noted(self, sight: Sight, drugs: DrugClasses) -> Iterator[_Sighting]:
        notes = {note.id: note for note in sight.record.notes}
        for extraction in sight.extractions:
            note = notes.get(extraction.note_id)
            if note is None or not (note.time is None or sight.is_recent(note.time, self.max_age)):
                continue
            for mention in extraction.mentions:
                if _is_taken(mention) and not drugs.is_local(mention.text):
                    for ingredient in self._ingredients(drugs, mention.text):
                        evidence = note_evidence(mention, note_id=note.id)
                        yield _Sighting(ingredient, True, evidence.model_copy(update={"time": note.time}))

    def _ingredients(self, drugs: DrugClasses, name: str) -> list[str]:
        found = [ingredient for class_id in self.drug_class for ingredient in drugs.ingredients(class_id, name)]
        return list(dict.fromkeys(found))


def _is_taken(mention: Mention) -> bool:
    return (
        mention.label in {MentionLabel.DRUG, MentionLabel.TREATMENT}
        and mention.presence is Presence.PRESENT
        and mention.temporality is Temporality.CURRENT
        and mention.experiencer is Experiencer.PATIENT
        and mention.section not in ALLERGY_SECTIONS
    )


def _names(ingredients: list[str]) -> str:
    """Return one name, and how many more there are: a summary has room for no more."""
    first, *others = dict.fromkeys(ingredients)
    return f"{first} and {len(others)} more" if others else first


def _table_evidence(medication: Medication) -> Evidence:
    dose = " ".join(part for part in (medication.dose, medication.unit) if part)
    words = [medication.name, dose, medication.frequency, f"({medication.status})" if medication.status else None]
    return Evidence(
        kind=EvidenceKind.MEDICATION,
        source_id=medication.id,
        statement=" ".join(word for word in words if word),
        time=medication.start,
        code=medication.code,
        method="medication table",
        source=medication.source,
    )


def note_evidence(mention: Mention, *, note_id: str) -> Evidence:
    """Return a mention as evidence."""
    return Evidence(
        kind=EvidenceKind.NOTE,
        source_id=note_id,
        statement=mention.text,
        start=mention.start,
        end=mention.end,
        section=mention.section,
        presence=mention.presence,
        score=mention.score,
        method="note reader",
    )
