"""Labs and vital signs: names, values, units, reference intervals, flags."""

from nlp_engine.labs.stage import LabStage

__all__ = ["LabStage"]
