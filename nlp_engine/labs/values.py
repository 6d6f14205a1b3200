"""The text of a value cell -> comparator and number, or a result in words; every doubt is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Comparator = Literal["<", "<=", ">", ">="]

_COMPARATORS: dict[str, Comparator] = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="}
_PREFIX = re.compile(r"^(<=|>=|[<>≤≥])\s*")
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_THOUSANDS_US = re.compile(r"^\d{1,3}(,\d{3})+\.\d+$|^\d{1,3}(,\d{3}){2,}$")
_THOUSANDS_EU = re.compile(r"^\d{1,3}(\.\d{3})+,\d+$|^\d{1,3}(\.\d{3}){2,}$")
_AMBIGUOUS = re.compile(r"^[1-9]\d{0,2},\d{3}$")
_RANGE = re.compile(r"^\d+([.,]\d+)?\s*(-|–|to)\s*\d+([.,]\d+)?$")
_TRAILING_FLAG = re.compile(r"^(.*\d)\s*(\*+|\(?(?:H|L|HH|LL|High|Low|A)\)?)$", re.IGNORECASE)
_GRADE = re.compile(r"^[1-4]\s?\+$|^\++$")
_INFINITE: dict[str, Comparator] = {"inf": ">", "+inf": ">", "-inf": "<"}
_WORDS = {
    "negative": "neg negative none absent nd undetectable non-reactive nonreactive".split()
    + ["not detected", "none detected", "not seen", "none seen"],
    "positive": "pos positive present detected reactive".split(),
    "trace": ["trace", "tr"],
    "normal": ["normal", "wnl", "within normal limits"],
}
_WORD_RESULTS = {word: result for result, words in _WORDS.items() for word in words}
_SPECIMEN = re.compile(
    r"h(a)?emoly|lipemic|lipaemic|icteric|clotted|contaminat|insufficient|qns|quantity not|cancel|not performed|"
    r"unable|unsatisfactory|wrong tube|mislabel",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedValue:
    """A value cell: ``number`` with ``comparator``, or ``words`` ("negative"), or neither; ``remarks`` say why."""

    number: Decimal | None = None
    comparator: Comparator | None = None
    words: str | None = None
    remarks: tuple[str, ...] = ()


def parse_value(cell: str) -> ParsedValue:
    """Read a value cell.

    Returns
    -------
    ParsedValue
        Never a guess: ``1,234`` (1234 or 1.234?) has no number and a remark.
    """
    text = " ".join(cell.replace("\u00a0", " ").replace("\u2212", "-").split())
    if not text or text.casefold() in {"nan", "na", "n/a", "null", "none given", "-", "--", "."}:
        return ParsedValue(remarks=("no value was given",))
    if text.casefold() in _WORD_RESULTS:
        return ParsedValue(words=_WORD_RESULTS[text.casefold()])
    if _GRADE.match(text):
        return ParsedValue(words="positive", remarks=("a grade, not a number",))
    if _SPECIMEN.search(text):
        return ParsedValue(remarks=("the laboratory reported a problem with the specimen, not a result",))
    if text.casefold() in _INFINITE:
        return ParsedValue(remarks=("beyond the detection limit, which is not given",))
    if _RANGE.match(text):
        return ParsedValue(remarks=("a range, not a number",))
    return _number(text)


def _number(text: str) -> ParsedValue:
    remarks: list[str] = []
    comparator: Comparator | None = None
    if prefix := _PREFIX.match(text):
        comparator = _COMPARATORS[prefix.group(1)]
        text = text[prefix.end() :]
    if flagged := _TRAILING_FLAG.match(text):
        text = flagged.group(1)
        remarks.append("a flag stood in the value cell")
    if _AMBIGUOUS.match(text):
        return ParsedValue(remarks=("the comma may be a decimal or a thousands sign; write the number without it",))
    if _THOUSANDS_US.match(text):
        text = text.replace(",", "")
        remarks.append("thousands signs were removed")
    elif _THOUSANDS_EU.match(text):
        text = text.replace(".", "").replace(",", ".")
        remarks.append("thousands signs were removed")
    elif _DECIMAL_COMMA.match(text):
        text = text.replace(",", ".")
        remarks.append("a decimal comma was read as a point")
    if not text.isascii() or not _PLAIN.match(text):
        return ParsedValue(remarks=("the result is text, not a number",))
    return ParsedValue(Decimal(text), comparator, None, tuple(remarks))
