"""Labs and vital signs: names, values, units, reference intervals, flags."""

from nlp_engine.labs.from_notes import with_note_results
from nlp_engine.labs.stage import LabStage

__all__ = ["LabStage", "with_note_results"]
