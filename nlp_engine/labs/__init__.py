"""Labs and vital signs: names, values, units, reference intervals, flags."""

from nlp_engine.labs.comparison import Compared
from nlp_engine.labs.from_notes import with_note_results
from nlp_engine.labs.stage import LabStage
from nlp_engine.labs.table import flag_table

__all__ = ["Compared", "LabStage", "flag_table", "with_note_results"]
