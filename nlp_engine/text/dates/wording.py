"""The words of a date as they are compared, and without the time of day in them."""

from __future__ import annotations

import re

_DOT = re.compile(r"(?<!\d)\.|\.(?!\d)")
_MARKS = re.compile(r"\[\*\*|\*\*\]")
_BLANKS = re.compile(r"\s+")
_CLOCK = re.compile(
    r"(?:\b(?:at|around|about)\s|[~@]\s?)?"
    r"(?:\b\d{1,2}\s?:\s?\d{2}(?::\d{2})?(?:\s?(?:am|pm|hrs|hours|h)\b)?|\b\d{1,2}\s?(?:am|pm)\b|\b\d{4}\s?(?:hrs|hours|h)\b"
    r"|\b(?:0\d|1[0-7])[0-5]\d\b)"
)
_PART_OF_DAY = re.compile(r"(?<=\d)\s?(?:am|pm|morning|evening|afternoon|night|noc)$")
_STRIP = " ,;:()[]|*=."


def plain(text: str) -> str:
    """Return a date's words in lower case, one blank between them, with plain signs and without full stops."""
    text = _MARKS.sub(" ", text).lower().replace("\u2013", "-").replace("\u2014", "-").replace("\u2019", "'")
    return _BLANKS.sub(" ", _DOT.sub("", text)).strip(_STRIP)


def without_clock(phrase: str) -> str:
    """Return a date's words without a time of day; empty if there is nothing else."""
    rest = _BLANKS.sub(" ", _CLOCK.sub(" ", phrase)).strip(_STRIP)
    return _PART_OF_DAY.sub("", rest).strip(_STRIP)
