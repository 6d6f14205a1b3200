"""Dates that stand right behind a mention and that the network missed: "MI in 2010", "appendectomy (1998)"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from nlp_engine.assessment import AttributeLabel, MentionLabel
from nlp_engine.text.dates.rules import DateRules
from nlp_engine.text.note import ReadNote, Span

_SCORE = 0.9
_LONGEST = 48
_DATED_BY_YEAR = frozenset({MentionLabel.PROBLEM, MentionLabel.TREATMENT})


def find_missing(note: ReadNote, mentions: Sequence[Span], attributes: Sequence[Span], rules: DateRules) -> list[Span]:
    """Return the dates right behind mentions that overlap no mention and no attribute, in order."""
    taken = sorted((span.start, span.end) for span in (*mentions, *attributes))
    starts = [start for start, _ in taken]
    with_lead, bare = _patterns(rules)
    found = []
    for mention in mentions:
        if mention.label == MentionLabel.ANATOMY:
            continue
        stop = min(note.sentences.at(mention.start).end, mention.end + _LONGEST)
        match = with_lead.match(note.text, mention.end, stop)
        if match is None and mention.label in _DATED_BY_YEAR:
            match = bare.match(note.text, mention.end, stop)
        if match is None:
            continue
        start, end = match.span("date")
        place = bisect_left(starts, end)
        if all(other_end <= start for _, other_end in taken[max(0, place - 3) : place]):
            found.append(Span(start, end, AttributeLabel.DATE, _SCORE))
    return found


@lru_cache(maxsize=4)
def _patterns(rules: DateRules) -> tuple[re.Pattern[str], re.Pattern[str]]:
    year = r"(?:19|20)\d\d(?![\d.,]\d|\s?(?:mg|mcg|ml|cc|units|cal|kcal|g\b|-|/|%|hours|hrs))\b"
    month = rf"(?:{rules.month})\.?,? (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?(?:of )?(?:19|20)\d\d\b"
    day_month = rf"\d{{1,2}}[ -](?:{rules.month})[ -,]{{1,2}}(?:19|20)\d\d\b"
    numbers = r"(?<!\d)(?:\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|\d{1,2}/(?:19|20)\d\d)(?![\d/])"
    full = rf"{numbers}|{month}|{day_month}"
    lead = r"\s?(?:\(|,? ?(?:in|on|from|dated|since|of|done|performed|back in|on or about)\s)(?:in |on |since )?"
    return (
        re.compile(rf"{lead}(?P<date>{full}|{year})", re.IGNORECASE),
        re.compile(rf",?\s(?P<date>{full}|{year})", re.IGNORECASE),
    )
