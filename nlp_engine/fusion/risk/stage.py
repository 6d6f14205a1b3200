"""The trained risk models of one engine, applied to a patient: scores, and what they did not answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from nlp_engine.assessment import (
    CardSource,
    Evidence,
    ImageFinding,
    LabResult,
    NoteExtraction,
    RiskEstimate,
    Score,
    Unassessed,
)
from nlp_engine.errors import ModelError
from nlp_engine.fusion.features import Feature, FeatureReader, Features, with_absences
from nlp_engine.fusion.risk.encoding import Value, level_of
from nlp_engine.fusion.risk.model import Estimate, RiskModel
from nlp_engine.fusion.risk.words import reasons_of
from nlp_engine.record import PatientRecord

_PERCENT_PLACES = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class RiskReading:
    """Scores of the models that answered, and why the others did not."""

    scores: tuple[Score, ...] = ()
    unassessed: tuple[Unassessed, ...] = ()


class RiskStage:
    """Applies risk models; each answers only where a feature of the record is behind it."""

    def __init__(self, models: Sequence[RiskModel], reader: FeatureReader) -> None:
        self._models = tuple(models)
        self._reader = reader

    @classmethod
    def load(cls, folders: Sequence[Path], rules: Path | None = None) -> RiskStage:
        """Read model folders.

        Raises
        ------
        nlp_engine.errors.ModelError
            If a folder is not usable, or no feature of the model says which part of a record it is read from.
        """
        models = [RiskModel.load(Path(folder)) for folder in folders]
        for model, folder in zip(models, folders, strict=True):
            if all(spec.source is None for spec in model.file.features):
                raise ModelError(
                    f"{Path(folder).name}: no feature of this model is read from a record; train it from records, or "
                    'with --columns that give each column its "source".'
                )
        return cls(models, FeatureReader.load(rules))

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of each model."""
        return {f"risk model {model.file.id}": model.file.version for model in self._models}

    def read(
        self,
        record: PatientRecord,
        extractions: Sequence[NoteExtraction],
        lab_results: Sequence[LabResult],
        image_findings: Sequence[ImageFinding],
        *,
        as_of: datetime | None,
    ) -> RiskReading:
        """Return what the models say of one patient at ``as_of``."""
        scores, unassessed = [], []
        for model in self._models:
            features = self._reader.read(
                record,
                extractions,
                lab_results,
                image_findings,
                as_of=as_of,
                window_days=model.file.window_days,
            )
            estimate = model.estimate(_values(model, features))
            evidence = _evidence(model, features)
            if estimate.probability is None or not evidence:
                unassessed.append(_abstention(model, estimate))
            else:
                scores.append(_score(model, estimate, estimate.probability, evidence))
        return RiskReading(tuple(scores), tuple(unassessed))


def _values(model: RiskModel, features: Mapping[str, Feature]) -> dict[str, Value]:
    specs = [spec for spec in model.file.features if spec.source is not None]
    by_source = with_absences(features, [spec.source for spec in specs if spec.source])
    values: dict[str, Value] = {}
    for spec in specs:
        value = by_source[spec.source or ""]
        values[spec.name] = (level_of(spec, value) or value) if isinstance(value, str) else value
    return values


def _evidence(model: RiskModel, features: Features) -> tuple[Evidence, ...]:
    """Return what the model looked at, the most important feature first."""
    ordered = sorted(model.file.features, key=lambda spec: -spec.importance)
    found = [piece for spec in ordered if spec.source in features for piece in features[spec.source or ""].evidence]
    return tuple(dict.fromkeys(found))


def _abstention(model: RiskModel, estimate: Estimate) -> Unassessed:
    file = model.file
    lacking = estimate.refusals or tuple(spec.label for spec in estimate.missing)
    return Unassessed(rule_id=f"risk:{file.id}", title=f"Estimate of {file.outcome.name} by {file.id}", missing=lacking)


def _score(model: RiskModel, estimate: Estimate, probability: float, evidence: tuple[Evidence, ...]) -> Score:
    file = model.file
    reasons = reasons_of(estimate.effects)
    detail = "; ".join(reason.words for reason in reasons) or "nothing moves it much from the usual"
    return Score(
        id=f"risk:{file.id}",
        name=f"Estimated chance of {file.outcome.name}",
        value=Decimal(str(probability * 100)).quantize(_PERCENT_PLACES),
        unit="%",
        detail=detail,
        missing=tuple(spec.label for spec in estimate.missing),
        evidence=evidence,
        source=CardSource(label=_told_source(model), year=date.fromisoformat(file.training.trained_on).year),
        risk=RiskEstimate(
            model=file.id,
            model_version=file.version,
            outcome=file.outcome.name,
            plain=file.outcome.plain,
            concept=file.outcome.concept,
            probability=round(probability, 6),
            threshold=file.decision_threshold,
            reasons=reasons,
        ),
    )


def _told_source(model: RiskModel) -> str:
    file, training = model.file, model.file.training
    return (
        f"model {file.id}, version {file.version}, learnt from {training.rows} cases with {training.events} events; "
        f"AUROC {training.auroc:.2f} ({training.auroc_low:.2f} to {training.auroc_high:.2f}) on cases that it had not "
        "seen; for research"
    )
