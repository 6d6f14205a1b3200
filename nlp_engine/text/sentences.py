"""Sentences of a note: wrapped lines are joined, bullets and table rows stand alone, no word is left out.

Of the annotated mentions of our dev notes 99.9 % lie within one sentence (``benchmarks/sections.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.text.tokens import fold, lines_of

_BULLET = re.compile(
    r"\s*(?:[-*\u2022\u2023\u25aa\u25cf\u00b7\u2013\u2014>]\s*(?!\d)|\(?\d{1,2}[.)](?!\d)\s*|[a-zA-Z][.)]\s|\[[ xX]?\])"
)
_STOP = re.compile(r"(?<![.!?])[.!?]++[\"')\]\u201d]{0,3}(?=\s|,)|(?<![.!?])[.!?](?=[A-Z][a-z])|\u3002")
_WORD = re.compile(r"\s*([^\W_]+)")
_LAST_WORD = re.compile(r"[^\s(\[\"',;:]+$")
_NARROWEST, _WIDEST = 45, 140
_LONGEST_NUMBER = 6
_FEWEST_LINES, _MOSTLY = 3, 0.7
_COLUMNS = re.compile(r"[^\s.?!:][ \t]{2,}\S|\t\S|\||\.{3}")
_FIRST = re.compile(r"[ \t]*(\S{1,140})")


class SentenceFile(KnowledgeModel):
    """``rules/lexicons/sentences.yaml``."""

    schema_version: Literal[1]
    about: str
    abbreviations: frozenset[str]
    closing: frozenset[str]
    connectors: frozenset[str]
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of a note; ``is_item``: it begins with a bullet or a number of a list."""

    start: int
    end: int
    is_item: bool = False


class Sentences:
    """The sentences of one note, in order; no two overlap."""

    def __init__(self, spans: Sequence[Sentence]) -> None:
        self.spans = tuple(spans)
        self._starts = [span.start for span in self.spans]

    def at(self, place: int) -> Sentence:
        """Return the sentence that a character stands in, an empty one in a text without words."""
        return self.spans[self.index_at(place)] if self.spans else Sentence(place, place)

    def index_at(self, place: int) -> int:
        """Return the number of the sentence that a character stands in (the one before it, if it stands in none)."""
        return max(0, bisect_right(self._starts, place) - 1)


class SentenceSplitter:
    """Splits notes; never fails, takes time in the length of the text."""

    def __init__(self, file: SentenceFile) -> None:
        self._abbreviations = file.abbreviations
        self._closing = file.closing
        self._connectors = file.connectors
        self._answers = file.answers

    @classmethod
    def load(cls, path: Path | None = None) -> SentenceSplitter:
        """Read the packaged word lists, or others."""
        return cls(read_yaml(path or resource("rules") / "lexicons" / "sentences.yaml", SentenceFile))

    def split(self, text: str, breaks: Sequence[int] = ()) -> Sentences:
        """Return the sentences of a text.

        Parameters
        ----------
        breaks
            Places where a sentence begins in any case (headings), in order.
        """
        found: list[Sentence] = []
        for start, end, is_item in self._blocks(text):
            cuts = [place for place in _between(breaks, start, end) if _can_be_read(text, start, place)]
            for low, high in zip([start, *cuts], [*cuts, end], strict=True):
                found += self._in_block(text, low, high, is_item=is_item and low == start)
        return Sentences(found)

    def _blocks(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Yield the lines of a text, wrapped ones joined."""
        lines = [(start, end) for start, end in lines_of(text) if not text[start:end].isspace()]
        begin, is_item, behind = -1, False, -1
        for (start, end), widest in zip(lines, _widths(text, lines), strict=True):
            bullet = _BULLET.match(text, start, end)
            if behind >= 0 and not bullet and self._goes_on(text, behind, start, end, widest, begin):
                behind = end
                continue
            if behind >= 0:
                yield begin, behind, is_item
            begin, behind, is_item = start, end, bullet is not None
        if behind >= 0:
            yield begin, behind, is_item

    def _goes_on(self, text: str, behind: int, start: int, end: int, widest: int, begin: int) -> bool:
        """Say whether a line is the rest of the one before it."""
        gap = text[behind:start]
        if _is_gap(gap):
            return False
        low = max(begin, text.rfind("\n", begin, behind) + 1, behind - _WIDEST)
        before = text[low:behind].rstrip()
        if not before or before[-1] in ".!?:;":
            return False
        first = text[start : min(end, start + _WIDEST)].split(maxsplit=1)[0]
        if _ends_with_colon(text, start, end):
            return False
        last = fold(before.rsplit(maxsplit=1)[-1])
        if last in self._answers and not first[:1].islower() and behind - low < _NARROWEST:
            return False
        if first[:1].islower() and first[-1] != ":" and behind - low >= _NARROWEST:
            is_list = text[begin : begin + _WIDEST].lstrip()[:1].islower()
            if (
                not is_list
                and not _COLUMNS.search(before)
                and not _COLUMNS.search(text, start, min(end, start + _WIDEST))
            ):
                return True
        if before[-1] == "," or last.strip(".,") in self._connectors:
            return first[:1].islower() or before[-1] != "," or behind - low >= _NARROWEST
        return widest >= _NARROWEST and behind - low + 1 + len(first) > widest

    def _in_block(self, text: str, start: int, end: int, *, is_item: bool) -> Iterator[Sentence]:
        bullet = _BULLET.match(text, start, end) if is_item else None
        begin, look = start, bullet.end() if bullet else start
        while True:
            stop = _STOP.search(text, look, end)
            if stop is None:
                break
            look = stop.end()
            if self._is_end(text, begin, stop, end):
                yield from _trimmed(text, begin, stop.end(), is_item)
                begin, is_item = stop.end(), False
        yield from _trimmed(text, begin, end, is_item)

    def _is_end(self, text: str, begin: int, stop: re.Match[str], end: int) -> bool:
        if stop.group().startswith("?"):
            following = _WORD.match(text, stop.end(), end)
            is_asked = stop.start() > begin and not text[stop.start() - 1].isspace()
            return is_asked and (following is None or fold(following.group(1)) not in self._answers)
        if not stop.group().startswith("."):
            return True
        word = _LAST_WORD.search(text, max(begin, stop.start() - 30), stop.start())
        if word is None:
            return True
        last = fold(word.group())
        following = _WORD.match(text, stop.end(), end)
        behind = following[1] if following else ""
        if last in self._abbreviations:
            return last in self._closing and behind[:1].isupper() and behind[1:].islower()
        if last == "d" and behind[:1].isdigit():
            return False
        if ("." in last and behind[:1].islower()) or _is_number(text, begin, stop.start()):
            return False
        if last == "no" and behind[:1].isdigit():
            return text[begin : word.start()].rstrip().endswith(("?", ":"))
        return not (len(last) == 1 and last.isalpha() and text[word.start()].isupper() and stop.end() < end)


def _widths(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield for each line the width of the lines around it: of its paragraph if that is wrapped, else of the note."""
    few = len(lines) < _FEWEST_LINES
    widest = 0 if few else max((end - start for start, end in lines if end - start <= _WIDEST), default=0)
    first = 0
    for place in range(1, len(lines) + 1):
        if place < len(lines) and not _is_gap(text[lines[place - 1][1] : lines[place][0]]):
            continue
        paragraph = lines[first:place]
        width = max(end - start for start, end in paragraph)
        is_table = any(_COLUMNS.search(text, start, min(end, start + _WIDEST)) for start, end in paragraph)
        is_wrapped = (
            not is_table and _NARROWEST <= width <= _WIDEST and _share_of_full_lines(text, paragraph, width) >= _MOSTLY
        )
        yield from [width if is_wrapped else widest] * len(paragraph)
        first = place


def _share_of_full_lines(text: str, paragraph: Sequence[tuple[int, int]], width: int) -> float:
    """Return the share of lines that had no room for the first word of the next one, 0 if there are few."""
    if len(paragraph) < _FEWEST_LINES:
        return 0.0
    full = sum(_is_full(text, start, end, following, width) for (start, end), (following, _) in pairwise(paragraph))
    return full / (len(paragraph) - 1)


def _is_full(text: str, start: int, end: int, following: int, width: int) -> bool:
    word = _FIRST.match(text, following)
    return end - start + 1 + (len(word[1]) if word else 0) > width


def _is_gap(gap: str) -> bool:
    return gap.count("\n") > 1 or gap.count("\r") > 1


def _is_number(text: str, begin: int, stop: int) -> bool:
    """Say whether there is nothing before a stop but the number of a list."""
    return stop - begin <= _LONGEST_NUMBER and text[begin:stop].strip(" \t,").isdigit()


def _ends_with_colon(text: str, start: int, end: int) -> bool:
    return text[start:end].rstrip().endswith(":")


def _can_be_read(text: str, start: int, end: int) -> bool:
    return end - start > 8 or any(map(str.isalnum, text[start:end]))


def _between(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    return places[bisect_right(places, start) : bisect_right(places, end - 1)]


def _trimmed(text: str, start: int, end: int, is_item: bool) -> Iterator[Sentence]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        low = start + len(piece) - len(piece.lstrip())
        yield Sentence(low, low + len(stripped), is_item)
