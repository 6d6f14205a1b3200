"""The model folder: network, ``model.json`` and the model card; ``domain.py`` adds what lies outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_engine.imaging.chest.model_file import (
    CARD_FILE,
    MODEL_FILE,
    NETWORK_FILE,
    ChestModelFile,
    FindingSpec,
    InputSpec,
    Training,
    View,
    version_of,
)
from nlp_engine.probabilities import softmax
from nlp_engine.training.images.calibration import fit_temperature
from nlp_engine.training.images.config import ImageConfig
from nlp_engine.training.images.data import PictureSet
from nlp_engine.training.images.evaluation import Evaluation, evaluate, say
from nlp_engine.training.images.findings import findings_of
from nlp_engine.training.images.report import render_card
from nlp_engine.training.images.runtime import ExportedNetwork

INTENDED_USE = "Research and professional review; not a medical device."


@dataclass(frozen=True)
class Made:
    """How a network came about.

    Parameters
    ----------
    minutes
        Of training, what was done before a cut included.
    """

    seed: int
    minutes: float


@dataclass(frozen=True)
class Package:
    """A model folder that was written, with what was measured."""

    file: ChestModelFile
    evaluation: Evaluation


def write_package(folder: Path, pictures: PictureSet, config: ImageConfig, made: Made) -> Package:
    """Measure ``model.onnx`` of a folder on dev, and write the other files beside it."""
    network = ExportedNetwork(folder, config.threads)
    temperature = _temperature(network, pictures, config)
    evaluation = measure(network, pictures, config, temperature, seed=made.seed)
    findings = findings_of(pictures.classes, config.findings)
    file = ChestModelFile(
        id=config.id,
        version=version_of(folder / NETWORK_FILE),
        classes=pictures.classes,
        input=InputSpec(size=config.size),
        temperature=temperature,
        findings={name: _spec(evaluation, name, members) for name, members in findings.items()},
        views=tuple(View(zoom=zoom) for zoom in config.zooms),
        training=_training(pictures, config, evaluation, made),
        purpose=config.purpose,
        intended_use=INTENDED_USE,
    )
    (folder / MODEL_FILE).write_text(file.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / CARD_FILE).write_text(render_card(file, evaluation), encoding="utf-8")
    return Package(file, evaluation)


def measure(
    network: ExportedNetwork, pictures: PictureSet, config: ImageConfig, temperature: float, *, seed: int
) -> Evaluation:
    """Return all figures of a network on dev, also under simulated shifts."""
    findings = findings_of(pictures.classes, config.findings)
    said = say(network, pictures.dev, zooms=config.zooms, temperature=temperature)
    return evaluate(said, pictures.dev, pictures.classes, findings, config, seed=seed)


def figures_of(evaluation: Evaluation) -> dict[str, float]:
    """Return the figures that ``model.json`` keeps, by name."""
    figures = {f"AUROC {name}": result.auroc.value for name, result in evaluation.findings.items()}
    figures |= {f"AUROC {name}": pair.value for name, pair in evaluation.pairs.items()}
    for name, result in evaluation.findings.items():
        figures[f"calibration error {name}"] = result.calibration_error
        figures[f"cross-validated specificity {name}"] = result.cross_validated.specificity
        figures[f"cross-validated sensitivity {name}"] = result.cross_validated.sensitivity
    return {name: round(value, 4) for name, value in figures.items()}


def _temperature(network: ExportedNetwork, pictures: PictureSet, config: ImageConfig) -> float:
    looks = [network.log_probabilities(pictures.dev.levels, zoom) for zoom in config.zooms]

    def mean_of_looks(temperature: float) -> NDArray[np.float64]:
        averaged: NDArray[np.float64] = np.stack([softmax(look / temperature) for look in looks]).mean(axis=0)
        return averaged

    return round(fit_temperature(mean_of_looks, pictures.dev.labels), 4)


def _spec(evaluation: Evaluation, name: str, members: tuple[str, ...]) -> FindingSpec:
    result = evaluation.findings[name]
    return FindingSpec(
        classes=members,
        present_at=result.limits.present_at,
        absent_at=result.limits.absent_at,
        specificity=result.aim.specificity,
        sensitivity=result.aim.sensitivity,
    )


def _training(pictures: PictureSet, config: ImageConfig, evaluation: Evaluation, made: Made) -> Training:
    parts: Mapping[str, NDArray[np.object_]] = {
        "train": pictures.train.patients,
        "dev": pictures.dev.patients,
    }
    return Training(
        data=config.about,
        data_digest=pictures.digest,
        pictures={part: len(patients) for part, patients in parts.items()},
        patients={part: len(set(patients)) for part, patients in parts.items()},
        network=" and ".join(member.network for member in config.members()),
        seed=made.seed,
        minutes=round(made.minutes, 1),
        made_on=datetime.now(UTC).date().isoformat(),
        figures=figures_of(evaluation),
        config=config.model_dump(mode="json"),
    )
