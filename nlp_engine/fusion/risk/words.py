"""Reasons of an estimate in plain words."""

from __future__ import annotations

from nlp_engine.assessment import RiskReason
from nlp_engine.fusion.risk.encoding import Value
from nlp_engine.fusion.risk.model import Effect
from nlp_engine.fusion.risk.model_file import FeatureSpec

_TOLD = 5
_YEARS, _DAYS = "a", "d"
_SAID_UNITS = {_YEARS: "years", _DAYS: "days"}


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


def described(spec: FeatureSpec, value: Value) -> str:
    """Return a feature of a patient in words: ``a high cholesterol (310 mg/dL)``, ``sex: male``."""
    if value is None:
        return f"that {spec.label} is not known"
    if isinstance(value, str):
        return f"{spec.label}: {value}"
    if spec.kind == "yes_no":
        return f"{spec.label}: {'yes' if value else 'no'}"
    unit = _SAID_UNITS.get(spec.unit or "", spec.unit or "")
    number = f"{value:g}{'' if unit in {'', '%'} else ' '}{unit}"
    if spec.high is not None and value > spec.high:
        return f"a high {spec.label} ({number})"
    if spec.low is not None and value < spec.low:
        return f"a low {spec.label} ({number})"
    return f"{spec.label} ({number})"
