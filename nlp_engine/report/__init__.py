"""Reports: one HTML page for a clinician, one for the patient, a worklist for the ward, and tables."""

from nlp_engine.report.reports import render_report
from nlp_engine.report.worklist import WorklistRow, render_worklist

__all__ = ["WorklistRow", "render_report", "render_worklist"]
