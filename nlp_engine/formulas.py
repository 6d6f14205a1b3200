"""Published formulas that more than one room needs."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

EGFR_ADULT_AGE = 18


def egfr_ckd_epi_2021(creatinine: Decimal, age: Decimal, *, female: bool) -> Decimal | None:
    """Return the eGFR by the CKD-EPI creatinine equation of 2021, which uses no race, in mL/min/1.73 m².

    ``142 * min(Scr/k, 1)^a * max(Scr/k, 1)^-1.200 * 0.9938^age * 1.012 [if female]`` with Scr in mg/dL,
    k = 0.7 (female) or 0.9 (male), a = -0.241 (female) or -0.302 (male); rounded to a whole number as laboratories
    report it.

    Parameters
    ----------
    creatinine
        In mg/dL.
    age
        In years.

    Returns
    -------
    Decimal or None
        None below 18 years or without a measurable creatinine: the equation does not hold there.

    References
    ----------
    Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race.
    N Engl J Med 2021;385:1737.
    """
    if age < EGFR_ADULT_AGE or creatinine <= 0:
        return None
    relative = creatinine / Decimal("0.7" if female else "0.9")
    below = min(relative, Decimal(1)) ** Decimal("-0.241" if female else "-0.302")
    above = max(relative, Decimal(1)) ** Decimal("-1.200")
    rate = 142 * below * above * Decimal("0.9938") ** age * Decimal("1.012" if female else "1")
    return rate.quantize(Decimal(1), rounding=ROUND_HALF_UP)
