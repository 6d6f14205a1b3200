"""The text of a value cell -> comparator and number, or a result in words; every doubt is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from nlp_engine.assessment import NOT_PLAUSIBLE
from nlp_engine.labs.value_words import Comparator, fold, result_words

__all__ = ["Comparator", "ParsedValue", "parse_value"]

_SIMPLE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_THOUSANDS_US = re.compile(r"^\d{1,3}(,\d{3})+\.\d+$|^\d{1,3}(,\d{3}){2,}$")
_THOUSANDS_EU = re.compile(r"^\d{1,3}(\.\d{3})+,\d+$|^\d{1,3}(\.\d{3}){2,}$")
_THOUSANDS_PLAIN = re.compile(r"^[1-9]\d{0,2}([ '\u2019]\d{3})+([.,]\d+)?$")
_AMBIGUOUS = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")
_POWER = re.compile(
    r"^(?:(?P<number>[\d.,]+)\s*[x*\u00d7\u00b7]\s*)?10\s?(?:\^|\*\*)\s?(?P<power>-?\d{1,2})$", re.IGNORECASE
)
_RANGE = re.compile(r"^\d+([.,]\d+)?\s*(-|to|bis)\s*\d+([.,]\d+)?(\s*\D.*)?$", re.IGNORECASE)
_TITRE = re.compile(r"^(?P<sign>[<>]=?|=<|=>)?\s*1\s?:\s?(?P<titre>\d{1,7})$")
_CLOCK = re.compile(r"^\d{1,2}:\d{2}(:\d{2})?(\s?[ap]m)?$", re.IGNORECASE)
_DATE = re.compile(r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})([ T]\d{1,2}:\d{2}.*)?$")
_PAIR = re.compile(r"^\d+([.,]\d+)?\s*/\s*\d+([.,]\d+)?$")
_FLAG = r"\*+|!+|[\u2191\u2193]+|H{1,3}|L{1,3}|High|Low|A"
_TRAILING_FLAG = re.compile(
    rf"^(.*[\d%\w/\]}}])\s*(\(\s*(?:{_FLAG}|[+-])\s*\)|\[(?:{_FLAG})\]|\*+|!+|[\u2191\u2193]+)$", re.IGNORECASE
)
_FLAG_BEHIND_NUMBER = re.compile(rf"^(.*\d)\s*(?:{_FLAG})$|^(.*\d)\s+[+-]{{1,2}}$", re.IGNORECASE)
_FLAG_BEHIND_UNIT = re.compile(rf"^(.*\S)\s+(?:{_FLAG})$", re.IGNORECASE)
_LEADING_FLAG = re.compile(r"^(?:\*+|[\u2191\u2193]+|(?:H{1,2}|L{1,2}|High|Low)\s)\s*(?=[\d.,<>])", re.IGNORECASE)
_TRAILING_UNIT = re.compile(r"^([+-]?[\d.,]*\d)\s*([^\d\s.,+-].*)$")
_BRACKETS = re.compile(r"^(?:\(([^()]*\d[^()]*)\)|\[([^\[\]]*\d[^\[\]]*)\])$")
_GRADE = re.compile(r"^[1-4]\s?\+$|^\++$|^\+[1-4]$")
_FIRST_WORDS = re.compile(r"^([^\d(,;:]*[^\d(,;:\s])\s*(?:[(,;:]|\d).*$|^([1-4]\s?\+)\s*\(.*\)$")
NO_VALUE = "no value was given"
TEXT = "the result is text, not a number"
AMBIGUOUS = "the comma may be a decimal or a thousands sign; write the number without it"
FLAG_INSIDE = "a flag stood in the value cell"
APPROXIMATE = "the number is said to be approximate"
DATE, RANGE, CLOCK, PAIR = (
    f"{what}, not a number" for what in ("a date", "a range", "a time of day", "two numbers in one cell")
)
BRACKETS = "the number stood in brackets"
COMMA = "a decimal comma was read as a point"
THOUSANDS = "thousands signs were removed"
POWER = "a power of ten was written out"
_ONLY = "since the other reading is not plausible"
_INFINITE = frozenset({"inf", "+inf", "-inf", "infinity"})
_MOST_DIGITS = 15
_MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class ParsedValue:
    """A value cell: ``number`` with ``comparator``, or ``words`` ("negative"), or neither; ``remarks`` say why.

    ``unit`` is a unit that stood in the cell behind the number; ``readings`` are what an ambiguous cell can mean. A
    titre is words, "1:80", with its comparator.
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
    return _in_words(text) or _no_number(text) or _number(text, is_unit)


def _in_words(text: str) -> ParsedValue | None:
    """Return a result in words, or that there is none; None where the cell is to be read on."""
    known, folded = result_words(), fold(text)
    if folded in known.no_value:
        return ParsedValue(remarks=(NO_VALUE,))
    if folded in known.results:
        return ParsedValue(words=known.results[folded])
    if folded in known.amounts:
        return ParsedValue(words="positive", remarks=("an amount in words, not a number",))
    if _GRADE.match(text):
        return ParsedValue(words="positive", remarks=("a grade, not a number",))
    if problem := known.problem(text):
        return ParsedValue(remarks=(problem,))
    first = _FIRST_WORDS.match(text)
    said = _in_words(first.group(1) or first.group(2)) if first else None
    if said is not None and said.words is not None:
        return ParsedValue(words=said.words, remarks=(*said.remarks, "more stood in the value cell"))
    return None


def _no_number(text: str) -> ParsedValue | None:
    """Return why a cell of figures is no number, None where it may be one."""
    if fold(text) in _INFINITE:
        return ParsedValue(remarks=("beyond the detection limit, which is not given",))
    if titre := _TITRE.match(text):
        sign = result_words().comparators.get(titre["sign"] or "")
        return ParsedValue(None, sign, f"1:{titre['titre']}", None, ("a titre, not a number",))
    for pattern, what in (
        (_DATE, DATE),
        (_RANGE, RANGE),
        (_CLOCK, CLOCK),
        (_PAIR, PAIR),
    ):
        if pattern.match(text):
            return ParsedValue(remarks=(what,))
    return None


def _number(text: str, is_unit: Callable[[str], bool]) -> ParsedValue:
    text, unit, comparator, remarks = _stripped(text, is_unit)
    if _AMBIGUOUS.match(text):
        readings = tuple(
            ParsedValue(Decimal(text.replace(",", sign)), comparator, None, unit, (*remarks, f"{said}, {_ONLY}"))
            for sign, said in (
                ("", "the comma was read as a thousands sign"),
                (".", "a decimal comma was read as a point"),
            )
        )
        return ParsedValue(remarks=(AMBIGUOUS,), readings=readings)
    text, said = _plain(text)
    remarks += [said] if said else []
    if not text.isascii() or not _PLAIN.match(text):
        return ParsedValue(remarks=(TEXT,))
    if len(text) > _MOST_CHARACTERS or Decimal(text).adjusted() >= _MOST_DIGITS:
        return ParsedValue(remarks=(f"{NOT_PLAUSIBLE}: a number of more than {_MOST_DIGITS} digits",))
    return ParsedValue(Decimal(f"{Decimal(text):f}"), comparator, None, unit, tuple(remarks))


def _stripped(text: str, is_unit: Callable[[str], bool]) -> tuple[str, str | None, Comparator | None, list[str]]:
    """Return the bare figures of a cell, its unit and comparator, and what else stood there."""
    known = result_words()
    remarks: list[str] = []
    if inside := _BRACKETS.match(text):
        text = (inside.group(1) or inside.group(2)).strip()
        remarks.append(BRACKETS)
    if leading := _LEADING_FLAG.match(text):
        text = text[leading.end() :]
        remarks.append(FLAG_INSIDE)
    comparator = None
    if prefix := known.prefix.match(text):
        comparator = known.comparators[fold(prefix.group(1))]
        text = text[prefix.end() :]
    elif near := known.approximate.match(text):
        text = text[near.end() :]
        remarks.append(APPROXIMATE)
    elif text.startswith("="):
        text = text[1:].lstrip()
    text, was_flagged = _without_flag(text, is_unit)
    remarks += [FLAG_INSIDE] if was_flagged else []
    unit = None
    if (tail := _TRAILING_UNIT.match(text)) and is_unit(tail.group(2)):
        text, unit = tail.group(1), tail.group(2)
    return text, unit, comparator, remarks


def _without_flag(text: str, is_unit: Callable[[str], bool]) -> tuple[str, bool]:
    """Return a cell without a flag behind its number or behind its unit; "L" behind a number is low, not a litre."""
    for pattern in (_TRAILING_FLAG, _FLAG_BEHIND_NUMBER):
        if flagged := pattern.match(text):
            return (flagged.group(1) or flagged.group(2)).rstrip(), True
    behind = _FLAG_BEHIND_UNIT.match(text)
    tail = _TRAILING_UNIT.match(behind.group(1)) if behind else None
    if behind and tail and is_unit(tail.group(2)):
        return behind.group(1), True
    return text, False


def _plain(text: str) -> tuple[str, str | None]:
    """Return figures with a point and without thousands signs or powers of ten, and what was changed."""
    if power := _POWER.match(text):
        number = _plain(power["number"] or "1")[0]
        return f"{number}e{power['power']}", POWER
    if _THOUSANDS_US.match(text):
        return text.replace(",", ""), THOUSANDS
    if _THOUSANDS_EU.match(text):
        return text.replace(".", "").replace(",", "."), THOUSANDS
    if _THOUSANDS_PLAIN.match(text):
        return re.sub("[ '\u2019]", "", text).replace(",", "."), THOUSANDS
    if _DECIMAL_COMMA.match(text):
        return text.replace(",", "."), COMMA
    return text, None
