"""Evidence from the outputs of image models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from nlp_engine.assessment import Evidence, ImageFinding
from nlp_engine.fusion.settings import FusionSettings
from nlp_engine.fusion.statements import Says, Spoken, Statement, is_within, newest_only
from nlp_engine.knowledge import Concept

_SAYS = {"present": Says.PRESENT, "absent": Says.ABSENT, "not_sure": Says.POSSIBLE}
_WORDS = {"present": "present", "absent": "absent", "not_sure": "not sure"}


class ImageReader:
    """Turns image findings into statements about concepts."""

    def __init__(self, concepts: Mapping[str, Concept], settings: FusionSettings) -> None:
        self._settings = settings
        self._days = {concept.id: self._max_age(concept) for concept in concepts.values()}
        self._by_label: defaultdict[str, list[str]] = defaultdict(list)
        self._by_narrower_label: defaultdict[str, list[str]] = defaultdict(list)
        for concept in concepts.values():
            for label in concept.image_labels:
                self._by_label[_folded(label)].append(concept.id)
            for label in concept.narrower_image_labels:
                self._by_narrower_label[_folded(label)].append(concept.id)

    def read(self, findings: Sequence[ImageFinding], as_of: datetime | None) -> dict[str, Spoken]:
        """Return concept id -> what the image models say of the newest day that has an image.

        Older images are a course and no evidence for today; an image without a time counts as the oldest. What was
        seen longer ago than the results that it is to meet is shown, and makes nothing.
        """
        said: defaultdict[str, list[Statement]] = defaultdict(list)
        for finding in findings:
            for concept in self._concepts_of(finding):
                if is_within(finding.time, as_of, self._settings.windows.image_max_age_days):
                    is_recent = is_within(finding.time, as_of, self._days[concept])
                    said[concept].append(self._statement(finding, is_recent=is_recent))
        newest = {concept: tuple(newest_only(statements)) for concept, statements in said.items()}
        return {
            concept: Spoken(told, has_data=any(one.says is not Says.EARLIER for one in told))
            for concept, told in newest.items()
        }

    def _max_age(self, concept: Concept) -> int:
        """Return for how many days an image speaks of a concept: no longer than the results that it is to meet."""
        most = self._settings.windows.image_max_age_days
        return min(most, max((lab.max_age_days for lab in concept.labs), default=most))

    def _concepts_of(self, finding: ImageFinding) -> list[str]:
        """Return what a finding speaks of; that one kind of a thing is not seen says nothing of the thing."""
        label = _folded(finding.label)
        kinds = self._by_narrower_label.get(label, []) if finding.decision == "present" else []
        return [*self._by_label.get(label, []), *kinds]

    def _statement(self, finding: ImageFinding, *, is_recent: bool) -> Statement:
        weights = self._settings.weights
        strength = {
            "present": weights.image * finding.score,
            "absent": weights.image * (1 - finding.score),
            "not_sure": weights.image_not_sure * finding.score,
        }[finding.decision]
        evidence = Evidence.of_image(
            finding, f"{finding.label.replace('_', ' ')} {finding.score:.2f} ({_WORDS[finding.decision]})"
        )
        says = _SAYS[finding.decision]
        return Statement(says if is_recent or says is Says.ABSENT else Says.EARLIER, evidence, strength)


def _folded(label: str) -> str:
    return label.lower().replace("_", " ")
