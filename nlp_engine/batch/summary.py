"""What a run came to: counts, seconds, versions, failures."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nlp_engine.batch.failures import Failure
from nlp_engine.batch.result import PatientResult
from nlp_engine.record import InputProblem

_COUNTS = (
    "patients_in", "assessed", "failed", "partly", "notes", "words", "characters", "observations", "medications",
    "images", "image_outputs", "mentions", "lab_results", "findings", "conflicts", "scores", "cards",
    "not_assessed_rules", "errors", "warnings",
)  # fmt: skip


@dataclass(slots=True)
class RunSummary:
    """The result of a run; ``run.json`` holds the same.

    ``counts["patients_in"]`` is always ``assessed`` + ``failed``; ``partly`` are those of ``assessed`` who
    lost something. ``seconds`` are summed over all workers, ``wall`` is the clock on the wall.
    """

    out: Path
    input_kind: str
    settings: dict[str, str | int | bool | None]
    versions: dict[str, str] = field(default_factory=dict)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(_COUNTS, 0)))
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    shared: tuple[InputProblem, ...] = ()
    rows: list[Any] = field(default_factory=list)

    def add(self, result: PatientResult) -> None:
        """Count one patient."""
        self.counts["patients_in"] += 1
        self.counts["assessed" if result.is_assessed else "failed"] += 1
        self.counts["partly"] += result.is_assessed and bool(result.failures)
        self.counts.update(result.counts)
        for stage, seconds in result.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        self.failures += result.failures
        if result.row is not None:
            self.rows.append(result.row)

    def add_shared(self, problems: tuple[InputProblem, ...]) -> list[Failure]:
        """Count what belongs to no single patient, and return the lines for what was lost."""
        self.shared = problems
        lost = [problem for problem in problems if problem.severity == "error"]
        failures = [Failure.of_problem(None, problem, failed=False) for problem in lost]
        self.failures += failures
        self.counts["errors"] += len(lost)
        self.counts["warnings"] += len(problems) - len(lost)
        return failures

    @property
    def exit_status(self) -> int:
        """0, or 1 if a patient failed or a part of the input that belongs to no single patient was lost."""
        lost = any(problem.severity == "error" for problem in self.shared)
        return 1 if self.counts["failed"] or lost else 0

    def as_dict(self) -> dict[str, Any]:
        """Return what ``run.json`` holds."""
        return {
            "schema_version": 1,
            "made_by": "nlp-engine",
            "started": self.started.isoformat(timespec="seconds"),
            "input_kind": self.input_kind,
            "settings": self.settings,
            "versions": self.versions,
            "counts": dict(self.counts),
            "seconds": {stage: round(seconds, 3) for stage, seconds in self.seconds.items()},
            "problems_of_no_single_patient": [problem.model_dump() for problem in self.shared],
        }

    def to_json(self) -> str:
        """Return the document ``run.json``."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2) + "\n"
