"""Results against the patient's own earlier ones: the change of each, and samples that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nlp_engine.assessment import LabResult, Misfit
from nlp_engine.labs.catalogue import Catalogue
from nlp_engine.labs.changes import Variations, with_changes
from nlp_engine.labs.misfits import Patterns, find_misfits, with_remarks
from nlp_engine.record import sort_time


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

    def compare(self, results: Sequence[LabResult], *, as_of: datetime | None) -> Compared:
        """Return one patient's results, in their order, compared with one another; misfits up to ``as_of``.

        Values told in notes have a change too; they are no samples, as a note tells values of several times.
        """
        end = float("inf") if as_of is None else sort_time(as_of)
        samples = (one for one in results if one.said_in is None and sort_time(one.time) <= end)
        misfits = find_misfits(samples, self.patterns)
        return Compared(with_remarks(with_changes(results, self.variations), misfits), misfits)
