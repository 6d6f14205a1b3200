"""All modalities -> findings: the composition of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from nlp_engine.assessment import EvidenceKind, Finding, ImageFinding, LabResult, NoteExtraction, Score, Status
from nlp_engine.fusion.derived import with_calculated_egfr
from nlp_engine.fusion.estimates import EstimateReader
from nlp_engine.fusion.images import ImageReader
from nlp_engine.fusion.index import ConceptIndex
from nlp_engine.fusion.judging import judge
from nlp_engine.fusion.labs import ResultReader
from nlp_engine.fusion.notes import NoteReader
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.knowledge import Concept, broader_concepts, load_concepts, resource
from nlp_engine.record import PatientRecord

_ADULT_FROM = 18
"""Age in years."""
_ORDER = (Status.CONFLICTING, Status.PRESENT, Status.POSSIBLE, Status.ABSENT)


class FusionStage:
    """Joins what notes, results and image models say of the same concept."""

    def __init__(self, concepts: Mapping[str, Concept], settings: FusionSettings) -> None:
        self._concepts = dict(concepts)
        self._settings = settings
        self._broader = {concept: broader_concepts(self._concepts, concept) for concept in self._concepts}
        index = ConceptIndex(self._concepts, settings.matching)
        self._notes = NoteReader(self._concepts, index, settings)
        self._results = ResultReader(self._concepts, settings)
        self._images = ImageReader(self._concepts, settings)
        self._estimates = EstimateReader(self._concepts, settings)

    @classmethod
    def load(cls, rules: Path | None = None) -> FusionStage:
        """Read ``concepts/`` and ``fusion/fusion.yaml`` of a rules folder, the packaged one if None.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If a file does not fit, or a name or an id stands twice.
        """
        folder = rules or resource("rules")
        return cls(load_concepts(folder / "concepts"), FusionSettings.load(folder / "fusion" / "fusion.yaml"))

    def fuse(
        self,
        record: PatientRecord,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        *,
        as_of: datetime | None,
        estimates: Sequence[Score] = (),
    ) -> list[Finding]:
        """Return one finding a concept that anything speaks of: conflicts first, then by status and confidence.

        What only a normal result denies is left out, as it stands in the results; so is what is denied while something
        narrower is there. ``estimates`` of risk models only add to what others say.
        """
        age = record.patient.age_at(as_of)
        spoken = {
            EvidenceKind.NOTE: self._notes.read(record.notes, extractions, as_of),
            EvidenceKind.OBSERVATION: self._results.read(
                with_calculated_egfr(lab_results, record.patient, as_of),
                as_of,
                is_child=age is not None and age < _ADULT_FROM,
            ),
            EvidenceKind.IMAGE: self._images.read(image_findings, as_of),
            EvidenceKind.RISK_MODEL: self._estimates.read(estimates, as_of),
        }
        findings = []
        for concept in self._concepts.values():
            said = {kind: by_concept[concept.id] for kind, by_concept in spoken.items() if concept.id in by_concept}
            finding = judge(concept, said, self._settings)
            if finding is not None:
                findings.append(finding)
        told = self._without_denied_broader(findings)
        return sorted(told, key=lambda f: (_ORDER.index(f.status), -f.confidence, f.concept))

    def _without_denied_broader(self, findings: Sequence[Finding]) -> list[Finding]:
        """Leave out what is denied while something narrower is there: "no infection" of a bone, beside cellulitis."""
        broader = {concept for f in findings if f.status is not Status.ABSENT for concept in self._broader[f.concept]}
        return [f for f in findings if not (f.status is Status.ABSENT and f.concept in broader)]
