"""Codes of a mention: of the concept whose name it is or stands for, of its analyte, and what terminologies find."""

from __future__ import annotations

from collections.abc import Mapping

from nlp_engine.assessment import Code
from nlp_engine.extraction import Expansion, MentionLabel
from nlp_engine.text.lexicon import Lexicon
from nlp_engine.text.measurements.analytes import Analytes
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.terminology.linker import Codes, TerminologyLinker
from nlp_engine.text.tokens import keys_of

LOINC = "http://loinc.org"
_READINGS = 3
"""Of an abbreviation that cannot be told, how many readings are looked up."""
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

    def all_codes(
        self,
        text: str,
        label: str,
        expansion: Expansion | None,
        terminologies: TerminologyLinker,
        analytes: Analytes,
    ) -> Codes:
        """Return the best code of each terminology, and alternatives with the likeliest first.

        Codes of concepts and analytes, by their exact names, come first.
        """
        exact = self.codes(text, label, expansion) or _analyte_codes(text, label, expansion, analytes)
        found, others = _looked_up(text, MentionLabel(label), expansion, terminologies)
        systems = {code.system for code in exact}
        kept = {(code.system, code.code) for code in exact}
        behind = [code for code in found if code.system in systems]
        alternatives = [code for code in (*behind, *others) if (code.system, code.code) not in kept]
        return (*exact, *(code for code in found if code.system not in systems)), tuple(alternatives)

    def defined_names(self, note: ReadNote) -> list[Span]:
        """Return the places of short forms that the note defines and whose long form is a known name, in order."""
        labels = {short: self._lexicon.label_of(long) for short, long in self._abbreviations.items()}
        known = {short: label for short, label in labels.items() if label is not None}
        if not known:
            return []
        spans = zip(note.tokens.starts, note.tokens.ends, strict=True)
        return [Span(start, end, known[word]) for start, end in spans if (word := note.text[start:end]) in known]


def _looked_up(text: str, label: MentionLabel, expansion: Expansion | None, terminologies: TerminologyLinker) -> Codes:
    """Look up what a mention says with its abbreviations written out; of the unclear only alternatives."""
    if expansion is None:
        return terminologies.codes(text, label)
    if expansion.text is None:
        readings = [terminologies.codes(other, label)[0] for other in expansion.others[:_READINGS]]
        return (), tuple(dict.fromkeys(code for codes in readings for code in codes))
    certainty = _DEFINED if expansion.is_defined else _CHOSEN if expansion.others else _NAME
    found, others = terminologies.codes(expansion.text, label)
    if not found and not expansion.others and not expansion.is_defined:
        return terminologies.codes(text, label)
    return _scaled(found, certainty), _scaled(others, certainty)


def _scaled(codes: tuple[Code, ...], certainty: float) -> tuple[Code, ...]:
    return tuple(code.model_copy(update={"score": round(code.score * certainty, 3)}) for code in codes)


def _analyte_codes(text: str, label: str, expansion: Expansion | None, analytes: Analytes) -> tuple[Code, ...]:
    """Return the LOINC of the analyte whose name a test is, none where the name can mean several."""
    if label != MentionLabel.TEST:
        return ()
    written = expansion.text if expansion is not None and not expansion.others else None
    for name in filter(None, (text, written)):
        meant = analytes.names.get(keys_of(name)) or ()
        if len(meant) == 1 and meant[0].code is not None:
            return (Code(system=LOINC, code=meant[0].code, display=meant[0].name, score=_NAME),)
    return ()
