"""Headings of a note and the sections they open.

A heading is known by its title (``sections.yaml``) or by its form (capitals, a colon, alone on its line, markdown). The
scope of a heading ends where the next one begins; a section that speaks for itself (family history, what is past) ends
at a plain short line behind a gap, too. Titles of body systems stay within the section they stand in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from nlp_engine.knowledge import normalise_phrase
from nlp_engine.text.section_rules import SectionKind, SectionRules
from nlp_engine.text.tokens import lines_of

_LONGEST = 60
_LEAD = re.compile(r"\s*(?:(#{1,6})\s*|[*_=>]{1,3}\s*)?(?:\(?\d{1,2}[.)]\s+)?[*_]{0,2}")
_TRAIL = re.compile(r"[\s*_=#:.\-\u2013\u2014]*$")
_COLON = re.compile(r":|\s[-\u2013\u2014]\s")
_BACK = re.compile(r"[^.;:,\r\n\t\u2022|]*$")
_REMARK = re.compile(r"\s*\([^)]*\)\s*$")
_JOINED = re.compile(r"(?<![^.,\s])([A-Z][A-Z&/ ]{2,40}[A-Z]),(?=[A-Z][A-Z&/ -]{1,40}:)")
_NEXT_LINE = re.compile(r"\s*([^\r\n]+)")
_PLAIN = re.compile(r"[^,;:.!?=\d\t|]+")
_SENTENCE = re.compile(r"[.!?;][\"')\s]*$")
_FIELD_END = re.compile(r"(?<=\w{3})[.!?](?=\s)|[\r\n\x0b\x0c\x85\u2028\u2029](?=.)", re.DOTALL)
_CAPITALS = re.compile(r"[A-Z][A-Z/&'-]*(?:[ \t]+(?:[A-Z&/][A-Z/&'-]*))*(?=[ \t]+[A-Z]?[a-z])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A title with its span; ``kind`` None stands for a heading that is in no list.

    ``stays``: the section before it goes on (a body system, an inner heading).
    """

    start: int
    end: int
    kind: SectionKind | None
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Sections:
    """The headings of one note, in order."""

    headings: tuple[Heading, ...]
    openers: tuple[Heading, ...]
    starts: tuple[int, ...]

    def heading_at(self, place: int) -> Heading | None:
        """Return the heading whose title a character is part of."""
        index = bisect_right(self.headings, place, key=lambda heading: heading.start) - 1
        heading = self.headings[index] if index >= 0 else None
        return heading if heading is not None and place < heading.end else None

    def at(self, place: int) -> Heading | None:
        """Return the heading whose section a character stands in, None before the first."""
        index = bisect_right(self.starts, place) - 1
        return self.openers[index] if index >= 0 else None


def find_sections(text: str, rules: SectionRules) -> Sections:
    """Return the headings of a note; takes time in the length of the text."""
    found: list[Heading] = []
    for heading in sorted(_candidates(text, rules), key=lambda heading: (heading.start, -heading.end)):
        if not found or heading.start >= found[-1].end:
            found.append(heading)
    openers = tuple(_with_ends(text, [heading for heading in found if not heading.stays]))
    return Sections(tuple(found), openers, tuple(heading.start for heading in openers))


def _with_ends(text: str, openers: list[Heading]) -> Iterator[Heading]:
    """Yield the headings that open a section, and a nameless one where a section of one line ends."""
    for place, heading in enumerate(openers, 1):
        next_start = openers[place].start if place < len(openers) else len(text)
        yield heading
        if heading.kind is not None and heading.kind.one_line:
            stop = _FIELD_END.search(text, heading.end, next_start)
            if stop:
                yield Heading(stop.end(), stop.end(), None)


def _candidates(text: str, rules: SectionRules) -> Iterator[Heading]:
    depth = 0
    previous_end = 0
    previous = (0, 0)
    speaks = False
    for start, end in lines_of(text):
        after_gap = start == 0 or len(re.findall(r"\r\n|.", text[previous_end:start][:8], re.DOTALL)) > 1
        lead = _LEAD.match(text, start, end)
        begin = lead.end() if lead else start
        marks = lead.group(1) if lead else None
        if marks or end - begin <= _LONGEST:
            heading = _whole_line(text, begin, end, rules, level=len(marks or ""), depth=depth, after_gap=after_gap)
            if heading is None and speaks and after_gap:
                heading = _plain_line(text, begin, end, rules, previous)
            if heading is not None:
                speaks = _speaks(heading) if not heading.stays else speaks
                depth = len(marks or "") if not heading.stays else depth
                yield heading
        for heading in _in_line(text, begin, end, rules, after_gap=after_gap):
            speaks = _speaks(heading) if not heading.stays else speaks
            yield heading
        previous_end = end
        if not text[start:end].isspace():
            previous = (start, end)


def _whole_line(
    text: str, begin: int, end: int, rules: SectionRules, *, level: int, depth: int, after_gap: bool
) -> Heading | None:
    """Return the heading that fills a line, with or without a colon."""
    trail = _TRAIL.search(text, begin, end)
    stop = trail.start() if trail else end
    if stop <= begin or stop - begin > _LONGEST:
        return None
    has_colon = ":" in text[stop:end]
    words = _REMARK.sub("", text[begin:stop])
    title = normalise_phrase(words)
    kind = rules.titled(title)
    if kind is not None and _looks_like_title(words, title, at_line_start=True):
        return Heading(begin, stop, kind)
    if title in rules.parts and words[:1].isupper():
        return Heading(begin, stop, None, stays=True)
    if level or (_is_capitals(words) and (has_colon or after_gap)) or (has_colon and after_gap and words[:1].isupper()):
        if not title or len(title.split()) > 7 or ". " in words:
            return None
        kind = rules.guess(title)
        return Heading(begin, stop, kind, stays=kind is None and bool(level) and level > depth > 0)
    return None


def _plain_line(text: str, begin: int, end: int, rules: SectionRules, previous: tuple[int, int]) -> Heading | None:
    """Return the heading that a short line behind a gap is, when only its place shows it: "Findings at transfer".

    Its first word names a section, or whole sentences stand before and behind it, so that it is no item of a list.
    """
    words = text[begin:end].rstrip()
    title = normalise_phrase(words)
    behind = _NEXT_LINE.match(text, end)
    if not words[:1].isupper() or not words[-1:].isalpha() or not _PLAIN.fullmatch(words) or behind is None:
        return None
    if behind[1][:1].islower() or len(title.split()) > 6 or not rules.parts.isdisjoint(title.split()[:2]):
        return None
    if rules.guess(title.split()[0]) is None and not (
        _SENTENCE.search(text, *previous) and _SENTENCE.search(text, *behind.span(1))
    ):
        return None
    return Heading(begin, begin + len(words), rules.guess(title))


def _speaks(heading: Heading) -> bool:
    return heading.kind is not None and (heading.kind.temporality is not None or heading.kind.experiencer is not None)


def _in_line(text: str, begin: int, end: int, rules: SectionRules, *, after_gap: bool) -> Iterator[Heading]:
    """Yield the headings that are followed by text on the same line."""
    seen = begin
    for mark in _COLON.finditer(text, begin, end):
        low = max(seen, mark.start() - _LONGEST)
        back = _BACK.search(text, low, mark.start())
        start = back.start() if back else low
        cut = low > begin and start == low and text[low - 1].isalnum()
        while start < mark.start() and not text[start].isalnum():
            start += 1
        seen = mark.end()
        stop = start + len(text[start : mark.start()].rstrip())
        if start < stop and not cut:
            yield from _titled(text, start, stop, rules, begin, is_colon=mark.group() == ":", after_gap=after_gap)
    for joined in _JOINED.finditer(text, begin, end):
        kind = rules.titled(normalise_phrase(joined[1]))
        if kind is not None:
            yield Heading(*joined.span(1), kind)
    capitals = _CAPITALS.match(text, begin, min(end, begin + _LONGEST))
    if capitals:
        yield from _capitals(text, begin, capitals.end(), rules)


def _titled(
    text: str, start: int, stop: int, rules: SectionRules, begin: int, *, is_colon: bool, after_gap: bool
) -> Iterator[Heading]:
    words = _REMARK.sub("", text[start:stop])
    title = normalise_phrase(words)
    at_line_start = start == begin
    kind = rules.titled(title)
    if kind is not None:
        if _looks_like_title(words, title, at_line_start=at_line_start):
            yield Heading(start, stop, kind)
        return
    if title in rules.parts:
        if is_colon and words[:1].isupper():
            yield Heading(start, stop, None, stays=True)
        return
    opens_paragraph = at_line_start and after_gap
    if is_colon and _is_capitals(words) and (opens_paragraph or text[stop : stop + 2] == ":,") and " " in words.strip():
        yield Heading(start, stop, rules.guess(title))


def _capitals(text: str, begin: int, end: int, rules: SectionRules) -> Iterator[Heading]:
    """Yield a listed title of two or more words in capitals that runs into the text: "PLAN OF CARE The patient ..."."""
    words = text[begin:end].split()
    for count in range(min(len(words), rules.longest), 1, -1):
        kind = rules.titled(normalise_phrase(" ".join(words[:count])))
        if kind is not None:
            stop = begin
            for word in words[:count]:
                stop = text.index(word, stop) + len(word)
            yield Heading(begin, stop, kind)
            return


def _looks_like_title(words: str, title: str, *, at_line_start: bool) -> bool:
    """Say whether a listed title is written as one: short ones in capitals, inside a line in capitals or many words."""
    letters = len(title.replace(" ", ""))
    if letters <= 1:
        return at_line_start and words.isupper()
    if letters <= 3:
        return words[:1].isupper() and (at_line_start or words.isupper())
    if not words[:1].isupper():
        return at_line_start and words.islower() and " " in words.strip()
    return at_line_start or words.isupper() or len(words.split()) > 1 or words.istitle()


def _is_capitals(words: str) -> bool:
    return words.isupper() and sum(map(str.isalpha, words)) > 2
