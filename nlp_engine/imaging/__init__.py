"""Image findings: what image models said of a patient's pictures."""

from nlp_engine.imaging.stage import ImageStage

__all__ = ["ImageStage"]
