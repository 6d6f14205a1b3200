"""The anion gap of the serum."""

from __future__ import annotations

from decimal import Decimal

from nlp_engine.decisions.scores.base import Calculator, Inputs, Result, missing_inputs
from nlp_engine.decisions.values import Kind

_INPUTS = {"sodium": Kind.NUMBER, "chloride": Kind.NUMBER, "bicarbonate": Kind.NUMBER}


def anion_gap(inputs: Inputs) -> Result:
    """Return sodium - (chloride + bicarbonate), all in mmol/L; without potassium and without correction for albumin.

    References
    ----------
    Emmett M, Narins RG. Clinical use of the anion gap. Medicine (Baltimore) 1977;56:38.
    """
    sodium, chloride, bicarbonate = (inputs.get(name) for name in _INPUTS)
    if not (isinstance(sodium, Decimal) and isinstance(chloride, Decimal) and isinstance(bicarbonate, Decimal)):
        return Result(None, "", missing_inputs(inputs, _INPUTS))
    gap = sodium - (chloride + bicarbonate)
    return Result(gap, f"sodium {sodium:f} − (chloride {chloride:f} + bicarbonate {bicarbonate:f})")


ANION_GAP = Calculator(_INPUTS, anion_gap)
