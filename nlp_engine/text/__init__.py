"""Notes -> mentions with section, assertion, codes and attributes."""

from nlp_engine.text.stage import TextStage

__all__ = ["TextStage"]
