"""An assessment becomes a page."""

from __future__ import annotations

from typing import Literal

from nlp_engine.assessment import Assessment
from nlp_engine.report.clinician import clinician_view
from nlp_engine.report.patient import patient_report_view
from nlp_engine.report.phrases import load_phrases
from nlp_engine.report.rendering import render


def render_report(
    assessment: Assessment, audience: Literal["clinician", "patient"] = "clinician", *, language: str = "en"
) -> str:
    """Render one self-contained HTML page: no network, no scripts, pictures inside.

    Raises
    ------
    ValueError
        If the audience is neither ``clinician`` nor ``patient``.
    """
    phrases = load_phrases(language)
    if audience == "clinician":
        return render("clinician.html.j2", language, report=clinician_view(assessment, phrases))
    if audience == "patient":
        return render("patient.html.j2", language, report=patient_report_view(assessment, phrases))
    raise ValueError(f'audience is "clinician" or "patient", not {audience!r}')
