"""Facts, rules, scores and cards: what the evidence about a patient means, as options with their source."""

from __future__ import annotations

from nlp_engine.decisions.checks import check_rules
from nlp_engine.decisions.stage import Decision, DecisionStage

__all__ = ["Decision", "DecisionStage", "check_rules"]
