"""What a worker hands back of one patient: rows that are ready to be written, small enough to be sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from nlp_engine.assessment import Assessment, LabResult, ResultChange
from nlp_engine.batch.failures import Failure

LAB_SCHEMA = pa.schema(
    [
        ("patient_id", pa.string()),
        ("observation_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("code", pa.string()),
        ("value", pa.float64()),
        ("comparator", pa.string()),
        ("text", pa.string()),
        ("unit", pa.string()),
        ("time", pa.timestamp("us")),
        ("utc_offset_minutes", pa.int32()),
        ("reference_low", pa.float64()),
        ("reference_high", pa.float64()),
        ("interval_source", pa.string()),
        ("flag", pa.string()),
        ("remarks", pa.list_(pa.string())),
        ("change", pa.float64()),
        ("change_percent", pa.float64()),
        ("change_hours", pa.float64()),
        ("change_exceeds", pa.bool_()),
        ("source", pa.string()),
    ]
)
"""``time`` is the clock as the source wrote it; ``utc_offset_minutes`` is null when the source named no zone.

``change`` is the difference from the patient's previous result, ``change_exceeds`` whether it is more than chance.
"""


@dataclass(frozen=True, slots=True)
class PatientResult:
    """One patient's rows.

    Parameters
    ----------
    lines
        Table name -> its lines, each with its line end.
    labs
        Rows of ``labs.parquet``; None if there are none.
    row
        The patient's row of the worklist, when pages are made.
    counts, seconds
        What was counted, and the time by stage.
    """

    patient_id: str
    failures: tuple[Failure, ...] = ()
    is_assessed: bool = False
    lines: dict[str, str] = field(default_factory=dict)
    labs: pa.RecordBatch | None = None
    row: Any = None
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def result_of(assessment: Assessment, *, row: object) -> PatientResult:
    """Return the rows of an assessment."""
    patient_id = assessment.patient_id
    lost = [problem for problem in assessment.problems if problem.severity == "error"]
    return PatientResult(
        patient_id,
        failures=tuple(Failure.of_problem(patient_id, problem, failed=False) for problem in lost),
        is_assessed=True,
        lines={
            "mentions": "".join(f"{extraction.model_dump_json()}\n" for extraction in assessment.extractions),
            "findings": "".join(_line(patient_id, finding) for finding in assessment.findings),
            "cards": "".join(_line(patient_id, card) for card in assessment.cards),
            "assessments": f"{assessment.to_json()}\n",
        },
        labs=_lab_rows(patient_id, assessment.lab_results) if assessment.lab_results else None,
        row=row,
        counts=_counts(assessment),
    )


def _line(patient_id: str, model: BaseModel) -> str:
    return f'{{"patient_id":{json.dumps(patient_id, ensure_ascii=False)},{model.model_dump_json()[1:]}\n'


def _counts(assessment: Assessment) -> dict[str, int]:
    record, severities = assessment.record, [problem.severity for problem in assessment.problems]
    return {
        "notes": len(record.notes),
        "characters": sum(len(note.text) for note in record.notes),
        "words": sum(len(note.text.split()) for note in record.notes),
        "observations": len(record.observations),
        "medications": len(record.medications),
        "images": len(record.images),
        "image_outputs": len(record.image_outputs),
        "mentions": sum(len(extraction.mentions) for extraction in assessment.extractions),
        "lab_results": len(assessment.lab_results),
        "misfits": len(assessment.misfits),
        "findings": len(assessment.findings),
        "conflicts": len(assessment.conflicts),
        "scores": len(assessment.scores),
        "cards": len(assessment.cards),
        "not_assessed_rules": len(assessment.unassessed),
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
    }


def _lab_rows(patient_id: str, results: tuple[LabResult, ...]) -> pa.RecordBatch:
    rows = [{**vars(result), **_plain(result), "patient_id": patient_id} for result in results]
    return pa.RecordBatch.from_pylist(rows, schema=LAB_SCHEMA)


def _plain(result: LabResult) -> dict[str, object]:
    """Return the cells that a Parquet column holds in another form than the result."""
    offset = result.time.utcoffset() if result.time else None
    numbers = {name: getattr(result, name) for name in ("value", "reference_low", "reference_high")}
    return {
        **{name: None if number is None else float(number) for name, number in numbers.items()},
        "kind": result.kind.value,
        "flag": result.flag.value if result.flag else None,
        "time": result.time.replace(tzinfo=None) if result.time else None,
        "utc_offset_minutes": None if offset is None else int(offset.total_seconds() // 60),
        "remarks": list(result.remarks),
        **_change(result.change),
    }


def _change(change: ResultChange | None) -> dict[str, float | bool | None]:
    if change is None:
        return {"change": None}
    percent = None if change.percent is None else float(change.percent)
    return {
        "change": float(change.amount),
        "change_percent": percent,
        "change_hours": float(change.hours),
        "change_exceeds": change.exceeds,
    }
