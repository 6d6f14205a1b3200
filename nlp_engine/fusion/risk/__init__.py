"""Risk models that were trained by ``nlp-engine train risk``, run without scikit-learn."""

from nlp_engine.fusion.risk.model import Estimate, RiskModel
from nlp_engine.fusion.risk.stage import RiskReading, RiskStage

__all__ = ["Estimate", "RiskModel", "RiskReading", "RiskStage"]
