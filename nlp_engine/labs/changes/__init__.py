"""A result against the patient's previous one: how much, and whether it is more than chance."""

from nlp_engine.labs.changes.compare import comparable, with_changes
from nlp_engine.labs.changes.variation import Variations

__all__ = ["Variations", "comparable", "with_changes"]
