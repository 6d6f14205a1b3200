"""Screens for sepsis: qSOFA and SIRS."""

from __future__ import annotations

from nlp_engine.decisions.scores.base import Calculator, Inputs, Result, count, holds, missing_inputs
from nlp_engine.decisions.values import Kind, any_of

_QSOFA = {"respiratory_rate": Kind.NUMBER, "systolic_pressure": Kind.NUMBER, "coma_score": Kind.NUMBER}
_SIRS = {
    "temperature": Kind.NUMBER,
    "heart_rate": Kind.NUMBER,
    "respiratory_rate": Kind.NUMBER,
    "white_cells": Kind.NUMBER,
    "arterial_co2": Kind.NUMBER,
}
_OPTIONAL = "arterial_co2"


def qsofa(inputs: Inputs) -> Result:
    """Return the quick SOFA score, 0 to 3: fast breathing, low pressure, altered mentation.

    Respiratory rate in breaths a minute, systolic pressure in mmHg, Glasgow coma score 3 to 15.

    References
    ----------
    Singer M et al. The Third International Consensus Definitions for Sepsis and Septic Shock
    (Sepsis-3). JAMA 2016;315:801.
    """
    criteria = {
        "breathing rate ≥22/min": holds(inputs, "respiratory_rate", ">=", "22"),
        "systolic pressure ≤100 mmHg": holds(inputs, "systolic_pressure", "<=", "100"),
        "Glasgow coma score below 15": holds(inputs, "coma_score", "<", "15"),
    }
    return count(criteria, missing=missing_inputs(inputs, _QSOFA))


def sirs(inputs: Inputs) -> Result:
    """Return how many of the four SIRS criteria are met.

    Temperature in °C, heart and respiratory rate a minute, arterial pCO2 in mmHg (looked at if it was measured), white
    cells in 10³/µL. The share of immature cells (bands above 10 %), which can also meet the last one, is not looked at.

    References
    ----------
    Bone RC et al. Definitions for sepsis and organ failure. ACCP/SCCM consensus conference. Chest 1992;101:1644.
    """
    breathing = [holds(inputs, "respiratory_rate", ">", "20"), holds(inputs, _OPTIONAL, "<", "32")]
    known = [value for value in breathing if value is not None]
    criteria = {
        "temperature above 38 or below 36 °C": _outside(inputs, "temperature", "36", "38"),
        "heart rate above 90/min": holds(inputs, "heart_rate", ">", "90"),
        "breathing rate above 20/min or pCO2 below 32 mmHg": any_of(known) if known else None,
        "white cells above 12 or below 4 ×10³/µL": _outside(inputs, "white_cells", "4", "12"),
    }
    missing = tuple(name for name in missing_inputs(inputs, _SIRS) if name != _OPTIONAL)
    return count(criteria, missing=missing)


def _outside(inputs: Inputs, name: str, low: str, high: str) -> bool | None:
    return any_of([holds(inputs, name, "<", low), holds(inputs, name, ">", high)])


QSOFA = Calculator(_QSOFA, qsofa)
SIRS = Calculator(_SIRS, sirs)
