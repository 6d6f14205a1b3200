"""Reasons of an estimate in plain words."""

from __future__ import annotations

from nlp_engine.assessment import RiskReason
from nlp_engine.fusion.risk.encoding import Value
from nlp_engine.fusion.risk.model import Effect, Estimate
from nlp_engine.fusion.risk.model_file import FeatureSpec

_TOLD = 5
_YEARS, _DAYS = "a", "d"
_SAID_UNITS = {_YEARS: "years", _DAYS: "days", "mm[Hg]": "mmHg", "Cel": "°C", "10*3/uL": "×10³/µL"}


def reasons_of(effects: tuple[Effect, ...]) -> tuple[RiskReason, ...]:
    """Return the strongest effects as reasons, the strongest first."""
    return tuple(
        RiskReason(
            feature=effect.spec.name,
            words=f"{described(effect.spec, effect.value)} {'raises' if effect.amount > 0 else 'lowers'} it",
            effect=round(effect.amount, 4),
        )
        for effect in effects[:_TOLD]
    )


def why_none(estimate: Estimate) -> str:
    """Return one sentence why a model does not answer; empty where it does."""
    labels = {spec.label for spec in estimate.missing}
    lacking = [words for words in estimate.refusals if words in labels]
    told = [words for words in estimate.refusals if words not in labels]
    if lacking:
        told.append(f"too much is missing of what the model rests on: {', '.join(lacking)}")
    return f"No estimate: {'; '.join(told)}." if told else ""


def described(spec: FeatureSpec, value: Value) -> str:
    """Return a feature of a patient in words: ``a high cholesterol (310 mg/dL)``, ``sex: male``."""
    label = _inside_sentence(spec.label)
    if value is None:
        return f"that {label} is not known"
    if isinstance(value, str):
        return f"{label}: {value}"
    if spec.kind == "yes_no":
        return f"{label}: {'yes' if value else 'no'}"
    unit = _SAID_UNITS.get(spec.unit or "", spec.unit or "")
    number = f"{value:g}{'' if unit in {'', '%'} else ' '}{unit}"
    if spec.high is not None and value > spec.high:
        return f"a high {label} ({number})"
    if spec.low is not None and value < spec.low:
        return f"a low {label} ({number})"
    return f"{label} ({number})"


def _inside_sentence(label: str) -> str:
    """Return a label without its capital; abbreviations keep theirs."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
