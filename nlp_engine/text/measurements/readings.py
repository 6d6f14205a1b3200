"""Results told in running text: "K 5.9", "Hgb 9.2 (from 11.1 on 3/2)", "Cr 1.2->2.3", "Na/K 135/4.1".

What each number is of, and what it is not (a goal, a dose, a range), is decided here; whether it is negated, whose it
is and when it was taken, in `note_observations`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from nlp_engine.assessment import Flag
from nlp_engine.record import ObservationKind
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.measurements.analytes import Analyte, Analytes
from nlp_engine.text.measurements.chains import Chains
from nlp_engine.text.measurements.reader import quantity_behind
from nlp_engine.text.note import ReadNote
from nlp_engine.text.phrases import Hit, phrase_table
from nlp_engine.text.quantities import Quantity, number_of, read_quantity

_MOST_FILLERS = 4
_BEFORE, _FAR, _SPECIMEN_REACH, _IN_LIST = 6, 20, 25, 3
"""How many words before a name are looked at for a goal."""
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """A value in words ``first`` to ``behind``, of the analyte that words ``name`` to ``name_end`` name.

    Parameters
    ----------
    unit
        The words of its unit.
    is_elsewhen
        The text says that it is of another time than the note; only a date beside it tells which.
    end
        The word behind all that is told with it.
    is_unnamed
        The name is that of a panel.
    date
        Where the date that heads its column or row stands, in characters.
    pair
        Both numbers of a blood pressure.
    """

    name: int
    name_end: int
    analyte: Analyte
    quantity: Quantity
    first: int
    behind: int
    unit: tuple[int, int] | None = None
    flag: Flag | None = None
    is_elsewhen: bool = False
    end: int = 0
    is_unnamed: bool = False
    date: tuple[int, int] | None = None
    pair: tuple[Decimal, Decimal] | None = None
    is_word: bool = False

    @classmethod
    def of(cls, hit: Hit[Any], analyte: Analyte, quantity: Quantity) -> Reading:
        """Return a quantity as the value of what a name or panel means."""
        unit_at = quantity.unit_at or quantity.behind
        unit = (unit_at, quantity.behind) if quantity.unit is not None else None
        return cls(hit.first, hit.behind, analyte, quantity, quantity.first, unit_at, unit, end=quantity.behind)

    def halves(self, upper: Decimal, lower: Decimal, analytes: Sequence[Analyte]) -> Iterator[Reading]:
        """Yield both readings of a blood pressure."""
        for place, analyte in zip((self.quantity.first, self.quantity.first + 2), analytes, strict=True):
            yield replace(self, analyte=analyte, first=place, behind=place + 1, pair=(upper, lower))


class ReadingFinder:
    """Finds the readings of a note by the names of analytes."""

    def __init__(self, analytes: Analytes, rules: AttributeRules) -> None:
        self._analytes = analytes
        self._rules = rules
        self._file = analytes.file
        self._chains = Chains(analytes, rules)
        self._elsewhen = phrase_table(self._file.other_times)
        self._elsewhen_far = phrase_table(self._file.other_times_far)
        self._targets_behind = phrase_table(self._file.targets_behind)
        self._words = phrase_table(self._file.words)

    def names(self, note: ReadNote) -> list[Hit[tuple[Analyte, ...]]]:
        """Return the names of analytes that are written as such, in order."""
        return [hit for hit in self._analytes.names.find(note.tokens.keys) if hit.payload and self._is_name(note, hit)]

    def find(self, note: ReadNote, names: Sequence[Hit[tuple[Analyte, ...]]]) -> list[Reading]:
        """Return the readings in order of their values."""
        found: list[Reading] = []
        last_target, last_elsewhen = -_BEFORE, -_BEFORE
        for hit in names:
            stop = self._stop(note, hit)
            quantity = self._value(note, hit, stop)
            if quantity is None:
                found += self._in_words(note, hit, stop)
                continue
            is_near = hit.first - last_target <= _IN_LIST and quantity.comparator is not None
            if self._is_setting(note, hit, quantity) or self._is_of_specimen(note, hit):
                continue
            if is_near or self._is_target(note, hit, quantity, stop):
                last_target = quantity.behind
                continue
            carried = hit.first - last_elsewhen <= _IN_LIST and not _has_stop(note, last_elsewhen, hit.first)
            readings = list(self._readings(note, hit, quantity, stop, is_elsewhen=carried))
            if readings and all(reading.is_elsewhen for reading in readings):
                last_elsewhen = readings[-1].end
            found += readings
        vitals = [reading for reading in found if reading.analyte.kind is ObservationKind.VITAL]
        places = sorted({note.tokens.starts[reading.name] for reading in vitals})
        return [reading for reading in found if self._has_company(note, reading, places)]

    def _in_words(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], stop: int) -> Iterator[Reading]:
        """Yield the result of "troponin was negative"."""
        keys, place = note.tokens.keys, hit.behind
        if " ".join(keys[hit.first : hit.behind]) not in self._file.in_words:
            return
        while place < stop and keys[place] in _LINKS:
            place += 1
        word = self._words.at(keys, place, stop) if place < stop else None
        if word is not None and not self._is_target(note, hit, Quantity(word.first, word.behind, None), stop):
            quantity = Quantity(word.first, word.behind, None)
            yield replace(Reading.of(hit, hit.payload[0], quantity), is_word=True)

    def _is_elsewhen(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], first: int) -> bool:
        """Say whether words before a value tell of another time; those that open a story reach farther."""
        keys = note.tokens.keys
        near = max(self._clause_start(note, hit.first), hit.first - 4)
        if any(not _is_closed(keys, found.behind, hit.first) for found in self._elsewhen.find(keys, near, first)):
            return True
        far = self._clause_start(note, hit.first, _FAR)
        now = max((place + 1 for place in range(far, hit.first) if keys[place] in _NOW), default=far)
        return any(not _is_closed(keys, found.behind, hit.first) for found in self._elsewhen_far.find(keys, now, first))

    def _stop(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]]) -> int:
        end = note.sentences.at(note.tokens.starts[hit.first]).end
        return min(note.tokens.range_of(note.tokens.starts[hit.first], end)[1], hit.behind + _LONGEST)

    def _is_name(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]]) -> bool:
        """Say whether a name is written as one and is that of the patient's blood or body."""
        tokens, first = note.tokens, hit.first
        start = tokens.starts[first]
        if first == 0:
            return True
        before, is_glued = tokens.keys[first - 1], tokens.ends[first - 1] == start
        if before in self._file.specimens and not note.text[tokens.ends[first - 1] : start].count("\n"):
            return False
        return not (is_glued and (before[0].isalnum() or before == "-"))

    def _value(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], stop: int) -> Quantity | None:
        """Return the quantity behind a name, None if there is none or it is no result of this analyte."""
        skip = partial(self._skip_earlier, note, stop=stop)
        quantity = quantity_behind(note, hit.behind, stop, self._rules, most_fillers=_MOST_FILLERS, skip=skip)
        return quantity if quantity is not None and self._fits(note, hit, quantity, stop) else None

    def _skip_earlier(self, note: ReadNote, place: int, stop: int) -> int:
        """Step over "from 1.1 to": what the value was before."""
        keys = note.tokens.keys
        start = place
        while start < min(stop, place + 4) and keys[start] in _MOVES:
            start += 1
        if start < stop and keys[start] == "from":
            earlier = read_quantity(note.tokens, start + 1, stop, self._rules.value_units)
            if earlier is not None and earlier.is_range and keys[earlier.first + 1] == "to":
                return earlier.first + 2
            if earlier is not None and earlier.behind < stop and keys[earlier.behind] == "to":
                return earlier.behind + 1
        return place

    def _fits(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], quantity: Quantity, stop: int) -> bool:
        tokens, behind = note.tokens, quantity.behind
        is_pressure = len(hit.payload) == 2 and hit.payload[0].id == "systolic_bp"
        is_clock = _CLOCK.fullmatch(tokens.keys[quantity.first]) is not None
        if quantity.is_range or quantity.is_pair != is_pressure or is_clock:
            return False
        key = tokens.keys[behind] if behind < stop else ""
        is_glued = behind < stop and tokens.starts[behind] == tokens.ends[behind - 1]
        if behind < stop and not is_glued and self._analytes.names.at(tokens.keys, behind, stop) is not None:
            key = ""
        if (
            is_glued
            and not (key == "k" and _THOUSANDS in hit.payload[0].units)
            and (key[0].isalnum() or (key in "/-" and quantity.unit is None))
            and not self._chains.arrow(note, behind, stop)
        ):
            return False
        if key in self._file.routes or (quantity.unit is None and key in self._file.not_behind):
            return quantity.unit is None and len(key) == 1 and self._chains.flag(note, behind) is not None
        if quantity.comparator is not None and hit.payload[0].kind is ObservationKind.VITAL:
            return False
        return self._meant(note, hit, quantity) is not None

    def _meant(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], quantity: Quantity) -> Analyte | None:
        """Return the analyte that a name with this unit means; the unit decides between a count and a share."""
        unit = self._analytes.ucum(quantity.unit)
        if quantity.unit is not None:
            return next((analyte for analyte in hit.payload if unit in analyte.units), None)
        is_small = note.text[note.tokens.starts[hit.first]].islower()
        name = note.text[note.tokens.starts[hit.first] : note.tokens.ends[hit.first]]
        if hit.behind - hit.first == 1 and name.casefold() in self._file.in_capitals and (is_small or name == "MG"):
            return None
        is_by_unit = " ".join(note.tokens.keys[hit.first : hit.behind]) in self._file.by_unit
        is_pair = quantity.is_pair
        return hit.payload[0] if (len(hit.payload) == 1 or is_pair) and not is_by_unit else None

    def _is_target(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], quantity: Quantity, stop: int) -> bool:
        """Say whether a value is a goal or a condition: "goal BP < 130/80", "transfuse for Hgb < 7"."""
        keys = note.tokens.keys
        low = self._clause_start(note, hit.first)
        places = [*range(low, hit.first), *range(hit.behind, quantity.first)]
        if any(keys[at] in self._file.targets and not _is_closed(keys, at, hit.first) for at in places):
            return True
        if quantity.comparator is not None and hit.first and keys[hit.first - 1] in self._file.not_with_comparator:
            return True
        place = quantity.behind + (quantity.behind < stop and keys[quantity.behind] in "(,")
        return place < stop and self._targets_behind.at(keys, place, stop) is not None

    def _is_setting(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], quantity: Quantity) -> bool:
        """Say whether a respiratory rate is that of a ventilator: "VT 400, RR 14, PEEP 5"."""
        if hit.payload[0].id != "respiratory_rate":
            return False
        around = note.tokens.keys[max(0, hit.first - _BEFORE) : quantity.behind + _BEFORE]
        return any(key in self._file.ventilator for key in around)

    def _is_of_specimen(self, note: ReadNote, hit: Hit[tuple[Analyte, ...]]) -> bool:
        """Say whether a list of another specimen holds a name: "UA: RBC >100, WBC 3"."""
        if hit.payload[0].kind is ObservationKind.VITAL:
            return False
        sentence = note.sentences.at(note.tokens.starts[hit.first]).start
        low = max(hit.first - _SPECIMEN_REACH, note.tokens.range_of(sentence, note.tokens.starts[hit.first])[0])
        for key in reversed(note.tokens.keys[low : hit.first]):
            if key == ";":
                return False
            if key in self._file.other_specimens:
                return True
        before = note.sentences.index_at(sentence) - 1
        if before < 0:
            return False
        span = note.sentences.spans[before]
        start, stop = note.tokens.range_of(span.start, span.end)
        keys = note.tokens.keys[max(start, stop - _SPECIMEN_REACH) : stop]
        return "\n\n" not in note.text[span.end : sentence] and any(key in self._file.taps for key in keys)

    @staticmethod
    def _clause_start(note: ReadNote, first: int, reach: int = _BEFORE) -> int:
        """Return the word that a clause begins with, at most a few words back and within the sentence."""
        sentence = note.sentences.at(note.tokens.starts[first]).start
        low = max(first - reach, note.tokens.range_of(sentence, note.tokens.starts[first])[0])
        for place in range(first - 1, low - 1, -1):
            if note.tokens.keys[place] in {";", ".", "|"}:
                return place + 1
        return low

    def _readings(
        self, note: ReadNote, hit: Hit[tuple[Analyte, ...]], quantity: Quantity, stop: int, *, is_elsewhen: bool
    ) -> Iterator[Reading]:
        """Yield the reading of a name, and those of other times told with it."""
        chain = list(self._chains.told(note, quantity, stop))
        if not chain:
            return
        is_elsewhen = is_elsewhen or self._is_elsewhen(note, hit, chain[0].quantity.first)
        meant = self._meant(note, hit, quantity)
        for told in chain:
            number = told.quantity
            if meant is None or (number.unit is not None and self._meant(note, hit, number) is not meant):
                continue
            reading = replace(
                Reading.of(hit, meant, number),
                flag=self._chains.flag(note, number.behind),
                is_elsewhen=told.is_elsewhen or (len(chain) == 1 and is_elsewhen),
                end=told.end,
            )
            if number.is_pair:
                yield from self._pair(note, hit, reading)
            elif number.unit is None:
                yield replace(reading, unit=self._chains.unit_behind_interval(note, number.behind))
            else:
                yield reading

    @staticmethod
    def _pair(note: ReadNote, hit: Hit[tuple[Analyte, ...]], reading: Reading) -> Iterator[Reading]:
        keys, first = note.tokens.keys, reading.quantity.first
        upper, lower = number_of(keys[first]), number_of(keys[first + 2])
        if upper is not None and lower is not None:
            yield from reading.halves(upper, lower, hit.payload)

    def _has_company(self, note: ReadNote, reading: Reading, places: Sequence[int]) -> bool:
        """Say whether a short name stands beside another vital sign (places in order), where it has to."""
        name = note.tokens.keys[reading.name]
        is_short = reading.name_end - reading.name == 1 and name in self._file.in_company
        if not is_short or reading.quantity.unit is not None:
            return True
        own = note.tokens.starts[reading.name]
        at = bisect_left(places, own)
        beside = [place for place in places[max(0, at - 1) : at + 2] if place != own]
        return any(abs(place - own) < _NEAR for place in beside)


def _is_closed(keys: Sequence[str], place: int, stop: int) -> bool:
    """Say whether words before a place stand in a bracket that closes before a name: "CEA 2 (9 pre-op), ALT 38"."""
    return next((key for key in keys[place:stop] if key in "()"), "") == ")"


def _has_stop(note: ReadNote, first: int, behind: int) -> bool:
    """Say whether a sentence ends, or the present begins, between two words."""
    return any(key in {".", ";"} or key in _NOW for key in note.tokens.keys[first:behind])


_NEAR = 60
_THOUSANDS = "10*3/uL"
"""Counts in this unit may be written as "71K"."""
_NOW = frozenset({"now", "today", "currently", "tonight"})
_CLOCK = re.compile(r"0\d{3}")
_MOVES = frozenset(
    "up down rose fell has have is was increased decreased improved risen dropped worsened went trended trending gone "
    "climbed fallen".split()
)
_LINKS = frozenset(
    {":", "-", "=", "is", "was", "were", "are", "remains", "remained", "came", "back", "returned", "again"}
)
