"""De-identification: names, dates, places, numbers of notes and records become consistent surrogates."""

from nlp_engine.deidentify.deidentifier import Deidentifier, shared_deidentifier
from nlp_engine.deidentify.record import deidentify_record
from nlp_engine.deidentify.result import DeidentifiedText, Kind, Replacement

__all__ = ["DeidentifiedText", "Deidentifier", "Kind", "Replacement", "deidentify_record", "shared_deidentifier"]
