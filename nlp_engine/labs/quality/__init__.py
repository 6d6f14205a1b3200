"""Data quality of tables of results: what is wrong, doubtful, changed or missing, with row numbers."""

from nlp_engine.labs.quality.check import check_table
from nlp_engine.labs.quality.models import Issue, IssueGroup, QualityReport, Severity

__all__ = ["Issue", "IssueGroup", "QualityReport", "Severity", "check_table"]
