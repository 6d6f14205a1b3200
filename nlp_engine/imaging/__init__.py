"""Image findings: what image models, and the embedded chest network, say of a patient's pictures."""

from nlp_engine.imaging.stage import ImagesRead, ImageStage

__all__ = ["ImageStage", "ImagesRead"]
