"""Facts about what the patient takes: from the medication table and from the drugs that notes name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from nlp_engine.assessment import (
    DrugStatus,
    Evidence,
    EvidenceKind,
    Experiencer,
    Mention,
    MentionLabel,
    Presence,
    Temporality,
)
from nlp_engine.decisions.drugs import DrugClasses
from nlp_engine.decisions.facts.base import Book, Duration, Fact, FactSpec, Sight, Words, note_evidence
from nlp_engine.decisions.values import Kind, any_of
from nlp_engine.record import Medication, Note, sort_time

NOT_TAKEN_SECTIONS = frozenset(
    {"allergies", "family_history", "immunizations", "consent", "procedure", "anesthesia", "technique"}
)
"""Drugs named in these sections say nothing about what the patient takes; those of a procedure were given for it."""


_NOT_TAKEN = frozenset({DrugStatus.STOPPED, DrugStatus.HELD, DrugStatus.ALLERGIC})
_DRUG_LABELS = frozenset({MentionLabel.DRUG, MentionLabel.TREATMENT})
_STATUS_UNKNOWN = "the table does not say whether it is still taken"
_NOTES_DISAGREE = "the note says both that it is taken and that it is not"


@dataclass(frozen=True, slots=True)
class _Sighting:
    ingredient: str
    taken: bool | None
    evidence: Evidence
    problem: str = ""


class Takes(FactSpec):
    """Whether the patient takes a drug of one of some classes.

    The medication table decides for each ingredient it lists: running or not at ``as_of``. For an ingredient it does
    not list the newest note that names it decides (not older than ``max_age``): taken where it stands as present,
    current and the patient's own, outside a list of allergies; not taken where it is denied, stopped or the cause of an
    allergy; unknown where that note says both. With a medication table that lists none of the class the answer is no;
    without a table it is unknown.
    """

    from_: Literal["takes"] = Field(alias="from")
    drug_class: Words = Field(alias="class")
    max_age: Duration
    KIND: ClassVar = Kind.TRUTH

    def compute(self, book: Book, name: str) -> Fact:
        """Return yes, no or unknown; ``words`` are the ingredients taken."""
        sight = book.sight
        listed = list(self._listed(book))
        in_table = {sighting.ingredient for sighting in listed}
        noted = [s for s in self._noted(sight, book.drugs) if s.ingredient not in in_table]
        sightings = listed + noted
        value = any_of(sighting.taken for sighting in sightings)
        evidence = tuple(s.evidence for s in sightings if s.taken is value)
        if value:
            return Fact(True, evidence, words=_names([s.ingredient for s in sightings if s.taken]))
        if value is None:
            problem = next(s.problem for s in sightings if s.taken is None)
            return Fact(None, evidence, problem=problem, unusable=True)
        return Fact(False if sight.record.medications or sightings else None, evidence)

    def extremes(self, drugs: DrugClasses) -> tuple[str, ...]:
        """Return the longest ingredient names, each with others behind it."""
        ingredients = [name for class_id in self.drug_class for name in drugs.classes[class_id].ingredients]
        return tuple(f"{name} and 99 more" for name in ingredients)

    def _listed(self, book: Book) -> Iterator[_Sighting]:
        rows = dict.fromkeys(row for class_id in self.drug_class for row in book.medications(class_id))
        for ingredient, medication in rows:
            is_active = medication.is_active_at(book.sight.as_of)
            yield _Sighting(ingredient, is_active, _table_evidence(medication), _STATUS_UNKNOWN)

    def _noted(self, sight: Sight, drugs: DrugClasses) -> Iterator[_Sighting]:
        """Yield what the newest note that names an ingredient says of it."""
        named: dict[str, list[tuple[Note, Mention]]] = defaultdict(list)
        for note, mention in sight.mentions():
            is_recent = note.time is None or sight.is_recent(note.time, self.max_age)
            if is_recent and mention.label in _DRUG_LABELS and not drugs.is_local(mention.text):
                by_class = drugs.by_class(mention.text)
                for ingredient in dict.fromkeys(i for class_id in self.drug_class for i in by_class.get(class_id, ())):
                    named[ingredient].append((note, mention))
        for ingredient, places in named.items():
            newest = max(sort_time(note.time) for note, _ in places)
            said = [
                (note, mention, is_taken(note, mention, drugs))
                for note, mention in places
                if sort_time(note.time) == newest
            ]
            answers = {answer for _, _, answer in said if answer is not None}
            taken = answers.pop() if len(answers) == 1 else None
            for note, mention, answer in said:
                if answer is not None:
                    yield _Sighting(ingredient, taken, note_evidence(mention, note), _NOTES_DISAGREE)


def is_taken(note: Note, mention: Mention, drugs: DrugClasses) -> bool | None:
    """Say whether a mention says that the drug is taken; None when it says nothing about that.

    What is only possible, planned, past ("has tried"), conditional ("if it bleeds, stop") or another person's says
    nothing. What the note says happens with the drug counts ("STOP" in a column of a reconciliation table).
    """
    if mention.experiencer is not Experiencer.PATIENT or mention.section in NOT_TAKEN_SECTIONS:
        return None
    status = mention.medication.status if mention.medication is not None else None
    if mention.presence is Presence.HYPOTHETICAL or status is DrugStatus.PLANNED:
        return None
    if mention.presence is Presence.ABSENT or status in _NOT_TAKEN:
        return False
    if drugs.says_not_taken(note.text, mention.start, mention.end):
        return False
    if drugs.says_tried(note.text, mention.start, mention.end):
        return None
    if mention.presence is not Presence.PRESENT or mention.temporality is not Temporality.CURRENT:
        return None
    return True


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
