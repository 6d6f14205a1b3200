"""A recogniser that says what a test wants, a stage with it, and the markup of the regression sentences."""

from __future__ import annotations

import re
from functools import cache

from nlp_engine.text import TextStage
from nlp_engine.text.ner.recogniser import EntitySpan
from nlp_engine.text.stage import TextRules

_MARK = re.compile(r"\[([^\[\]|]+)\|([^\[\]|]+)\]")


class FakeRecogniser:
    """Finds each given phrase wherever it stands."""

    version = "fake"

    def __init__(self, phrases: dict[str, str] | None = None) -> None:
        self._phrases = phrases or {}

    def recognise(self, text: str) -> list[EntitySpan]:
        found = re.finditer("|".join(map(re.escape, sorted(self._phrases, key=len, reverse=True))) or "(?!)", text)
        return [EntitySpan(m.start(), m.end(), self._phrases[m.group()], 0.8, "fake") for m in found]


@cache
def rules() -> TextRules:
    return TextRules.load()


def stage(phrases: dict[str, str] | None = None) -> TextStage:
    return TextStage(FakeRecogniser(phrases), rules())


def unmark(marked: str) -> tuple[str, list[tuple[int, int, str]], list[set[str]]]:
    """Return the plain text, the spans with labels, and the values written at each span."""
    text, spans, values, behind = "", [], [], 0
    for match in _MARK.finditer(marked):
        text += marked[behind : match.start()]
        words = set(match[2].split())
        label = next((word for word in words if word.isupper()), "PROBLEM")
        spans.append((len(text), len(text) + len(match[1]), label))
        values.append(words - {label})
        text += match[1]
        behind = match.end()
    return text + marked[behind:], spans, values
