"""Outputs of image models, and pictures that none has judged -> image findings, each decided at its own threshold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nlp_engine.assessment import ImageDecision, ImageFinding
from nlp_engine.pictures.labels import ImageLabels
from nlp_engine.record import ImageOutput, InputProblem, PatientRecord


class PictureReader(Protocol):
    """Pictures of a record -> findings, and why others were not judged."""

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of the network."""

    def read(self, record: PatientRecord) -> tuple[list[ImageFinding], list[InputProblem]]:
        """Return the findings of pictures that no output of another model speaks of."""


@dataclass(frozen=True, slots=True)
class ImagesRead:
    """What is known of a record's pictures, and a sentence for each that was not judged."""

    findings: tuple[ImageFinding, ...] = ()
    problems: tuple[InputProblem, ...] = ()


class ImageStage:
    """Names and decides what image models said, and has a network read the other pictures.

    Parameters
    ----------
    pictures
        Reads pictures that no output of another model speaks of; None: they are left unread.
    """

    def __init__(self, labels: ImageLabels, pictures: PictureReader | None = None) -> None:
        self._labels = labels
        self._pictures = pictures

    @classmethod
    def load(cls, path: Path | None = None, *, pictures: PictureReader | None = None) -> ImageStage:
        """Read ``rules/imaging/labels.yaml``."""
        return cls(ImageLabels.load(path), pictures)

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of the network that reads pictures."""
        return self._pictures.versions if self._pictures else {}

    def read(self, record: PatientRecord) -> ImagesRead:
        """Return one finding an image-model output, in order, then those of the network, with its refusals."""
        said = tuple(self._finding(output) for output in record.image_outputs)
        if self._pictures is None:
            return ImagesRead(said)
        seen, problems = self._pictures.read(record)
        return ImagesRead((*said, *seen), tuple(problems))

    def _finding(self, output: ImageOutput) -> ImageFinding:
        return ImageFinding(
            output_id=output.id,
            image_id=output.image_id,
            label=self._labels.label(output.label),
            score=output.score,
            decision=self._decision(output),
            model=output.model,
            model_version=output.model_version,
            threshold=output.threshold,
            threshold_assumed=output.threshold_assumed,
            time=output.time,
            source=output.source,
        )

    def _decision(self, output: ImageOutput) -> ImageDecision:
        """Decide at the threshold; on each side the unsure band is half the way to 0 or 1 at most.

        So a certain score stays certain, and 0.95 at a threshold of 0.97 is no clear no.
        """
        is_above = output.score >= output.threshold
        band = min(self._labels.not_sure_half_width, (1 - output.threshold if is_above else output.threshold) / 2)
        # 0.6 - 0.5 is less than 0.1 in binary floats.
        is_near = round(abs(output.score - output.threshold), 9) < band
        if is_near and output.score not in {0, 1}:
            return "not_sure"
        return "present" if is_above else "absent"
