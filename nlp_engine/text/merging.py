"""What the network found and what the names found, made one list of spans without overlap."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nlp_engine.assessment import MentionLabel
from nlp_engine.text.ner.labels import MENTION_LABELS
from nlp_engine.text.note import Span


def merge(found: Sequence[Span], named: Sequence[Span]) -> list[Span]:
    """Return the spans of the network (in order, without overlap) with the names added.

    A name is added where nothing overlaps it. It replaces what lies inside it or is a shorter piece that runs out of
    it; a span of the network that holds the whole name and more stays. On the same span the name decides the label.
    """
    starts = [span.start for span in found]
    ends = [span.end for span in found]
    dropped: set[int] = set()
    added: list[Span] = []
    relabelled: dict[int, str] = {}
    for name in named:
        places = range(bisect_right(ends, name.start), bisect_left(starts, name.end))
        touching = [place for place in places if found[place].overlaps(name)]
        longer = [place for place in touching if _outweighs(found[place], name)]
        if longer:
            relabelled.update((place, name.label) for place in longer if _is_head(found[place], name))
            continue
        dropped.update(touching)
        inside = [found[place].score for place in touching if found[place].label == name.label]
        added.append(Span(name.start, name.end, name.label, max([name.score, *inside])))
    kept = [
        replace(span, label=relabelled.get(place, span.label))
        for place, span in enumerate(found)
        if place not in dropped
    ]
    return sorted([*kept, *added], key=lambda span: span.start)


def _outweighs(span: Span, name: Span) -> bool:
    """Say whether a span of the network stays against a name: a mention that is longer than the name."""
    return span.label in MENTION_LABELS and span.end - span.start > name.end - name.start


def _is_head(span: Span, name: Span) -> bool:
    """Say whether a longer span ends with the name of a problem or drug: "anterior STEMI" is no body part."""
    return (
        span.end == name.end
        and name.label != MentionLabel.TEST
        and span.label in {MentionLabel.ANATOMY, MentionLabel.TEST}
    )


def split_by_kind(spans: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """Return mentions and attributes."""
    mentions: list[Span] = []
    attributes: list[Span] = []
    for span in spans:
        (mentions if span.label in MENTION_LABELS else attributes).append(span)
    return mentions, attributes


def fitting(attributes: Iterable[Span], mentions: Sequence[Span]) -> list[Span]:
    """Return the attributes that touch no mention or lie inside one: "severe" in "severe pain", not "pain" itself."""
    starts = [mention.start for mention in mentions]
    return [span for span in attributes if _has_room(span, mentions, bisect_right(starts, span.start) - 1)]


def _has_room(span: Span, mentions: Sequence[Span], before: int) -> bool:
    """Say whether a span fits between the mention that starts before it and the one behind."""
    if before + 1 < len(mentions) and mentions[before + 1].start < span.end:
        return False
    if before < 0 or mentions[before].end <= span.start:
        return True
    host = mentions[before]
    return span.end <= host.end and (span.start, span.end) != (host.start, host.end)
