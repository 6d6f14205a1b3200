"""The text of a value cell -> comparator and number, or a result in words; every doubt is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nlp_engine.assessment import NOT_PLAUSIBLE

Comparator = Literal["<", "<=", ">", ">="]

_COMPARATORS: dict[str, Comparator] = {
    "<": "<", "<=": "<=", "=<": "<=", "≤": "<=", ">": ">", ">=": ">=", "=>": ">=", "≥": ">=",
    "less than": "<", "below": "<", "under": "<", "greater than": ">", "more than": ">", "above": ">", "over": ">",
}  # fmt: skip
_PREFIX = re.compile(
    rf"^({'|'.join(sorted(map(re.escape, _COMPARATORS), key=len, reverse=True))})\s*(?=[\d.,+-])", re.IGNORECASE
)
_SIMPLE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_THOUSANDS_US = re.compile(r"^\d{1,3}(,\d{3})+\.\d+$|^\d{1,3}(,\d{3}){2,}$")
_THOUSANDS_EU = re.compile(r"^\d{1,3}(\.\d{3})+,\d+$|^\d{1,3}(\.\d{3}){2,}$")
_AMBIGUOUS = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")
_RANGE = re.compile(r"^\d+([.,]\d+)?\s*(-|to)\s*\d+([.,]\d+)?$", re.IGNORECASE)
_TRAILING_FLAG = re.compile(r"^(.*\d)\s*(\*+|\(?(?:H|L|HH|LL|High|Low|A)\)?)$", re.IGNORECASE)
_TRAILING_UNIT = re.compile(r"^([+-]?[\d.,]*\d)\s*([^\d\s.,+-].*)$")
_LEADING_FLAG = re.compile(r"^\*+\s*(?=[\d.,<>])")
_GRADE = re.compile(r"^[1-4]\s?\+$|^\++$")
_ONLY = "since the other reading is not plausible"
_INFINITE = frozenset({"inf", "+inf", "-inf"})
_MOST_DIGITS = 15
_MOST_CHARACTERS = 40
_EMPTY = frozenset({"", "nan", "na", "n/a", "null", "none given", "not given", "-", "--", "---", ".", "?"})
_WORDS = {
    "negative": "neg neg. negative none absent nd undetectable non-reactive nonreactive".split()
    + ["not detected", "none detected", "not seen", "none seen", "non reactive"],
    "positive": "pos pos. positive present detected reactive".split(),
    "trace": ["trace", "tr"],
    "normal": ["normal", "wnl", "within normal limits"],
}
_WORD_RESULTS = {word: result for result, words in _WORDS.items() for word in words}
_SPECIMEN = re.compile(
    r"h(a)?emoly|lipemic|lipaemic|icteric|clotted|contaminat|insufficient|qns|quantity not|cancel|not performed|"
    r"unable|unsatisfactory|wrong tube|mislabel|not done|see comment|pending",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedValue:
    """A value cell: ``number`` with ``comparator``, or ``words`` ("negative"), or neither; ``remarks`` say why.

    ``unit`` is a unit that stood in the cell behind the number; ``readings`` are what an ambiguous cell can mean.
    """

    number: Decimal | None = None
    comparator: Comparator | None = None
    words: str | None = None
    unit: str | None = None
    remarks: tuple[str, ...] = ()
    readings: tuple[ParsedValue, ...] = ()


def parse_value(cell: str, *, is_unit: Callable[[str], bool] = lambda _: False) -> ParsedValue:
    """Read a value cell.

    Parameters
    ----------
    is_unit
        Says whether a text is a unit: "5.6 mmol/L" in one cell is then a number and its unit.

    Returns
    -------
    ParsedValue
        Never a guess: ``1,234`` (1234 or 1.234?) has no number, a remark and two readings.
    """
    if _SIMPLE.fullmatch(cell):  # nearly all cells, and a tenth of the time
        return ParsedValue(Decimal(cell))
    text = re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", cell))
    text = " ".join(text.split())
    if text.casefold() in _EMPTY:
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
    return _number(text, is_unit)


def _number(text: str, is_unit: Callable[[str], bool]) -> ParsedValue:
    remarks: list[str] = []
    comparator: Comparator | None = None
    unit: str | None = None
    if leading := _LEADING_FLAG.match(text):
        text = text[leading.end() :]
        remarks.append("a flag stood in the value cell")
    if prefix := _PREFIX.match(text):
        comparator = _COMPARATORS[prefix.group(1).lower()]
        text = text[prefix.end() :]
    if (tail := _TRAILING_UNIT.match(text)) and is_unit(tail.group(2)):
        text, unit = tail.group(1), tail.group(2)
    elif flagged := _TRAILING_FLAG.match(text):
        text = flagged.group(1)
        remarks.append("a flag stood in the value cell")
    if _AMBIGUOUS.match(text):
        doubt = "the comma may be a decimal or a thousands sign; write the number without it"
        readings = tuple(
            ParsedValue(Decimal(text.replace(",", sign)), comparator, None, unit, (*remarks, f"{said}, {_ONLY}"))
            for sign, said in (
                ("", "the comma was read as a thousands sign"),
                (".", "a decimal comma was read as a point"),
            )
        )
        return ParsedValue(remarks=(doubt,), readings=readings)
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
    if len(text) > _MOST_CHARACTERS or Decimal(text).adjusted() >= _MOST_DIGITS:
        return ParsedValue(remarks=(f"{NOT_PLAUSIBLE}: a number of more than {_MOST_DIGITS} digits",))
    return ParsedValue(Decimal(text), comparator, None, unit, tuple(remarks))
