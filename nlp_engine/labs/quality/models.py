"""What a data-quality report holds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from nlp_engine.knowledge import KnowledgeModel


class Severity(StrEnum):
    """How much an issue weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class IssueKind(KnowledgeModel):
    """One thing that is looked for; see the header of ``rules/labs/quality.yaml``."""

    id: str
    severity: Severity
    says: str
    right: str


class QualityFile(KnowledgeModel):
    """``rules/labs/quality.yaml``."""

    schema_version: Literal[1]
    about: str
    kinds: tuple[IssueKind, ...]


class QualityModel(BaseModel):
    """Base of the parts of a report: frozen, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IssueGroup(QualityModel):
    """Rows with one issue that have something in common: a test, a unit, a format.

    ``rows`` counts them, ``first_rows`` are row numbers as a spreadsheet counts (the first data row is 2), and
    ``examples`` the cells that were judged, the most frequent first.
    """

    what: str
    rows: int
    first_rows: tuple[int, ...]
    examples: tuple[str, ...] = ()


class Issue(QualityModel):
    """One kind of issue: how many rows, and which groups of them, the largest first."""

    id: str
    severity: Severity
    says: str
    right: str
    rows: int
    groups: tuple[IssueGroup, ...]
    groups_left_out: int = 0


class ColumnQuality(QualityModel):
    """How full a column is; ``present`` is False for a column of the design that the table lacks."""

    column: str
    present: bool
    missing: int
    distinct: int


class AnalyteQuality(QualityModel):
    """One test: its rows, patients and units, and what is missing of it.

    ``without_result`` are rows with neither a number nor a result in words; ``patients_without`` are patients of the
    table who have no result of it. ``median`` is in ``unit``.
    """

    analyte: str
    code: str
    unit: str
    rows: int
    patients: int
    patients_without: int
    without_result: int
    unusable_unit: int
    implausible: int
    median: float | None
    units: dict[str, int]


class DayQuality(QualityModel):
    """One day: its rows, and those of them without a result."""

    day: str
    rows: int
    without_result: int


class QualityReport(QualityModel):
    """Everything that a check found; ``to_json`` and ``to_html`` write it.

    ``issues`` are sorted: errors first, then by rows.
    """

    schema_version: Literal[1] = 1
    table: str
    checked_at: datetime
    engine_version: str
    rows: int
    patients: int
    recognised: int
    with_number: int
    usable: int
    issues: tuple[Issue, ...]
    columns: tuple[ColumnQuality, ...]
    analytes: tuple[AnalyteQuality, ...]
    days: tuple[DayQuality, ...]

    def count(self, severity: Severity) -> int:
        """Return how many kinds of issues of a severity were found."""
        return sum(issue.severity is severity for issue in self.issues)

    def issue(self, kind: str) -> Issue | None:
        """Return the issue of a kind, None if it was not found."""
        return next((issue for issue in self.issues if issue.id == kind), None)

    def to_json(self) -> str:
        """Return the report as JSON."""
        return self.model_dump_json(indent=2)

    def to_html(self) -> str:
        """Return the report as one self-contained page."""
        from nlp_engine.labs.quality.page import page_of

        return page_of(self)
