"""Abbreviations that a note defines itself: "chronic kidney disease (CKD)", "CKD (chronic kidney disease)".

Where the words are a long form of the clinical list, that decides. Else scispaCy's detector (Schwartz and Hearst, Pac
Symp Biocomput 2003:451) runs on a blank spaCy pipeline, and only on words that hold the letters of the short form in
order. So most notes never load spaCy, and no note takes long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from nlp_engine.knowledge import normalise_phrase

_SHORT = r"[A-Za-z][A-Za-z0-9&/.-]{1,9}"
_SHORT_BEHIND = re.compile(rf"\(\s{{0,2}}({_SHORT})\s{{0,2}}\)")
_SHORT_BEFORE = re.compile(rf"(?<!\w)({_SHORT})\s?\(\s{{0,2}}([A-Za-z][^()\r\n]{{5,100}})\)")
_REMARK = re.compile(r"[,;:]| - ")
_BEFORE = 160
_MOST = 200


def find_abbreviations(text: str, longs_of: Callable[[str], Sequence[str]] = lambda short: ()) -> dict[str, str]:
    """Return short form -> long form for what the note defines; the first definition counts.

    Parameters
    ----------
    longs_of
        The long forms that a list knows for a short form.
    """
    found: dict[str, str] = {}
    for short, words, is_behind in _candidates(text):
        if short not in found:
            long = _listed(words, longs_of(short), at_end=is_behind)
            if long is None and _has_letters(short, words):
                long = _detector()(f"{words} ({short})", short)
                # "COPD (on home oxygen since ...)" is a remark: a definition is all that stands in the brackets.
                long = long if is_behind or long == words else None
            if long is not None:
                found[short] = long
    return found


def _candidates(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield a short form with the words that may define it, and whether it stands behind them."""
    for number, match in enumerate(_SHORT_BEHIND.finditer(text)):
        if number >= _MOST:
            break
        if _is_short(match[1]):
            yield match[1], " ".join(text[max(0, match.start() - _BEFORE) : match.start()].split()), True
    for number, match in enumerate(_SHORT_BEFORE.finditer(text)):
        if number >= _MOST:
            break
        if _is_short(match[1]):
            yield match[1], " ".join(_REMARK.split(match[2])[0].split()), False


def _is_short(word: str) -> bool:
    return sum(map(str.isupper, word)) >= 2


def _listed(words: str, longs: Sequence[str], *, at_end: bool) -> str | None:
    """Return the words that are a known long form, as the note writes them."""
    for long in longs:
        count = len(long.split())
        written = words.split()[-count:] if at_end else words.split()[:count]
        if normalise_phrase(" ".join(written)) == normalise_phrase(long):
            return " ".join(written)
    return None


def _has_letters(short: str, words: str) -> bool:
    """Say whether the letters of a short form stand in some words in order, the first at the start of a word."""
    first, *others = [letter for letter in short.lower() if letter.isalnum()]
    lower, end = words.lower(), len(words)
    for letter in reversed(others):
        end = lower.rfind(letter, 0, end)
        if end < 0:
            return False
    return re.search(rf"(?<![a-z0-9]){re.escape(first)}", lower[:end]) is not None


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
