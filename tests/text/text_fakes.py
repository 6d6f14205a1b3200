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
        spans: list[EntitySpan] = []
        for phrase, label in sorted(self._phrases.items(), key=lambda item: -len(item[0])):
            for match in re.finditer(re.escape(phrase), text):
                if all(match.end() <= span.start or match.start() >= span.end for span in spans):
                    spans.append(EntitySpan(match.start(), match.end(), label, 0.8, "fake"))
        return sorted(spans, key=lambda span: span.start)


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
