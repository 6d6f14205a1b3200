"""``model.json`` of a risk model: its features, calibration, limits and where it comes from; no patient data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nlp_engine.model_files import ModelFilePart, read_model_file

Share = Annotated[float, Field(ge=0, le=1)]


class FeatureSpec(ModelFilePart):
    """One feature as it was learnt.

    Parameters
    ----------
    name
        The column of the training table.
    label
        What a reader sees.
    source
        The feature of a patient record that it is read from (`nlp_engine.fusion.features`), e.g. ``lab:2160-0:mg/dL``;
        None for a column that only a table has.
    levels
        Of a category: the values that have a column of their own; any other one counts as missing.
    background
        Median or most frequent value, against which a patient's value is held in the reasons.
    low, high
        10th and 90th percentile of the training rows: beyond them a value is told as low or high.
    minimum, maximum
        Range of the training rows.
    has_indicator
        Whether "not there" is a column of its own: a test that nobody ordered is information.
    importance
        How much the AUROC falls when the column is shuffled, on rows that the model had not learnt from.
    """

    name: str
    label: str
    kind: Literal["number", "yes_no", "category"]
    unit: str | None = None
    source: str | None = None
    levels: tuple[str, ...] = ()
    background: float | str
    low: float | None = None
    high: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    missing_share: Share
    has_indicator: bool
    importance: float = 0.0


class Calibration(ModelFilePart):
    """Raw output -> probability.

    ``platt``: logistic of ``slope`` times the raw log odds plus ``intercept``; ``isotonic``: straight lines between
    the points (``raw``, ``calibrated``).
    """

    kind: Literal["platt", "isotonic"]
    slope: float = 1.0
    intercept: float = 0.0
    raw: tuple[float, ...] = ()
    calibrated: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _has_points(self) -> Self:
        if self.kind == "isotonic" and (len(self.raw) < 2 or len(self.raw) != len(self.calibrated)):
            raise ValueError("isotonic needs two or more points")
        return self


class Threshold(ModelFilePart):
    """What a cut-off means on the rows of the cross-validation; None where nothing lies on that side."""

    at: Share
    sensitivity: Share | None
    specificity: Share | None
    positive_value: Share | None
    negative_value: Share | None
    flagged: Share


class Outcome(ModelFilePart):
    """What is estimated; ``concept`` is the id of ``rules/concepts`` that a high estimate supports."""

    target: str
    name: str
    plain: str
    concept: str | None = None


class Summary(ModelFilePart):
    """How the model was made and how good it was on rows that it had not learnt from."""

    rows: int
    events: int
    auroc: Share
    auroc_low: Share
    auroc_high: Share
    brier: float
    calibration_error: float
    calibration_slope: float
    trained_on: str = Field(description="date, ISO")
    data_digest: str
    refused: dict[str, str] = Field(default_factory=dict, description="column -> why it was not used")
    allowed: dict[str, str] = Field(default_factory=dict, description="column -> what spoke against it")
    seed: int
    about: str = ""


class Limits(ModelFilePart):
    """When the model does not answer.

    Parameters
    ----------
    max_missing
        Largest share of the features' importance that may be missing.
    outside
        How far beyond the training range a value may lie, in parts of the 10th to 90th percentile width.
    """

    max_missing: Share = 0.4
    outside: Annotated[float, Field(ge=0)] = 1.0


class RiskModelFile(ModelFilePart):
    """``model.json``."""

    schema_version: Literal[1]
    id: str
    version: str
    outcome: Outcome
    family: str
    features: Annotated[tuple[FeatureSpec, ...], Field(min_length=1)]
    calibration: Calibration
    decision_threshold: Share
    thresholds: tuple[Threshold, ...] = ()
    limits: Limits = Limits()
    window_days: Annotated[int, Field(ge=1)] = 365
    training: Summary

    @classmethod
    def load(cls, folder: Path) -> RiskModelFile:
        """Read ``model.json`` of a model folder.

        Raises
        ------
        nlp_engine.errors.ModelError
            If it is not there or does not fit.
        """
        return read_model_file(folder, cls, "risk model")
