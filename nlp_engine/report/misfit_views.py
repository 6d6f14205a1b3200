"""Samples that do not fit the patient, for the clinical page."""

from __future__ import annotations

from nlp_engine.assessment import Assessment, Evidence, EvidenceKind, Misfit
from nlp_engine.record import sort_time
from nlp_engine.report.card_views import source_view
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.views import Link, MisfitView
from nlp_engine.report.words import said_time

MAX_MISFITS = 5
"""Samples that are shown, the newest; the others have their remark in the table of results."""


def misfit_views(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> tuple[tuple[MisfitView, ...], str]:
    """Return the newest misfits, each result of them linked to its row, and how many more there are in words."""
    ordered = sorted(assessment.misfits, key=lambda misfit: sort_time(misfit.time), reverse=True)
    shown = tuple(
        _view(misfit, number, tracer, phrases) for number, misfit in enumerate(ordered[:MAX_MISFITS], start=1)
    )
    left = len(ordered) - len(shown)
    return shown, phrases.clinician["misfits_more"].format(count=left) if left else ""


def _view(misfit: Misfit, number: int, tracer: Tracer, phrases: Phrases) -> MisfitView:
    anchor = f"misfit-{number}"
    owner = Link(f"#{anchor}", phrases.clinician["misfit_link"])
    evidence = (
        Evidence(
            kind=EvidenceKind.OBSERVATION,
            source_id=part.observation_id,
            statement=part.statement,
            time=misfit.time,
            method="comparison with earlier results",
        )
        for part in misfit.parts
    )
    return MisfitView(
        anchor=anchor,
        when=said_time(misfit.time, phrases),
        sentence=misfit.sentence,
        evidence=tracer.views(evidence, owner),
        cannot_see=misfit.cannot_see,
        source=source_view(misfit.source),
    )
