"""Samples that do not fit the patient: contaminated, diluted, swapped or haemolysed ones, and decimal slips."""

from nlp_engine.labs.misfits.checks import check_comparisons, check_patterns
from nlp_engine.labs.misfits.find import find_misfits, with_remarks
from nlp_engine.labs.misfits.patterns import Patterns

__all__ = ["Patterns", "check_comparisons", "check_patterns", "find_misfits", "with_remarks"]
