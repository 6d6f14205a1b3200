"""What the benchmarks share: our annotated notes, texts with marks, and a network that finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nlp_engine.text.ner.recogniser import EntitySpan
from nlp_engine.training.corpora.annotated_note import AnnotatedNote, read_annotated_notes

ANNOTATED = Path(__file__).parents[1] / "corpus_samples" / "annotated"


class NothingFound:
    """Stands for the network: the spans are given, or the rules are measured alone."""

    version = "none"

    def recognise(self, text: str) -> list[EntitySpan]:
        """Find nothing in any text."""
        return []


def annotated_notes(part: str) -> Iterator[AnnotatedNote]:
    """Yield the notes of one part of our annotated notes."""
    ids = (ANNOTATED / f"{part}.txt").read_text(encoding="utf-8").split()
    yield from read_annotated_notes(ANNOTATED / "docs", ids)


def unmark(mark: re.Pattern[str], marked: str) -> tuple[str, list[tuple[int, int]], list[re.Match[str]]]:
    """Return a text without its marks, the span of each marked word (the first group), and the marks."""
    text, spans, marks, behind = "", [], [], 0
    for match in mark.finditer(marked):
        text += marked[behind : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        marks.append(match)
        text += match[1]
        behind = match.end()
    return text + marked[behind:], spans, marks
