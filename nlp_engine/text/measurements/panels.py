"""Numbers told together: "BMP: 138/4.2/101/24/18/1.1", "AST and ALT were 24 and 19", "VS 37.9 112 96/54 22 94%".

A number is taken only where its place tells of what it is and its size fits; else the whole panel is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.measurements.analytes import Analyte, Analytes
from nlp_engine.text.measurements.readings import Reading
from nlp_engine.text.note import ReadNote
from nlp_engine.text.phrases import Hit, PhraseTable
from nlp_engine.text.quantities import Quantity, number_of, read_quantity
from nlp_engine.text.tokens import keys_of

_FEWEST = 4
_MOST_FILLERS = 3
_MOST_VITALS = 8
_PARTS = frozenset("/|<>")
_CELSIUS, _FAHRENHEIT = (Decimal(34), Decimal(42)), (Decimal(94), Decimal(107))
_BREATHS, _BEATS = (6, 40), (45, 220)
_VITALS = frozenset({"vs", "vss", "vitals"})


class PanelFinder:
    """Finds the numbers of panels, of lists of names, and of runs of vital signs."""

    def __init__(self, analytes: Analytes, rules: AttributeRules) -> None:
        self._analytes = analytes
        self._rules = rules
        self._panels = PhraseTable((keys_of(name), parts) for name, parts in analytes.file.panels.items())

    def find(self, note: ReadNote, names: Sequence[Hit[tuple[Analyte, ...]]]) -> list[Reading]:
        """Return the readings of the note's panels, lists and runs.

        Parameters
        ----------
        names
            The names of analytes, in order.
        """
        found = [reading for hit in self._panels.find(note.tokens.keys) for reading in self._panel(note, hit)]
        for members in _lists(note, names):
            found += self._listed(note, members)
        for place, key in enumerate(note.tokens.keys):
            if key in _VITALS or (key == "signs" and place and note.tokens.keys[place - 1] == "vital"):
                found += self._run(note, place)
        return found

    def _panel(self, note: ReadNote, hit: Hit[tuple[str, ...]]) -> list[Reading]:
        place, stop = self._begin(note, hit.behind)
        numbers = self._numbers(note, place, stop, _PARTS)
        fewest = min(_FEWEST, len(hit.payload))
        if not fewest <= len(numbers) <= len(hit.payload):
            return []
        analytes = [self._analytes.by_id[part] for part in hit.payload]
        found = self._readings(hit, analytes[: len(numbers)], numbers)
        return [replace(reading, is_unnamed=True) for reading in found]

    def _listed(self, note: ReadNote, members: Sequence[Hit[tuple[Analyte, ...]]]) -> list[Reading]:
        """Return as many numbers as names, in order."""
        place, stop = self._begin(note, members[-1].behind)
        numbers = self._numbers(note, place, stop, self._rules.joins)
        if len(numbers) != len(members) or any(len(hit.payload) != 1 for hit in members):
            return []
        found = []
        for hit, number in zip(members, numbers, strict=True):
            reading = self._readings(hit, hit.payload, [number])
            if not reading:
                return []
            found += reading
        return found

    def _run(self, note: ReadNote, place: int) -> Iterator[Reading]:
        """Yield the vital signs of bare numbers that their size and form tell apart."""
        begin, stop = self._begin(note, place + 1)
        numbers: list[Quantity] = []
        at = begin
        while at < stop and len(numbers) < _MOST_VITALS:
            number = read_quantity(note.tokens, at, stop, self._rules.value_units)
            if number is None or number.is_range:
                break
            numbers.append(number)
            at = number.behind
            while at < stop and note.tokens.keys[at] in {",", "-", "|", ";"}:
                at += 1
        if len(numbers) < 3 or sum(number.is_pair for number in numbers) != 1:
            return
        name = Hit(place, place + 1, None)
        by_id = self._analytes.by_id
        for analyte, number in _told_apart(numbers):
            reading = replace(Reading.of(name, by_id[analyte], number), is_unnamed=True)
            if number.is_pair:
                keys, first = note.tokens.keys, number.first
                upper, lower = number_of(keys[first]) or Decimal(0), number_of(keys[first + 2]) or Decimal(0)
                yield from reading.halves(upper, lower, (by_id["systolic_bp"], by_id["diastolic_bp"]))
            else:
                yield reading

    def _begin(self, note: ReadNote, place: int) -> tuple[int, int]:
        """Return the word behind a name and its fillers, and where the sentence ends."""
        tokens = note.tokens
        end = note.sentences.at(tokens.starts[place - 1]).end
        stop = min(tokens.range_of(tokens.starts[place - 1], end)[1], place + 60)
        return self._rules.behind_fillers(tokens.keys, place, stop, _MOST_FILLERS), stop

    def _numbers(self, note: ReadNote, place: int, stop: int, signs: frozenset[str]) -> list[Quantity]:
        """Return numbers that only certain signs part."""
        tokens, numbers = note.tokens, list[Quantity]()
        while place < stop:
            single = read_quantity(tokens, place, place + 1, self._rules.value_units, in_list=True)
            if single is None:
                return []
            whole = read_quantity(tokens, place, stop, self._rules.value_units, in_list=True)
            number = whole if whole is not None and not whole.is_pair and not whole.is_range else single
            numbers.append(number)
            place = number.behind
            if place >= stop or tokens.keys[place] not in signs:
                break
            is_end = place + 1 >= stop or not tokens.keys[place + 1][0].isdigit()
            if is_end and not (
                place + 2 < stop and tokens.keys[place + 1] in signs and tokens.keys[place + 2][0].isdigit()
            ):
                break
            place += 1 if tokens.keys[place + 1][0].isdigit() else 2
        return numbers

    def _readings(self, hit: Hit[Any], analytes: Sequence[Analyte], numbers: Sequence[Quantity]) -> list[Reading]:
        """Return the readings, none if one number cannot be of its analyte."""
        for analyte, number in zip(analytes, numbers, strict=True):
            unit = self._analytes.ucum(number.unit)
            if number.value is None or (number.unit is not None and unit not in analyte.units):
                return []
            if number.unit is None and not analyte.can_be(number.value):
                return []
        return [Reading.of(hit, analyte, number) for analyte, number in zip(analytes, numbers, strict=True)]


def _lists(note: ReadNote, names: Sequence[Hit[tuple[Analyte, ...]]]) -> Iterator[Sequence[Hit[tuple[Analyte, ...]]]]:
    """Yield the names that only "/", "," or "and" join."""
    members: list[Hit[tuple[Analyte, ...]]] = []
    for hit in names:
        between = note.tokens.keys[members[-1].behind : hit.first] if members else []
        if members and not (0 < len(between) <= 2 and all(key in _JOINS for key in between)):
            if len(members) > 1:
                yield members
            members = []
        members.append(hit)
    if len(members) > 1:
        yield members


_JOINS = frozenset({"/", ",", "and", "&"})


def _told_apart(numbers: Sequence[Quantity]) -> Iterator[tuple[str, Quantity]]:
    """Yield what each number of a run of vital signs surely is."""
    heats = [number for number in numbers if _is_heat(number)]
    if len(heats) == 1:
        yield "body_temperature", heats[0]
    rest = []
    for number in numbers:
        if number.is_pair:
            yield "systolic_bp", number
        elif number.unit == "%":
            yield "spo2", number
        elif number not in heats:
            rest.append(number)
    slow = [number for number in rest if _lies_in(number, _BREATHS)]
    fast = [number for number in rest if _lies_in(number, _BEATS)]
    # Two fast numbers: one of them may be a saturation without its sign.
    if len(slow) == 1 and len(slow) + len(fast) == len(rest):
        yield "respiratory_rate", slow[0]
        if len(fast) == 1:
            yield "heart_rate", fast[0]


def _is_heat(number: Quantity) -> bool:
    if number.value is None or (
        number.unit is not None and "c" not in number.unit.lower() and "f" not in number.unit.lower()
    ):
        return False
    is_scaled = any(low <= number.value <= high for low, high in (_CELSIUS, _FAHRENHEIT))
    return is_scaled and (number.unit is not None or number.value % 1 != 0)


def _lies_in(number: Quantity, limits: tuple[int, int]) -> bool:
    value = number.value
    return value is not None and number.unit is None and value % 1 == 0 and limits[0] <= value <= limits[1]
