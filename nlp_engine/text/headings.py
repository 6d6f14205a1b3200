"""The lines and fields of a note that are headings, by their title (``sections.yaml``) or by their form.

A listed title has a colon or a dash behind it, or it is alone on its line or in a column of its own, or, if it is used
so, with nothing but a blank behind it ("PMH HTN, DM"). A heading that is in no list is one by its form: capitals or a
colon alone on its line, marks of Markdown, a frame, or a rule below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nlp_engine.knowledge import normalise_phrase
from nlp_engine.text.section_rules import SectionKind, SectionRules, Title
from nlp_engine.text.tokens import lines_of

_LONGEST = 60
_LEAD = re.compile(
    r"\s*(?:(#{1,6})[ \t]*|([*_=>~+]{2,}|-{2,}|[*_=~>\[<](?=[A-Z]))[ \t]*|)"
    r"(\(?\d{1,2}[.)]\s+|[IVX]{1,4}\.\s+|[*>+~][ \t]+|)[*_]{0,2}"
)
_TRAIL = re.compile(r"[\s*_=#~\]<>:.\-\u2013\u2014]*$")
_END_OF_TITLE = re.compile(r":|[ \t][-\u2013\u2014]{1,2}[ \t]|(?<=[SOAP])>(?=[ \t])")
_CUT = re.compile(r"[;:,|\u2022\t]|\.(?:[ \t]|(?=,))|[ \t]{2,}")
_STRONG = frozenset(".;|\u2022\t ")
_CELL = re.compile(r"[ \t]*(?:\t|[ \t]{2}|\|)[ \t]*")
_FIRST_WORDS = re.compile(r"[^\W\d_][\w/&+']*(?: [^\W\d_][\w/&+']*){0,3}")
_FOLLOWING = re.compile(r"\s+[-\u2022+(>]*\s*([^\W_]+)")
_JOINED = re.compile(r"(?<![^.,\s])([A-Z][A-Z&/ ]{2,40}[A-Z]),(?=[A-Z][A-Z&/ -]{1,40}:)")
_CAPITALS = re.compile(r"[A-Z][A-Z/&'-]*(?:[ \t]+(?:[A-Z&/][A-Z/&'-]*))*(?=[ \t]+[A-Z]?[a-z])")
_RULE = re.compile(r"[ \t]*[-=_~*]{3,}[ \t]*")
_NO_VOWELS = re.compile(r"[b-df-hj-np-tv-xz]{3,}")
_SURVEY = re.compile(r"(?m)^[ \t]*B[:>)][ \t]")
_RESULT = re.compile(r"\W{0,3}\d{2,3}(?![\d.)])")
_NEXT_LINE = re.compile(r"\s*([^\r\n]+)")
_PLAIN = re.compile(r"[^,;:.!?=\d\t|]+")
_SENTENCE = re.compile(r"[.!?;][\"')\s]*$")
Form = Literal["listed", "part", "system", "formal", "plain"]


@dataclass(frozen=True, slots=True)
class FoundTitle:
    """Words that may be a heading; ``level`` counts the ``#`` before them.

    ``formal``: in no list, a heading by its form. ``plain``: a short line that only its place shows to be a heading,
    and only where the section before it would say something wrong of what follows.
    """

    start: int
    end: int
    kind: SectionKind | None
    form: Form
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with what its place says; ``begin``: where its words begin, ``previous``: the last line with words."""

    begin: int
    end: int
    level: int
    is_framed: bool
    is_item: bool
    is_in_list: bool
    after_gap: bool
    previous: tuple[int, int]


def find_titles(text: str, rules: SectionRules) -> list[FoundTitle]:
    """Return what may be headings of a text, in order and without overlap; takes time in the length of the text."""
    is_survey = _SURVEY.search(text) is not None
    found: list[FoundTitle] = []
    for line in _lines(text):
        for title in sorted(_of_line(text, line, rules), key=lambda title: (title.start, -title.end)):
            is_letter_of_survey = is_survey and text[title.start : title.end] == "A"
            if not is_letter_of_survey and (not found or title.start >= found[-1].end):
                found.append(title)
    return found


def _lines(text: str) -> Iterator[_Line]:
    spans = [(start, end) for start, end in lines_of(text) if not text[start:end].isspace()]
    leads = [_LEAD.match(text, start, end) for start, end in spans]
    items = [bool(lead and lead[3]) for lead in leads]
    previous = (0, 0)
    for place, ((start, end), lead) in enumerate(zip(spans, leads, strict=True)):
        behind = spans[place + 1] if place + 1 < len(spans) else None
        yield _Line(
            lead.end() if lead else start,
            end,
            level=len(lead[1] or "") if lead else 0,
            is_framed=bool(lead and lead[2]) or (behind is not None and _RULE.fullmatch(text, *behind) is not None),
            is_item=items[place],
            is_in_list=items[place] and (items[place - 1 : place] == [True] or items[place + 1 : place + 2] == [True]),
            after_gap=place == 0 or len(text[previous[1] : start][:8].replace("\r\n", "\n")) > 1,
            previous=previous,
        )
        previous = (start, end)


def _of_line(text: str, line: _Line, rules: SectionRules) -> list[FoundTitle]:
    found = [
        *_fields(text, line, rules),
        *_first_column(text, line, rules),
        *_terse(text, line, rules),
        *_in_capitals(text, line, rules),
    ]
    if all(title.start != line.begin for title in found):
        whole = _whole_line(text, line, rules) or _plain_line(text, line, rules)
        if whole is not None:
            found.append(whole)
    return found


def _fields(text: str, line: _Line, rules: SectionRules) -> Iterator[FoundTitle]:
    """Yield the headings with a colon or a dash behind them."""
    seen = line.begin
    for mark in _END_OF_TITLE.finditer(text, line.begin, line.end):
        low = max(seen, mark.start() - _LONGEST)
        is_torn = low > seen and text[low - 1].isalnum()
        start, stop = low, low + len(text[low : mark.start()].rstrip())
        is_strong = low == line.begin
        for cut in _CUT.finditer(text, low, stop):
            start, is_torn, is_strong = cut.end(), False, cut.group()[0] in _STRONG
        while start < stop and not text[start].isalnum():
            start += 1
        seen = mark.end()
        if start < stop and not is_torn:
            yield from _field(text, start, stop, mark, line, rules, is_strong=is_strong)


def _field(
    text: str, start: int, stop: int, mark: re.Match[str], line: _Line, rules: SectionRules, *, is_strong: bool
) -> Iterator[FoundTitle]:
    words = text[start:stop]
    is_colon = mark.group() == ":"
    title = rules.read(words)
    is_first = start == line.begin
    level = line.level if is_first else 0
    if title.is_listed:
        if _looks_like_title(words, title, rules, is_strong=is_strong) and not _is_result(text, words, mark.end()):
            yield FoundTitle(start, stop, title.kind, "listed", level)
    elif title.is_part:
        if is_colon and words[:1].isupper():
            yield FoundTitle(start, stop, None, "system" if title.is_system else "part", level)
    elif is_colon:
        last = words.rsplit(maxsplit=1)[-1]
        kind = rules.titled(normalise_phrase(last)) if _is_abbreviation(last) and last != words else None
        if kind is not None and rules.is_terse(normalise_phrase(last)):
            yield FoundTitle(stop - len(last), stop, kind, "listed")
        elif _is_capitals(words) and " " in words and (text[stop : stop + 2] == ":," or (is_first and line.after_gap)):
            yield FoundTitle(start, stop, rules.guess(title.key), "formal", level)


def _first_column(text: str, line: _Line, rules: SectionRules) -> Iterator[FoundTitle]:
    """Yield the title that stands in a column of its own: "VS     T 36.9  HR 88"."""
    cell = _CELL.search(text, line.begin, min(line.end, line.begin + _LONGEST))
    if cell is None or cell.end() == line.end or line.is_item:
        return
    words = text[line.begin : cell.start()]
    title = rules.read(words)
    if not words[:1].isupper() or len(title.key) <= 1 or ":" in words:
        return
    if title.is_part:
        yield FoundTitle(line.begin, cell.start(), None, "system" if title.is_system else "part", line.level)
    elif title.kind is not None and not title.kind.one_line and _is_column(words, title, rules):
        yield FoundTitle(line.begin, cell.start(), title.kind, "listed", line.level)


def _terse(text: str, line: _Line, rules: SectionRules) -> Iterator[FoundTitle]:
    """Yield the titles that are used without a colon, at the beginning of a line or cell: "PMH HTN, DM"."""
    cells = [cell.end() for cell in _CELL.finditer(text, line.begin, line.end)]
    for place in cells if line.is_item else [line.begin, *cells]:
        found = _FIRST_WORDS.match(text, place, line.end)
        words = found.group().split(" ") if found else []
        if (
            not words
            or not (words[0][0].isupper() or _NO_VOWELS.fullmatch(words[0]))
            or not rules.may_be_terse(words[0])
        ):
            continue
        for count in range(len(words), 0, -1):
            candidate = " ".join(words[:count])
            following = _FOLLOWING.match(text, place + len(candidate), line.end)
            is_safe = place == line.begin or _is_abbreviation(candidate)
            kind = rules.terse(candidate, following[1].lower(), is_safe=is_safe) if following else None
            if kind is not None:
                yield FoundTitle(
                    place, place + len(candidate), kind, "listed", line.level if place == line.begin else 0
                )
                break


def _in_capitals(text: str, line: _Line, rules: SectionRules) -> Iterator[FoundTitle]:
    """Yield titles in capitals before another heading, or that run into the text: "PLAN OF CARE The patient"."""
    for joined in _JOINED.finditer(text, line.begin, line.end):
        kind = rules.titled(normalise_phrase(joined[1]))
        if kind is not None:
            yield FoundTitle(*joined.span(1), kind, "listed")
    capitals = _CAPITALS.match(text, line.begin, min(line.end, line.begin + _LONGEST))
    words = capitals.group().split() if capitals else []
    for count in range(min(len(words), rules.longest), 1, -1):
        kind = rules.titled(normalise_phrase(" ".join(words[:count])))
        if kind is not None:
            stop = line.begin
            for word in words[:count]:
                stop = text.index(word, stop) + len(word)
            yield FoundTitle(line.begin, stop, kind, "listed", line.level)
            return


def _whole_line(text: str, line: _Line, rules: SectionRules) -> FoundTitle | None:
    """Return the heading that fills a line, with or without a colon."""
    trail = _TRAIL.search(text, max(line.begin, line.end - _LONGEST), line.end)
    stop = trail.start() if trail else line.end
    if not line.begin < stop <= line.begin + _LONGEST:
        return None
    words, has_colon = text[line.begin : stop], ":" in text[stop : line.end]
    title = rules.read(words)
    if title.is_listed and (has_colon or not line.is_in_list or (words.isupper() and not _names_test(title))):
        if _looks_like_title(words, title, rules, is_strong=True):
            return FoundTitle(line.begin, stop, title.kind, "listed", line.level)
        return None
    if title.is_part and words[:1].isupper():
        return FoundTitle(line.begin, stop, None, "system" if title.is_system else "part", line.level)
    is_formal = (
        line.level
        or line.is_framed
        or (_is_capitals(words) and (has_colon or line.after_gap))
        or (has_colon and line.after_gap and words[:1].isupper())
    )
    if not is_formal or not title.key or len(title.key.split()) > 7 or ". " in words or _CELL.search(words):
        return None
    return FoundTitle(line.begin, stop, rules.guess(title.key), "formal", line.level)


def _plain_line(text: str, line: _Line, rules: SectionRules) -> FoundTitle | None:
    """Return the heading that a short line behind a gap is, when only its place shows it: "Findings at transfer".

    Its first word names a section, or whole sentences stand before and behind it, so that it is no item of a list.
    """
    if not line.after_gap or line.end - line.begin > _LONGEST:
        return None
    words = text[line.begin : line.end].rstrip()
    if not words[:1].isupper() or not words[-1:].isalpha() or not _PLAIN.fullmatch(words) or _CELL.search(words):
        return None
    title = normalise_phrase(words).split()
    behind = _NEXT_LINE.match(text, line.end)
    if behind is None or behind[1][:1].islower() or not 0 < len(title) <= 6 or not rules.parts.isdisjoint(title[:2]):
        return None
    if rules.guess(title[0]) is None and not (
        _SENTENCE.search(text, *line.previous) and _SENTENCE.search(text, *behind.span(1))
    ):
        return None
    return FoundTitle(line.begin, line.begin + len(words), rules.guess(" ".join(title)), "plain")


def _looks_like_title(words: str, title: Title, rules: SectionRules, *, is_strong: bool) -> bool:
    """Say whether listed words are written as a title.

    ``is_strong``: they begin a line, a cell or a sentence. Elsewhere short ones need capitals.
    """
    letters = len(title.key.replace(" ", ""))
    if letters <= 1:
        return is_strong and words.isupper()
    if not (words[:1].isupper() or words[:1].isdigit()):
        return is_strong and words.islower() and (" " in words.strip() or rules.is_terse(title.key))
    return is_strong or words.isupper() or (letters > 3 and (len(words.split()) > 1 or words.istitle()))


def _is_result(text: str, words: str, behind: int) -> bool:
    """Say whether a single letter is a vital sign ("P: 72")."""
    return len(words) == 1 and _RESULT.match(text, behind) is not None


def _is_column(words: str, title: Title, rules: SectionRules) -> bool:
    return words.isupper() or " " in words or rules.is_terse(title.key)


def _names_test(title: Title) -> bool:
    return title.kind is not None and title.kind.names_test


def _is_abbreviation(words: str) -> bool:
    return sum(map(str.isupper, words)) > 1


def _is_capitals(words: str) -> bool:
    return words.isupper() and sum(map(str.isalpha, words)) > 2
