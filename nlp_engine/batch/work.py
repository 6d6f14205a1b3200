"""One patient: read, assess, write the pages, hand back the rows. Runs in this process or in a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, Protocol

from nlp_engine.assessment import Assessment
from nlp_engine.batch.deidentify import DeidentifiedSource
from nlp_engine.batch.failures import Failure, Stage, isolated
from nlp_engine.batch.pages import Pages
from nlp_engine.batch.result import PatientResult, result_of
from nlp_engine.readers import RecordSource
from nlp_engine.record import PatientRecord

_AUDIENCES: tuple[Literal["clinician", "patient"], ...] = ("clinician", "patient")


class Assessor(Protocol):
    """What a run needs of an engine."""

    seconds: dict[str, float]

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version."""

    def assess(self, record: PatientRecord, *, as_of: datetime | None = None) -> Assessment:
        """Return the whole result for one patient."""


@dataclass(frozen=True, slots=True)
class Task:
    """One patient to work on, and the folder (a safe name) that takes the pages."""

    source: RecordSource | DeidentifiedSource
    folder: str


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What a worker needs once; picklable.

    Parameters
    ----------
    load
        Makes the engine.
    pages
        Makes the HTML; None to write tables only.
    folder
        Where the patients' folders are made.
    as_of
        The time that counts as "now"; None for the newest dated thing of each record.
    """

    load: Callable[[], Assessor]
    pages: Pages | None
    folder: Path
    as_of: datetime | None = None


class Worker:
    """An engine at work; it keeps nothing of a patient."""

    def __init__(self, plan: WorkPlan) -> None:
        self._plan = plan
        self.engine = plan.load()

    def result(self, task: Task) -> PatientResult:
        """Return the patient's rows, or why there are none; never raises for what one record brings about."""
        seconds: dict[str, float] = {}
        reached: list[Stage] = []

        def failed(error: Exception) -> PatientResult:
            failure = Failure.of_error(task.source.patient_id, task.source.where, reached[-1], error)
            return PatientResult(task.source.patient_id, failures=(failure,), seconds=seconds)

        return isolated(lambda: self._result(task, reached, seconds), failed)

    def _result(self, task: Task, reached: list[Stage], seconds: dict[str, float]) -> PatientResult:
        """Return the patient's rows; each stage is told to ``reached`` before it begins."""
        reached.append("reading")
        with _timed(seconds, "reading"):
            record = task.source.read()
        reached.append("assessing")
        before = dict(self.engine.seconds)
        assessment = self.engine.assess(record, as_of=self._plan.as_of)
        seconds |= _added(before, self.engine.seconds)
        reached.append("writing the report")
        with _timed(seconds, "report"):
            row = self._write_pages(assessment, task.folder)
        reached.append("writing the tables")
        with _timed(seconds, "tables"):
            result = result_of(assessment, row=row)
        return replace(result, seconds=seconds)

    def _write_pages(self, assessment: Assessment, folder: str) -> Any:  # noqa: ANN401
        pages = self._plan.pages
        if pages is None:
            return None
        html = {audience: pages.report(assessment, audience) for audience in _AUDIENCES}
        row = pages.row(assessment, clinician_href=f"{folder}/clinician.html", patient_href=f"{folder}/patient.html")
        (self._plan.folder / folder).mkdir(exist_ok=True)
        for audience, page in html.items():
            (self._plan.folder / folder / f"{audience}.html").write_text(page, encoding="utf-8", newline="\n")
        return row


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = perf_counter()
    try:
        yield
    finally:
        seconds[stage] = perf_counter() - start


def _added(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {stage: total - before.get(stage, 0.0) for stage, total in after.items()}


def load_engine(threads: int = 1) -> Assessor:
    """Load the packaged engine; it is looked up here so that a command that needs none stays fast."""
    engine: Assessor = import_module("nlp_engine.engine").Engine.load(threads=threads)
    return engine
