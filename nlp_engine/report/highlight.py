"""A note, cut into pieces that are shown in one way each; mentions and quotations may overlap and nest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nlp_engine.assessment import Experiencer, Mention, Presence, Temporality
from nlp_engine.record import Note
from nlp_engine.report.evidence import Tracer
from nlp_engine.report.phrases import Phrases
from nlp_engine.report.views import Piece

USED = "used"
"""Style class of words that a statement rests on."""
_DEFAULTS = {Presence.PRESENT.value, Temporality.CURRENT.value, Experiencer.PATIENT.value}


@dataclass(slots=True)
class _Edge:
    """What begins and ends at one offset of a note."""

    begins: list[Mention] = field(default_factory=list)
    span_ends: list[int] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    closed_anchors: list[str] = field(default_factory=list)


def pieces(note: Note, mentions: Sequence[Mention], tracer: Tracer, phrases: Phrases) -> tuple[Piece, ...]:
    """Cut a note at every begin and end of a mention or a quoted span.

    The pieces' texts joined are the note's text. Where mentions overlap, the shortest one gives the colour; the words
    of an assertion stand where its mention ends.
    """
    edges = _edges(note, mentions, tracer)
    active: list[Mention] = []
    used_until = 0
    cut = []
    for start, end in pairwise(sorted(edges)):
        edge = edges[start]
        active = [mention for mention in active if mention.end > start] + edge.begins
        used_until = max([used_until, *edge.span_ends])
        links = (link for anchor in edges[end].closed_anchors for link in tracer.used_in(anchor))
        cut.append(
            Piece(
                text=note.text[start:end],
                css=_css(active, is_used=used_until > start),
                title=_title(active, phrases),
                mark=_mark(active, end, phrases),
                anchors=tuple(edge.anchors),
                used_in=tuple(dict.fromkeys(links)),
            )
        )
    return tuple(cut)


def _edges(note: Note, mentions: Sequence[Mention], tracer: Tracer) -> dict[int, _Edge]:
    edges: defaultdict[int, _Edge] = defaultdict(_Edge)
    cuts = {0, len(note.text)}
    for mention in mentions:
        if mention.end <= len(note.text):
            edges[mention.start].begins.append(mention)
            cuts.add(mention.end)
    for start, end in sorted(tracer.spans(note.id)):
        anchor = tracer.span_anchor(note.id, start, end)
        if anchor is not None:
            edges[start].anchors.append(anchor)
            edges[start].span_ends.append(end)
            edges[end].closed_anchors.append(anchor)
    return {offset: edges[offset] for offset in cuts | edges.keys()}


def _css(active: Sequence[Mention], *, is_used: bool) -> str:
    classes = [USED] if is_used else []
    if active:
        top = _top(active)
        classes = [top.label.value.lower(), *(["absent"] if top.presence is Presence.ABSENT else []), *classes]
    return " ".join(classes)


def _title(active: Sequence[Mention], phrases: Phrases) -> str:
    if not active:
        return ""
    top = _top(active)
    codes = [f"{code.display} ({code.code})" for code in top.codes[:1]]
    return ", ".join([phrases.mention[top.label.value], *_assertion(top, phrases), *codes])


def _mark(active: Sequence[Mention], end: int, phrases: Phrases) -> str:
    words = [word for mention in active if mention.end == end for word in _assertion(mention, phrases)]
    return ", ".join(dict.fromkeys(words))


def _top(active: Sequence[Mention]) -> Mention:
    return min(active, key=lambda mention: mention.end - mention.start)


def _assertion(mention: Mention, phrases: Phrases) -> list[str]:
    axes = (mention.presence.value, mention.temporality.value, mention.experiencer.value)
    return [phrases.mark[value] for value in axes if value not in _DEFAULTS]
