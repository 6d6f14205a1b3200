"""Results that are calculated from others: an eGFR where the laboratory gave a creatinine only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nlp_engine.assessment import LabResult
from nlp_engine.formulas import egfr_ckd_epi_2021
from nlp_engine.record import Patient, Sex, sort_time

CREATININE, EGFR = "2160-0", "98979-8"
EGFR_UNIT = "mL/min/{1.73_m2}"
CALCULATED = "calculated by CKD-EPI 2021 from creatinine"
"""How the remark of a calculated eGFR begins; the creatinine follows."""


def with_calculated_egfr(results: Sequence[LabResult], patient: Patient, as_of: datetime | None) -> list[LabResult]:
    """Return the results, and an eGFR for each exact creatinine in mg/dL that has none of the same moment.

    The calculated result keeps the id, time and row of its creatinine. Age and sex must be known; the equation is not
    for children, nor for pregnancy.
    """
    reported = {sort_time(result.time) for result in results if result.code == EGFR and result.value is not None}
    return [*results, *_calculated(results, patient, as_of, reported)]


def _calculated(
    results: Sequence[LabResult], patient: Patient, as_of: datetime | None, reported: set[float]
) -> Iterator[LabResult]:
    if patient.sex not in {Sex.FEMALE, Sex.MALE} or patient.pregnant:
        return
    for result in results:
        is_exact = result.value is not None and result.comparator is None and result.unit == "mg/dL"
        age = patient.age_at(result.time or as_of)
        if result.code == CREATININE and is_exact and age is not None and sort_time(result.time) not in reported:
            assert result.value is not None
            rate = egfr_ckd_epi_2021(result.value, age, female=patient.sex is Sex.FEMALE)
            if rate is not None:
                yield LabResult(
                    observation_id=result.observation_id,
                    name="eGFR",
                    code=EGFR,
                    value=rate,
                    text=f"{rate:f}",
                    unit=EGFR_UNIT,
                    time=result.time,
                    remarks=(f"{CALCULATED} {result.value:f} mg/dL", *result.remarks),
                    source=result.source,
                )
