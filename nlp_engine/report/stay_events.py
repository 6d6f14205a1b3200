"""What was done during a stay, gathered into the few numbered lines that a picture has room for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from nlp_engine.assessment import Assessment, Event, EventKind, Precision, Presence
from nlp_engine.report.stay import Stay
from nlp_engine.timeline import timeline

_MOST = 8
_DONE = (EventKind.TREATMENT, EventKind.IMAGE, EventKind.DRUG, EventKind.MEDICATION)
"""What counts, what matters most to a reader of courses first."""
_STOPPED = "stopped"
_LAST_DAY = timedelta(days=1)


def done_in(stay: Stay, assessment: Assessment) -> list[tuple[datetime, list[Event]]]:
    """Return at most eight moments of a stay with what was done then, in order of time.

    Of a medicine its first start and its last stop count, not each renewed order, and no stop on the last day, when
    all orders end. Where there are more moments, those with treatments and pictures stay, then those of starts.
    """
    events = [event for event in timeline(assessment) if _is_done(event) and stay.holds(moment(event))]
    gathered: defaultdict[datetime, list[Event]] = defaultdict(list)
    for event in _turns(events, stay):
        gathered[moment(event)].append(event)
    most = sorted(gathered.items(), key=lambda item: (min(map(_rank, item[1])), item[0].replace(tzinfo=None)))[:_MOST]
    return sorted(most, key=lambda item: item[0].replace(tzinfo=None))


def moment(event: Event) -> datetime:
    """Return when something happened; the beginning of the day where no hour is known."""
    return event.time or datetime.fromisoformat(event.date)


def _is_done(event: Event) -> bool:
    """Say whether something was done on a day that is known; what a note denies or doubts was not."""
    is_known = event.precision in (Precision.DAY, Precision.TIME)
    return event.kind in _DONE and event.presence in (None, Presence.PRESENT) and is_known


def _turns(events: Sequence[Event], stay: Stay) -> list[Event]:
    first = {_turn(event): event for event in reversed(events)}
    last = {_turn(event): event for event in events}
    return [
        event
        for event in events
        if event.kind is not EventKind.MEDICATION
        or (event.detail != _STOPPED and first[_turn(event)] is event)
        or (event.detail == _STOPPED and last[_turn(event)] is event and stay.before_end(moment(event)) > _LAST_DAY)
    ]


def _turn(event: Event) -> tuple[str, str]:
    return event.name.casefold(), event.detail


def _rank(event: Event) -> int:
    return len(_DONE) if event.detail == _STOPPED else _DONE.index(event.kind)
