"""The training report as one HTML page, and the model card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from nlp_engine import __version__
from nlp_engine.imaging.chest.model_file import ChestModelFile
from nlp_engine.pages import data_uri, environment
from nlp_engine.training import charts, metrics
from nlp_engine.training.images.data import PictureSet
from nlp_engine.training.images.evaluation import Evaluation

_WORST = 18
_SIDE = 144


@dataclass(frozen=True, slots=True)
class Mistake:
    """A dev picture that the network is surest about and wrong; ``where`` is its row of the index."""

    picture: str
    where: str
    truth: str
    said: str
    probability: float


def write_report(path: Path, file: ChestModelFile, evaluation: Evaluation, pictures: PictureSet) -> None:
    """Write the page; pictures stand inside, nothing is loaded from elsewhere.

    The worst mistakes show pictures of patients: the page is as sensitive as the data.
    """
    curves = {}
    for name, result in evaluation.findings.items():
        is_present = result.is_present.astype(np.int64)
        bins = metrics.reliability(is_present, result.probability)
        about = f"{name.replace('_', ' ')}, part dev"
        curves[name] = (
            charts.roc(is_present, result.probability, about=about),
            charts.calibration(bins, about=about, came="share with the finding"),
        )
    page = environment().get_template("image_training.html.j2")
    text = page.render(**_told(file, evaluation), curves=curves, mistakes=worst_mistakes(evaluation, pictures))
    path.write_text(text, encoding="utf-8")


def render_card(file: ChestModelFile, evaluation: Evaluation) -> str:
    """Return ``MODEL_CARD.md``."""
    return environment(autoescape=False).get_template("image_model_card.md.j2").render(**_told(file, evaluation))


def worst_mistakes(evaluation: Evaluation, pictures: PictureSet) -> Sequence[Mistake]:
    """Return the dev pictures whose true class got the least probability."""
    dev, chances = pictures.dev, evaluation.probabilities
    of_truth = chances[np.arange(len(dev)), dev.labels]
    wrong = [at for at in np.argsort(of_truth, kind="stable") if chances[at].argmax() != dev.labels[at]]
    return [
        Mistake(
            picture=data_uri(Image.fromarray(dev.levels[at]).resize((_SIDE, _SIDE)), quality=None),
            where=dev.names[at],
            truth=pictures.classes[dev.labels[at]],
            said=pictures.classes[int(chances[at].argmax())],
            probability=float(chances[at].max()),
        )
        for at in wrong[:_WORST]
    ]


def _told(file: ChestModelFile, evaluation: Evaluation) -> dict[str, object]:
    return {"file": file, "evaluation": evaluation, "engine": __version__}
