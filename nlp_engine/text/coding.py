"""Codes of a mention: those of the concept whose name it is, or whose name its abbreviation stands for."""

from __future__ import annotations

from collections.abc import Mapping

from nlp_engine.assessment import Code
from nlp_engine.extraction import Expansion
from nlp_engine.text.lexicon import Lexicon
from nlp_engine.text.note import ReadNote, Span

_NAME, _DEFINED, _CHOSEN = 1.0, 0.95, 0.9
"""Scores of a code: the mention is a name of the concept; it is short for one by the note's own definition; it is an
abbreviation of several meanings, of which the context chose this one."""


class Coder:
    """Names and abbreviations of one note; what the note defines comes before what is usual."""

    def __init__(self, lexicon: Lexicon, abbreviations: Mapping[str, str]) -> None:
        self._lexicon = lexicon
        self._abbreviations = abbreviations

    def codes(self, text: str, label: str, expansion: Expansion | None = None) -> tuple[Code, ...]:
        """Return the codes of a mention's text, none if it is no name, or an abbreviation that cannot be told."""
        if label not in {"PROBLEM", "TEST"}:
            return ()
        name, score = text, _NAME
        if expansion is not None and (expansion.is_defined or expansion.text is None or expansion.others):
            if expansion.text is None:
                return ()
            name, score = expansion.text, _DEFINED if expansion.is_defined else _CHOSEN
        concept = self._lexicon.concept_of(name)
        if concept is None and expansion is not None and expansion.text is not None:
            concept = self._lexicon.concept_of(expansion.text)
        if concept is None:
            return ()
        return tuple(Code(system=c.system, code=c.code, display=c.display, score=score) for c in concept.codes)

    def defined_names(self, note: ReadNote) -> list[Span]:
        """Return the places of short forms that the note defines and whose long form is a known name, in order."""
        labels = {short: self._lexicon.label_of(long) for short, long in self._abbreviations.items()}
        known = {short: label for short, label in labels.items() if label is not None}
        if not known:
            return []
        spans = zip(note.tokens.starts, note.tokens.ends, strict=True)
        return [Span(start, end, known[word]) for start, end in spans if (word := note.text[start:end]) in known]
