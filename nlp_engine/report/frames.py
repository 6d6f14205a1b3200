"""The tables of an assessment as pandas DataFrames."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel

from nlp_engine.assessment import Assessment, Table
from nlp_engine.timeline import timeline

if TYPE_CHECKING:
    from pandas import DataFrame, Series

COLUMNS: dict[str, dict[str, str]] = {
    "findings": {
        "patient_id": "string", "concept": "string", "name": "string", "plain": "string", "status": "string",
        "confidence": "float64", "supporting": "string", "opposing": "string", "missing": "string", "codes": "string",
    },
    "mentions": {
        "patient_id": "string", "note_id": "string", "id": "string", "start": "int64", "end": "int64", "text": "string",
        "label": "string", "section": "string", "presence": "string", "temporality": "string", "experiencer": "string",
        "score": "float64", "cues": "string", "codes": "string", "attributes": "string",
    },
    "labs": {
        "patient_id": "string", "observation_id": "string", "kind": "string", "time": "datetime64[us, UTC]",
        "code": "string", "name": "string", "value": "float64", "comparator": "string", "text": "string",
        "unit": "string", "reference_low": "float64", "reference_high": "float64", "interval_source": "string",
        "flag": "string", "remarks": "string", "change": "string", "source": "string",
    },
    "images": {
        "patient_id": "string", "image_id": "string", "label": "string", "score": "float64", "decision": "string",
        "model": "string", "model_version": "string", "threshold": "float64", "time": "datetime64[us, UTC]",
        "source": "string",
    },
    "scores": {
        "patient_id": "string", "id": "string", "name": "string", "value": "float64", "unit": "string",
        "detail": "string", "missing": "string", "risk": "string", "evidence": "string", "source": "string",
    },
    "cards": {
        "patient_id": "string", "id": "string", "rule_id": "string", "rule_version": "int64", "indicator": "string",
        "is_conflict": "bool", "concept": "string", "summary": "string", "detail": "string", "options": "string",
        "plain": "string", "plain_why": "string", "facts": "string", "evidence": "string", "cannot_see": "string",
        "source": "string",
    },
    "timeline": {
        "patient_id": "string", "date": "string", "precision": "string", "time": "datetime64[us, UTC]",
        "kind": "string", "name": "string", "detail": "string", "presence": "string", "temporality": "string",
        "flag": "string", "date_text": "string", "doubt": "string", "evidence": "string",
    },
}  # fmt: skip
"""Table -> column -> dtype; the same for every patient, with rows or without."""


def to_frame(assessment: Assessment, table: Table = "findings") -> DataFrame:
    """Return one table, one row a finding, mention, lab result, image finding, score, card or dated event.

    What is nested (evidence, codes, options) is a JSON text in its cell. Times are UTC; a time without a zone counts as
    UTC.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    import pandas as pd

    if table not in COLUMNS:
        raise ValueError(f"table is one of {', '.join(COLUMNS)}, not {table!r}")
    rows = [_row(assessment, item, note_id, table) for item, note_id in _items(assessment, table)]
    columns = COLUMNS[table]
    series: dict[str, Series] = {}
    for name, dtype in columns.items():
        values = [row[name] for row in rows]
        if dtype.startswith("datetime"):
            times = pd.to_datetime(pd.Series(values, dtype="object"), utc=True, format="ISO8601")
            series[name] = times.astype("datetime64[us, UTC]")
        else:
            series[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(series, columns=list(columns))


def _items(assessment: Assessment, table: str) -> Iterator[tuple[BaseModel, str]]:
    """Return what a table has rows of, each with the id of its note (empty where there is none)."""
    if table == "mentions":
        for extraction in assessment.extractions:
            for mention in extraction.mentions:
                yield mention, extraction.note_id
    else:
        tables: dict[str, tuple[BaseModel, ...]] = {
            "findings": assessment.findings,
            "labs": assessment.lab_results,
            "images": assessment.image_findings,
            "scores": assessment.scores,
            "cards": assessment.cards,
        }
        for item in timeline(assessment) if table == "timeline" else tables[table]:
            yield item, ""


def _row(assessment: Assessment, item: BaseModel, note_id: str, table: str) -> dict[str, object]:
    known = {"patient_id": assessment.patient_id, "note_id": note_id}
    return {name: known[name] if name in known else _cell(getattr(item, name)) for name in COLUMNS[table]}


def _cell(value: object) -> object:
    """Return a value as a table holds it; nested ones as JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [item.model_dump(mode="json") if isinstance(item, BaseModel) else item for item in value]
        return json.dumps(items, ensure_ascii=False)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value
