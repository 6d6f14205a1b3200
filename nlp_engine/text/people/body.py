"""Height, weight and BMI as a note writes them: "wt 82 kg", "5 ft 10 in", "178 cm 101 kg", "BMI 34.1"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from nlp_engine.assessment import PersonFact, PersonLabel
from nlp_engine.text.note import ReadNote

_IS = (
    r"(?:\s?\([^()]{1,12}\))?[\s:=]{0,4}"
    r"(?:(?:is|was|of|today|today is|at|approximately|about|currently|~)\s){0,2}[\s:=]{0,2}"
)
_NUMBER = r"(?P<number>\d{1,3}(?:\.\d{1,2})?)"
_WEIGHT = re.compile(
    rf"(?<!birth )(?<!ideal )(?<!dry )(?<!goal )(?<!adjusted )(?<!usual )(?<!target )(?<!previous )(?<!last )"
    rf"\b(?:weight|wt\.?|weighs|weighing|body weight){_IS}{_NUMBER}\s?(?P<unit>kilograms?|kgs?|pounds?|lbs?)\b",
    re.IGNORECASE,
)
_HEIGHT = re.compile(
    rf"\b(?:height|ht\.?){_IS}(?:(?P<feet>[1-8])\s?(?:'|\u2019|ft\b\.?|feet|foot)[\s,]?\s?(?:(?P<inches>\d{{1,2}}(?:\.\d)?)\s?(?:\"|''|\u201d|in\b\.?|inch(?:es)?)?)?"
    rf"|{_NUMBER}\s?(?P<unit>cm|centimeters?|in\b|inches|\"|m\b))",
    re.IGNORECASE,
)
_FEET = re.compile(
    r"(?<![\w.])(?P<feet>[3-7])\s?(?:'|\u2019|ft\b\.?|feet)\s?(?P<inches>\d{1,2}(?:\.\d)?)\s?(?:\"|''|\u201d|in\b\.?|inches)"
)
_BOTH = re.compile(
    r"(?<![\w.])(?P<cm>\d{2,3}(?:\.\d)?)\s?cm[\s,/|x]{1,6}(?P<kg>\d{1,3}(?:\.\d{1,2})?)\s?kg\b|(?<![\w.])(?P<kg2>\d{1,3}(?:\.\d{1,2})?)\s?kg[\s,/|]{1,6}(?P<cm2>1\d\d(?:\.\d)?)\s?cm\b",
    re.IGNORECASE,
)
_BMI = re.compile(
    rf"\b(?:BMI|body mass index)\b{_IS}(?P<number>\d{{2}}(?:\.\d{{1,2}})?)(?!\s?[-\u2013/]\s?\d|\d|\s?percentile|\s?%)",
    re.IGNORECASE,
)
_LIMITS = {
    "kg": (Decimal("0.3"), Decimal(400)),
    "[lb_av]": (Decimal(1), Decimal(880)),
    "cm": (Decimal(25), Decimal(250)),
    "[in_i]": (Decimal(10), Decimal(98)),
    "m": (Decimal("0.3"), Decimal("2.5")),
    "kg/m2": (Decimal(10), Decimal(100)),
}
"""What a person can measure, from - to; beyond it nothing is said."""
_INCHES = 12
_CHANGE = re.compile(
    r"\b(?:loss|lost|gain(?:ed)?|gain of|down|up|heaviest|maximum|highest|lowest)\s*(?:of\s*)?$", re.IGNORECASE
)


def measures(note: ReadNote) -> Iterator[PersonFact]:
    """Yield height, weight and BMI, each with its words and a UCUM unit; what no person can measure is left out."""
    for match in _WEIGHT.finditer(note.text):
        if not _CHANGE.search(note.text, max(0, match.start() - 20), match.start()):
            unit = "kg" if match["unit"][0] in "kK" else "[lb_av]"
            yield from _fact(note, PersonLabel.WEIGHT, match.span(), Decimal(match["number"]), unit)
    for match in _HEIGHT.finditer(note.text):
        if match["feet"]:
            yield from _feet(note, match)
        else:
            unit = {"c": "cm", "i": "[in_i]", '"': "[in_i]", "m": "m"}[match["unit"][0].lower()]
            yield from _fact(note, PersonLabel.HEIGHT, match.span(), Decimal(match["number"]), unit)
    for match in _FEET.finditer(note.text):
        yield from _feet(note, match)
    for match in _BOTH.finditer(note.text):
        cm, kg = ("cm", "kg") if match["cm"] else ("cm2", "kg2")
        yield from _fact(note, PersonLabel.HEIGHT, match.span(cm), Decimal(match[cm]), "cm")
        yield from _fact(note, PersonLabel.WEIGHT, match.span(kg), Decimal(match[kg]), "kg")
    for match in _BMI.finditer(note.text):
        yield from _fact(note, PersonLabel.BMI, match.span(), Decimal(match["number"]), "kg/m2")


def _feet(note: ReadNote, match: re.Match[str]) -> Iterator[PersonFact]:
    inches = Decimal(match["inches"] or 0)
    if inches < _INCHES:
        yield from _fact(note, PersonLabel.HEIGHT, match.span(), Decimal(match["feet"]) * _INCHES + inches, "[in_i]")


def _fact(note: ReadNote, label: PersonLabel, span: tuple[int, int], value: Decimal, unit: str) -> Iterator[PersonFact]:
    low, high = _LIMITS[unit]
    if low <= value <= high:
        start, end = span
        yield PersonFact(label=label, start=start, end=end, text=note.text[start:end], value=value, unit=unit)
