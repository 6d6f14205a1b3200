"""A small made risk model for the tests: a logistic regression written down by hand."""

from __future__ import annotations

import numpy as np

from nlp_engine.fusion.risk.encoding import Matrix
from nlp_engine.fusion.risk.model import RiskModel
from nlp_engine.fusion.risk.model_file import Calibration, FeatureSpec, Outcome, RiskModelFile, Summary

POTASSIUM = "lab:2823-3:mmol/L"


class HandMade:
    """Weights for potassium, "potassium missing", sex (female), notes of heart failure."""

    weights = np.array([2.0, 1.5, 0.5, 1.0])
    usual = np.array([4.0, 0.0, 0.0, 0.0])

    def raw(self, matrix: Matrix) -> np.ndarray:
        filled = np.where(np.isnan(matrix), self.usual, matrix)
        return 1 / (1 + np.exp(-((filled - self.usual) @ self.weights - 1)))


def spec(name: str, **more: object) -> FeatureSpec:
    usual = {"label": name, "kind": "number", "background": 0.0, "missing_share": 0.0, "has_indicator": False}
    return FeatureSpec(**{**usual, "name": name, **more})  # type: ignore[arg-type]


FEATURES = (
    spec(
        "k", label="potassium", unit="mmol/L", source=POTASSIUM, background=4.0, low=3.6, high=4.8, minimum=2.9,
        maximum=6.5, missing_share=0.2, has_indicator=True, importance=0.2,
    ),
    spec("sex", kind="category", levels=("Male", "Female"), background="Male", source="sex", importance=0.1),
    spec("hf", label="heart failure in notes", source="note:heart_failure:present", low=0.0, high=1.0, minimum=0.0,
         maximum=4.0, importance=0.1),
)  # fmt: skip


def made_model(**more: object) -> RiskModel:
    given = {
        "schema_version": 1,
        "id": "made",
        "version": "0123456789ab",
        "outcome": Outcome(target="y", name="a bad turn", plain="getting worse", concept="hyperkalemia"),
        "family": "logistic",
        "features": FEATURES,
        "calibration": Calibration(kind="platt"),
        "decision_threshold": 0.4,
        "training": Summary(
            rows=500, events=100, auroc=0.81, auroc_low=0.77, auroc_high=0.85, brier=0.1, calibration_error=0.02,
            calibration_slope=1.0, trained_on="2026-05-01", data_digest="0", seed=1,
        ),
    }  # fmt: skip
    return RiskModel(RiskModelFile(**{**given, **more}), HandMade())  # type: ignore[arg-type]
