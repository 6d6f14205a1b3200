"""The pages of a run, behind an interface, so that a caller can bring pages of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Literal, Protocol

from nlp_engine.assessment import Assessment


class Pages(Protocol):
    """Makes HTML; sent to worker processes, so it must be picklable, and so must its rows."""

    def report(self, assessment: Assessment, audience: Literal["clinician", "patient"]) -> str:
        """Return one patient's page for one audience."""

    def row(self, assessment: Assessment, *, clinician_href: str, patient_href: str) -> Any:  # noqa: ANN401
        """Return what the worklist needs of one patient: small, without the record."""

    def worklist(
        self, rows: Sequence[Any], failures: Sequence[Mapping[str, str | None]], run_info: Mapping[str, object]
    ) -> str:
        """Return the index page; ``failures`` are the lines of ``failures.jsonl`` without those that are ``partly``."""


class ReportPages:
    """The pages of `nlp_engine.report`, imported when the first one is made."""

    def report(self, assessment: Assessment, audience: Literal["clinician", "patient"]) -> str:
        """Return one patient's page for one audience."""
        page: str = _report().render_report(assessment, audience=audience)
        return page

    def row(self, assessment: Assessment, *, clinician_href: str, patient_href: str) -> Any:  # noqa: ANN401
        """Return what the worklist needs of one patient."""
        return _report().WorklistRow.of(assessment, clinician_href=clinician_href, patient_href=patient_href)

    def worklist(
        self, rows: Sequence[Any], failures: Sequence[Mapping[str, str | None]], run_info: Mapping[str, object]
    ) -> str:
        """Return the index page."""
        page: str = _report().render_worklist(list(rows), list(failures), dict(run_info))
        return page


def _report() -> Any:  # noqa: ANN401
    return import_module("nlp_engine.report")
