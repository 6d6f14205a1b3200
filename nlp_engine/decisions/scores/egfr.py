"""Estimated glomerular filtration rate."""

from __future__ import annotations

from decimal import Decimal

from nlp_engine.decisions.scores.base import Calculator, Inputs, Result, missing_inputs
from nlp_engine.decisions.values import Kind
from nlp_engine.formulas import egfr_ckd_epi_2021

_INPUTS = {"creatinine": Kind.NUMBER, "age": Kind.NUMBER, "sex": Kind.TEXT}


def ckd_epi_2021(inputs: Inputs) -> Result:
    """Return the eGFR of `nlp_engine.formulas.egfr_ckd_epi_2021` (mL/min/1.73 m²); unknown without its inputs."""
    creatinine, age, sex = (inputs.get(name) for name in _INPUTS)
    if not isinstance(creatinine, Decimal) or not isinstance(age, Decimal) or not isinstance(sex, str):
        return Result(None, "", missing_inputs(inputs, _INPUTS))
    rate = egfr_ckd_epi_2021(creatinine, age, female=sex == "female")
    if rate is None:
        return Result(None, "the equation is for adults with a measurable creatinine")
    return Result(rate, f"creatinine {creatinine:f} mg/dL, {age:f} years, {sex}")


CKD_EPI_2021 = Calculator(_INPUTS, ckd_epi_2021)
