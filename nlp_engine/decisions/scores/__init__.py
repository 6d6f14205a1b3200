"""Clinical calculators: pure functions of their inputs, each with its source.

``rules/scores/`` says where their inputs come from.
"""

from __future__ import annotations

from nlp_engine.decisions.scores.anion_gap import ANION_GAP
from nlp_engine.decisions.scores.base import Calculator, Result
from nlp_engine.decisions.scores.egfr import CKD_EPI_2021
from nlp_engine.decisions.scores.sepsis import QSOFA, SIRS

CALCULATORS: dict[str, Calculator] = {
    "egfr_ckd_epi_2021": CKD_EPI_2021,
    "qsofa": QSOFA,
    "sirs": SIRS,
    "anion_gap": ANION_GAP,
}
"""Every calculator by the name that ``rules/scores/`` uses."""

__all__ = ["CALCULATORS", "Calculator", "Result"]
