"""The dated events of the notes as a short table; results, pictures and medicines have tables of their own."""

from __future__ import annotations

from datetime import date, datetime

from nlp_engine.assessment import CRITICAL_FLAGS, Assessment, Event, EventKind, EvidenceKind, Flag, LabResult, Presence
from nlp_engine.record import ObservationKind
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.views import EventView, Link, TimelineView
from nlp_engine.report.words import said_time, said_value
from nlp_engine.timeline import timeline

_MOST = 40
_SHOWN = frozenset({Presence.PRESENT, Presence.POSSIBLE})


def timeline_view(assessment: Assessment, tracer: Tracer, phrases: Phrases) -> TimelineView:
    """Return what the notes say happened when, the latest first, each with its place; what they deny is left out.

    Of the results that notes tell the labs out of range count, and vital signs that are critical.
    """
    told = {result.observation_id: result for result in assessment.lab_results if _counts(result)}
    events = [
        event
        for event in reversed(timeline(assessment))
        if (event.presence in _SHOWN and event.evidence[0].kind is EvidenceKind.NOTE)
        or event.evidence[0].source_id in told
    ]
    more = phrases.clinician["timeline_first"].format(count=len(events), shown=_MOST) if len(events) > _MOST else ""
    rows = (_row(event, told.get(event.evidence[0].source_id), tracer, phrases) for event in events[:_MOST])
    return TimelineView(tuple(rows), more)


def _counts(result: LabResult) -> bool:
    is_out = result.flag not in (None, Flag.NORMAL)
    is_critical = result.flag in CRITICAL_FLAGS
    return result.said_in is not None and (is_critical or (is_out and result.kind is ObservationKind.LAB))


def _row(event: Event, result: LabResult | None, tracer: Tracer, phrases: Phrases) -> EventView:
    owner = Link("#timeline", phrases.clinician["timeline_heading"])
    remark = phrases.presence[event.presence.value] if event.presence is Presence.POSSIBLE else ""
    if event.flag is not None:
        remark = phrases.flag[event.flag.value]
    return EventView(
        when=said_partial_date(event.date, phrases),
        kind=_kind(event, phrases),
        name=event.name,
        detail=said_value(result, phrases) if result is not None else event.detail,
        remark=remark,
        words=event.date_text or "",
        doubt=event.doubt or "",
        evidence=tracer.views(event.evidence, owner),
    )


def _kind(event: Event, phrases: Phrases) -> str:
    return phrases.kind["observation"] if event.kind is EventKind.RESULT else phrases.mention[event.kind.value.upper()]


def said_partial_date(day: str, phrases: Phrases) -> str:
    """Return ``2026``, ``Mar 2026`` or ``5 Mar 2026``."""
    parts = [int(part) for part in day.split("-")]
    if len(parts) == 1:
        return day
    if len(parts) == 2:
        return f"{phrases.months[parts[1] - 1]} {parts[0]}"
    return said_time(datetime.combine(date(*parts), datetime.min.time()), phrases)
