"""What is known of columns beside their values: label, unit, and the part of a record they are read from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from nlp_engine.knowledge import KnowledgeModel, read_yaml


class ColumnNote(KnowledgeModel):
    """One column; ``source`` is a feature of `nlp_engine.fusion.features`, e.g. ``lab:2093-3:mg/dL``."""

    label: str | None = None
    unit: str | None = None
    source: str | None = None


class ColumnNotes(KnowledgeModel):
    """A YAML file about the columns of a table (``--columns``)."""

    schema_version: Literal[1]
    columns: dict[str, ColumnNote]


def read_column_notes(path: Path | None) -> dict[str, ColumnNote]:
    """Return column -> what is known of it.

    Raises
    ------
    nlp_engine.errors.KnowledgeError
        If the file does not fit.
    """
    return {} if path is None else read_yaml(path, ColumnNotes).columns
