"""Probabilities for a model's scores: fitted on the dev part of each head's corpus, kept in ``config.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from nlp_engine.text.ner.calibration import Calibration, expected_error
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.training.corpora import AnnotatedDocument, LabelledSpan

_POINTS = 20
_FOLDS = 2
_FEWEST = 50
_WORTH = 0.005
"""Gain of F1 from which on doubtful spans are left out; of a mention they often have a part right."""

Scored = list[tuple[float, bool]]
"""Score of a span, and whether borders and label were right."""


def calibrate(recogniser: Recogniser, folder: Path, dev: Mapping[str, Sequence[AnnotatedDocument]]) -> dict[str, float]:
    """Fit a curve a head and write it into the ``config.json`` of a model folder that has none yet.

    The least probability that a span of the head needs is written beside it (`least_probability`).

    Parameters
    ----------
    recogniser
        The model of that folder, loaded as it is: its scores are raw.

    Returns
    -------
    dict
        Head -> expected calibration error, each half of the documents measured with the curve of the other half.
    """
    found = {head: scored(recogniser, head, documents) for head, documents in dev.items()}
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for entry in config["heads"]:
        if entry["name"] in found:
            spans = [pair for document in found[entry["name"]] for pair in document]
            curve = fit(spans)
            entry["calibration"] = {"scores": curve.scores, "probabilities": curve.probabilities}
            gold = sum(len(set(document.spans)) for document in dev[entry["name"]])
            entry["least"] = least_probability([(curve(score), right) for score, right in spans], gold)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return {head: _crossed_error(documents) for head, documents in found.items()}


def fit(spans: Scored) -> Calibration:
    """Fit a rising curve (isotonic regression), read off at quantiles of the scores; too few spans change nothing."""
    if len(spans) < _FEWEST:
        return Calibration()
    scores = np.array([score for score, _ in spans])
    right = np.array([float(is_right) for _, is_right in spans])
    curve = IsotonicRegression(out_of_bounds="clip").fit(scores, right)
    points: NDArray[np.float64] = np.unique(np.quantile(scores, np.linspace(0, 1, _POINTS + 1)).round(4))
    return Calibration(tuple(points.tolist()), tuple(curve.predict(points).round(4).tolist()))


def least_probability(spans: Scored, gold: int) -> float:
    """Return half of the F1 that some spans reach if leaving out the less probable ones is worth it, else 0.

    F1 is highest when everything is kept that is right with a probability of at least half the highest F1 (Lipton ZC et
    al., Optimal Thresholding of Classifiers to Maximize F1 Measure, 2014); the F1 of all spans stands for the highest.

    Parameters
    ----------
    spans
        Probability of each span, and whether it was right.
    gold
        Number of annotated spans.
    """
    before = _f1(spans, gold)
    kept = [(probability, right) for probability, right in spans if probability >= before / 2]
    return round(before / 2, 4) if _f1(kept, gold) >= before + _WORTH else 0.0


def _f1(spans: Scored, gold: int) -> float:
    return 2 * sum(right for _, right in spans) / max(1, len(spans) + gold)


def scored(recogniser: Recogniser, head: str, documents: Sequence[AnnotatedDocument]) -> list[Scored]:
    """Return the spans that a head finds in each document: its score, and whether borders and label are right."""
    result = []
    for document in documents:
        gold = set(document.spans)
        found = recogniser.recognise_heads(document.text)[head]
        result.append([(span.score, LabelledSpan(span.start, span.end, span.label) in gold) for span in found])
    return result


def _crossed_error(documents: Sequence[Scored]) -> float:
    probabilities: list[float] = []
    right: list[bool] = []
    for fold in range(_FOLDS):
        others = [pair for number, document in enumerate(documents) if number % _FOLDS != fold for pair in document]
        curve = fit(others)
        for score, is_right in (pair for document in documents[fold::_FOLDS] for pair in document):
            probabilities.append(curve(score))
            right.append(is_right)
    return expected_error(probabilities, right)
