"""The pictures of a record that nobody has judged yet, read by the chest network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from nlp_engine.assessment import ImageFinding
from nlp_engine.imaging.chest.files import read_files
from nlp_engine.imaging.chest.model import ChestModel, embedded_folder
from nlp_engine.imaging.chest.model_file import ChestModelFile
from nlp_engine.imaging.chest.reading import ImageReading
from nlp_engine.imaging.explain import Explainer
from nlp_engine.imaging.quality.tags import age_fault
from nlp_engine.pictures import PictureError, read_picture
from nlp_engine.record import Image, InputProblem, PatientRecord

EMBEDDED = "nlp_engine chest (paediatric)"
"""What reports call the embedded network."""


class RecordReader:
    """Reads pictures of records; the network is loaded when the first one comes.

    Parameters
    ----------
    folder
        A model folder; None: the embedded network.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @cached_property
    def versions(self) -> dict[str, str]:
        """Name -> version of the network; nothing heavy is loaded for it."""
        return {"image_model": ChestModelFile.load(self._folder or embedded_folder()).version}

    @cached_property
    def _model(self) -> ChestModel:
        return ChestModel.load(self._folder)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer.load(self._folder or embedded_folder(), self._model.file)

    def read(self, record: PatientRecord) -> tuple[list[ImageFinding], list[InputProblem]]:
        """Return findings of the pictures that no output of another model speaks of, and why others were not judged.

        Raises
        ------
        nlp_engine.errors.ModelError
            If there is no such model, or it is not complete.
        """
        judged = {output.image_id for output in record.image_outputs}
        findings: list[ImageFinding] = []
        told: list[InputProblem] = []
        for image in record.images:
            if image.id in judged:
                told += _problems(image, _file_warnings(image))
                continue
            reading = self._reading(image, record)
            findings += self._findings(image, reading)
            told += _problems(image, self._remarks(image, reading, record))
        return findings, [problem for problem in told if not _is_told(problem, record.problems)]

    def _reading(self, image: Image, record: PatientRecord) -> ImageReading:
        if fault := age_fault(_age(image, record), self._model.file.purpose):
            return ImageReading(refused=fault, warnings=_file_warnings(image))
        ((_, reading),) = read_files(self._model, [str(image.path)], workers=1)
        return reading

    def _findings(self, image: Image, reading: ImageReading) -> list[ImageFinding]:
        file = self._model.file
        return [
            ImageFinding(
                output_id=f"chest-{image.id}-{found.label}",
                image_id=image.id,
                label=found.label,
                score=round(found.probability, 4),
                decision=found.decision,
                model=file.id if self._folder else EMBEDDED,
                model_version=file.version,
                threshold=file.findings[found.label].present_at,
                time=image.time,
                source=image.place,
                looked_at=self._explainer.looked_at(reading, found.label),
            )
            for found in reading.findings
        ]

    def _remarks(self, image: Image, reading: ImageReading, record: PatientRecord) -> list[str]:
        purpose = self._model.file.purpose
        told = []
        if reading.refused:
            told.append(f"The chest network did not judge the picture. {reading.refused}")
        elif purpose.age_below is not None and _age(image, record) is None:
            told.append(f"The age of the patient is not known, and the chest network learnt from {purpose.words}.")
        return [*told, *reading.warnings]


def _problems(image: Image, told: Iterable[str]) -> list[InputProblem]:
    return [InputProblem(where=image.place, sentence=one, severity="warning") for one in told]


def _is_told(problem: InputProblem, before: Sequence[InputProblem]) -> bool:
    """Say whether the reader of the folder told the same; it may have put the folder's name before the place."""
    return any(one.sentence == problem.sentence and one.where.endswith(problem.where) for one in before)


def _file_warnings(image: Image) -> tuple[str, ...]:
    """Return what is doubtful about a picture that the network does not look at; the report shows it all the same."""
    try:
        return read_picture(image.path).warnings
    except PictureError as error:
        return (str(error),)


def _age(image: Image, record: PatientRecord) -> float | None:
    age = record.patient.age_at(image.time or record.latest_time())
    return None if age is None else float(age)
