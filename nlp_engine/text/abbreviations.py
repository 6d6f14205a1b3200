"""Abbreviations that a note defines itself: "chronic obstructive pulmonary disease (COPD)".

scispaCy's detector (Schwartz and Hearst, Pac Symp Biocomput 2003:451) runs on a blank spaCy pipeline, and only on the
words before a pair of brackets that holds what may be a short form which stands in the note again. So most notes never
load spaCy, and no note takes long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

_BRACKETS = re.compile(r"\(\s{0,2}([A-Za-z][A-Za-z0-9&/.-]{1,9})\s{0,2}\)")
_BEFORE = 160
_MOST = 200


def find_abbreviations(text: str) -> dict[str, str]:
    """Return short form -> long form for what the note defines; the first definition counts."""
    found: dict[str, str] = {}
    for piece, short in _candidates(text):
        if short not in found:
            long = _detector()(piece, short)
            if long is not None:
                found[short] = long
    return found


def _candidates(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words before and in a bracket, with the short form."""
    for number, match in enumerate(_BRACKETS.finditer(text)):
        short = match.group(1)
        if number >= _MOST:
            return
        if sum(map(str.isupper, short)) >= 2 and text.find(short, match.end()) >= 0:
            start = max(0, match.start() - _BEFORE)
            before = text[start : match.start()]
            yield f"{' '.join(before.split())} ({short})", short


@cache
def _detector() -> Callable[[str, str], str | None]:
    """Load spaCy and the detector, once."""
    import spacy
    from scispacy.abbreviation import filter_matches, find_abbreviation

    nlp = spacy.blank("en")

    def long_form(piece: str, short: str) -> str | None:
        doc = nlp.make_doc(piece)
        opening = max((token.i for token in doc if token.text == "("), default=0)
        for long_span, short_span in filter_matches([(0, opening + 1, len(doc) - 1)], doc):
            _, found = find_abbreviation(long_span, short_span)
            if found is not None and short_span.text == short:
                return str(found.text)
        return None

    return long_form
