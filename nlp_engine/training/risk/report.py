"""The training report as one HTML page, and the model card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nlp_engine import __version__
from nlp_engine.fusion.risk.model_file import FeatureSpec
from nlp_engine.pages import environment
from nlp_engine.training import charts, metrics

if TYPE_CHECKING:
    from nlp_engine.training.risk.train import Trained

_SHOWN_FEATURES = 15


def write_report(trained: Trained, path: Path) -> None:
    """Write the page; pictures stand inside, nothing is loaded from elsewhere."""
    labels, said = trained.prepared.task.labels, trained.result.probabilities
    page = environment().get_template("risk_training.html.j2")
    path.write_text(
        page.render(
            **_told(trained),
            roc=charts.roc(labels, said),
            calibration=charts.calibration(metrics.reliability(labels, said)),
            confusion=charts.confusion(labels, said, trained.file.decision_threshold),
            importance=charts.importance([(spec.label, spec.importance) for spec in _ranked(trained)]),
        ),
        encoding="utf-8",
    )


def render_card(trained: Trained) -> str:
    """Return ``MODEL_CARD.md``."""
    return environment(autoescape=False).get_template("risk_model_card.md.j2").render(**_told(trained))


def _told(trained: Trained) -> dict[str, object]:
    labels, said = trained.prepared.task.labels, trained.result.probabilities
    return {
        "file": trained.file,
        "trained": trained,
        "auroc": trained.result.auroc,
        "average_precision": metrics.average_precision(labels, said),
        "ranked": _ranked(trained),
        "remarks": trained.prepared.cleaned.remarks,
        "is_grouped": trained.prepared.task.groups is not None,
        "engine": __version__,
    }


def _ranked(trained: Trained) -> list[FeatureSpec]:
    return sorted(trained.file.features, key=lambda spec: -spec.importance)[:_SHOWN_FEATURES]
