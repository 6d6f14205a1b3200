"""nlp_engine: clinical notes, labs and image-model outputs in, traceable plain-language decision support out.

Nothing heavy is imported here: ``import nlp_engine`` loads neither spaCy nor torch; the names below are looked up at
first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlp_engine.assessment import Assessment
    from nlp_engine.engine import Engine
    from nlp_engine.record import PatientRecord

__version__ = "0.1.0"
__all__ = ["Assessment", "Engine", "PatientRecord", "__version__"]

_HOMES = {"Engine": "engine", "Assessment": "assessment", "PatientRecord": "record"}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"nlp_engine.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
