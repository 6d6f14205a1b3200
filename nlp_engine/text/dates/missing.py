"""The spans of dates: what the network missed ("MI in 2010", "on 03/05/2008"), and what is none ("in" alone)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nlp_engine.assessment import AttributeLabel, MentionLabel
from nlp_engine.text.dates.rules import DateRules
from nlp_engine.text.note import ReadNote, Span

_SCORE = 0.9
_LONGEST = 48
_DATED_BY_YEAR = frozenset({MentionLabel.PROBLEM, MentionLabel.TREATMENT})


def completed(note: ReadNote, mentions: Sequence[Span], attributes: Sequence[Span], rules: DateRules) -> list[Span]:
    """Return the attributes with the dates that the network missed, without those that hold no word of a date.

    A date is added right behind a mention, or where "on" stands before a full one. Takes linear time.
    """
    kept = [span for span in attributes if span.label != AttributeLabel.DATE or _says_something(note, span, rules)]
    taken = sorted((span.start, span.end) for span in (*mentions, *kept))
    starts = [start for start, _ in taken]
    found: dict[int, Span] = {}
    for start, end in sorted({*_behind(note, mentions, rules), *_full(note, rules)}):
        place = bisect_left(starts, end)
        if all(other_end <= start for _, other_end in taken[max(0, place - 3) : place]):
            found.setdefault(start, Span(start, end, AttributeLabel.DATE, _SCORE))
    return [*kept, *found.values()]


def _says_something(note: ReadNote, span: Span, rules: DateRules) -> bool:
    first, behind = note.tokens.range_of(span.start, span.end)
    return any(key not in rules.file.leads for key in note.tokens.keys[first:behind])


def _behind(note: ReadNote, mentions: Sequence[Span], rules: DateRules) -> Iterator[tuple[int, int]]:
    with_lead, bare, _ = _patterns(rules)
    for mention in mentions:
        if mention.label == MentionLabel.ANATOMY:
            continue
        stop = min(note.sentences.at(mention.start).end, mention.end + _LONGEST)
        match = with_lead.match(note.text, mention.end, stop)
        if match is None and mention.label in _DATED_BY_YEAR:
            match = bare.match(note.text, mention.end, stop)
        if match is not None:
            yield match.span("date")


def _full(note: ReadNote, rules: DateRules) -> Iterator[tuple[int, int]]:
    for match in _patterns(rules)[2].finditer(note.text):
        yield match.span("date")


@lru_cache(maxsize=4)
def _patterns(rules: DateRules) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    year = r"(?:19|20)\d\d(?![\d.,]\d|\s?(?:mg|mcg|ml|cc|units|cal|kcal|g\b|-|/|%|hours|hrs))\b"
    month = rf"(?:{rules.month})\.?,? (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?(?:of )?(?:19|20)\d\d\b"
    day_month = rf"\d{{1,2}}[ -](?:{rules.month})[ -,]{{1,2}}(?:19|20)\d\d\b"
    numbers = r"(?<!\d)(?:\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|\d{1,2}/(?:19|20)\d\d)(?![\d/])"
    full = rf"{numbers}|{month}|{day_month}"
    lead = r"\s?(?:\(|,? ?(?:in|on|from|dated|since|of|done|performed|back in|on or about)\s)(?:in |on |since )?"
    return (
        re.compile(rf"{lead}(?P<date>{full}|{year})", re.IGNORECASE),
        re.compile(rf",?\s(?P<date>{full}|{year})", re.IGNORECASE),
        re.compile(rf"\b(?:on|dated)\s(?P<date>{full})", re.IGNORECASE),
    )
