"""Results against the patient's own earlier ones: the change of each, and samples that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_engine.assessment import LabResult, Misfit
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.changes import Variations, with_changes
from nlp_engine.labs.misfits import Patterns, find_misfits, with_remarks


@dataclass(frozen=True, slots=True)
class Compared:
    """The results with their changes and doubts, and the misfits, the oldest first."""

    results: list[LabResult]
    misfits: tuple[Misfit, ...]


@dataclass(frozen=True, slots=True)
class Comparer:
    """The knowledge for comparing a patient's results over time; holds no patient data."""

    variations: Variations
    patterns: Patterns

    @classmethod
    def load(cls, catalogue: Catalogue, folder: Path | None = None) -> Comparer:
        """Read ``variation.yaml`` and ``misfits.yaml`` of ``rules/labs``.

        Raises
        ------
        KnowledgeError
            If a file does not fit.
        """
        variation, misfits = (None, None) if folder is None else (folder / "variation.yaml", folder / "misfits.yaml")
        return cls(Variations.load(catalogue, variation), Patterns.load(catalogue, misfits))

    def compare(self, results: Sequence[LabResult]) -> Compared:
        """Return one patient's results, in their order, compared with one another.

        Values told in notes have a change too; they are no samples, as a note tells values of several times.
        """
        misfits = find_misfits((result for result in results if result.said_in is None), self.patterns)
        return Compared(with_remarks(with_changes(results, self.variations), misfits), misfits)
