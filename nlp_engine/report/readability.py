"""How hard a text is to read: the Flesch-Kincaid grade, and the prose of a patient report to measure it on."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser

from pyphen import Pyphen

_WORD = re.compile(r"[^\W_]+(?:['’.,/-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;]+(?=\s|$)|\n")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?<=[^aeiouy])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouysxzcg])es$")
_BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "div", "section", "summary", "td", "th", "tr", "br", "dt", "dd", "title"}
_UNSEEN = {"style", "script", "title", "svg"}
_VOID = {"br", "meta", "img", "hr", "link", "input"}
SOURCES_CLASS = "from"
"""Class of the elements that hold quoted words, test names and file names: not the report's own prose."""


def syllables(word: str) -> int:
    """Return the syllables of an English word; a number counts as one.

    Hyphenation knows breaks between vowels ("potas-si-um") but leaves out others ("potas"): within each of its parts
    the groups of vowels are counted, less a silent ending.
    """
    lower = word.lower()
    if not any(letter.isalpha() for letter in lower):
        return 1
    return sum(_part_syllables(part) for part in re.findall(r"[^\W\d_]+", lower.replace("'", "").replace("’", "")))


def flesch_kincaid_grade(text: str) -> float:
    """Return the US school grade that a text asks for.

    ``0.39 * words / sentences + 11.8 * syllables / words - 15.59``; a line break ends a sentence, as does a colon.

    References
    ----------
    Kincaid JP et al. Derivation of new readability formulas for Navy enlisted personnel. Research Branch Report 8-75,
    1975.
    """
    sentences = [words for part in _SENTENCE_END.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def prose(html: str, *, with_sources: bool = False) -> str:
    """Return the text of a page, a line a block; without the sources of its statements unless asked."""
    parser = _Prose(with_sources=with_sources)
    parser.feed(html)
    lines = "".join(parser.parts).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


@lru_cache(maxsize=1)
def _hyphenation() -> Pyphen:
    return Pyphen(lang="en_US")


def _part_syllables(word: str) -> int:
    groups = [max(1, len(_VOWELS.findall(part))) for part in _hyphenation().inserted(word).split("-")]
    silent = _SILENT_END.search(word) is not None and not word.endswith("le")
    return max(1, sum(groups) - silent)


class _Prose(HTMLParser):
    def __init__(self, *, with_sources: bool) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._with_sources = with_sources
        self._left_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in _VOID:
            return
        is_source = SOURCES_CLASS in (dict(attrs).get("class") or "").split()
        if self._left_out or tag in _UNSEEN or (is_source and not self._with_sources):
            self._left_out += 1

    def handle_endtag(self, tag: str) -> None:
        if self._left_out and tag not in _VOID:
            self._left_out -= 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.parts.append(data.replace("\n", " "))
