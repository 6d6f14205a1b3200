"""Notes, laboratory and images -> findings, each with its evidence for and against."""

from nlp_engine.fusion.stage import FusionStage

__all__ = ["FusionStage"]
