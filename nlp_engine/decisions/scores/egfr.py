"""Estimated glomerular filtration rate."""

from __future__ import annotations

from decimal import Decimal

from nlp_engine.decisions.scores.base import Calculator, Inputs, Result, missing_inputs
from nlp_engine.decisions.values import Kind
from nlp_engine.decisions.windows import rounded

_INPUTS = {"creatinine": Kind.NUMBER, "age": Kind.NUMBER, "sex": Kind.TEXT}
_ADULT = 18


def ckd_epi_2021(inputs: Inputs) -> Result:
    """Return the eGFR by the CKD-EPI creatinine equation of 2021, which uses no race, in mL/min/1.73 m².

    ``142 * min(Scr/k, 1)^a * max(Scr/k, 1)^-1.200 * 0.9938^age * 1.012 [if female]`` with Scr in mg/dL,
    k = 0.7 (female) or 0.9 (male), a = -0.241 (female) or -0.302 (male); adults only; rounded to a whole number as
    laboratories report it.

    References
    ----------
    Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race.
    N Engl J Med 2021;385:1737.
    """
    creatinine, age, sex = (inputs.get(name) for name in _INPUTS)
    if not isinstance(creatinine, Decimal) or not isinstance(age, Decimal) or not isinstance(sex, str):
        return Result(None, "", missing_inputs(inputs, _INPUTS))
    if age < _ADULT or creatinine <= 0:
        return Result(None, "the equation is for adults with a measurable creatinine")
    female = sex == "female"
    relative = creatinine / Decimal("0.7" if female else "0.9")
    below = min(relative, Decimal(1)) ** Decimal("-0.241" if female else "-0.302")
    above = max(relative, Decimal(1)) ** Decimal("-1.200")
    rate = 142 * below * above * Decimal("0.9938") ** age * Decimal("1.012" if female else "1")
    return Result(rounded(rate, 0), f"creatinine {creatinine:f} mg/dL, {age:f} years, {sex}")


CKD_EPI_2021 = Calculator(_INPUTS, ckd_epi_2021)
