"""Folders of notes, tables and images -> patient records."""

from __future__ import annotations

from nlp_engine.readers.discovery import InputFolder, open_input
from nlp_engine.readers.folder import read_patient_folder
from nlp_engine.readers.problems import InputFailure
from nlp_engine.readers.source import RecordSource

__all__ = ["InputFailure", "InputFolder", "RecordSource", "open_input", "read_patient_folder"]
