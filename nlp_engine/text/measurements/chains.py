"""What a note tells with a value: its flag, newer and earlier values, the interval and unit behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlp_engine.assessment import Flag
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.measurements.analytes import Analytes
from nlp_engine.text.note import ReadNote
from nlp_engine.text.phrases import phrase_table
from nlp_engine.text.quantities import Quantity, read_quantity
from nlp_engine.text.tokens import keys_of

_BEHIND = 5
_LONGEST_BRACKET = 16


@dataclass(frozen=True, slots=True)
class Told:
    """A value with where its words end; ``is_elsewhen``: it is of another time than the note."""

    quantity: Quantity
    is_elsewhen: bool
    end: int


class Chains:
    """Reads on behind a value: "1.2->2.3", "9.2 (from 11.1 on 3/2)", "2.1 on admission, now 1.4"."""

    def __init__(self, analytes: Analytes, rules: AttributeRules) -> None:
        self._analytes = analytes
        self._rules = rules
        self._file = analytes.file
        self._elsewhen = phrase_table(self._file.other_times)
        self._earlier = phrase_table(self._file.earlier)
        self._arrows = dict.fromkeys(map(keys_of, self._file.arrows), False)
        self._arrows |= dict.fromkeys(map(keys_of, self._file.back_arrows), True)

    def told(self, note: ReadNote, quantity: Quantity, stop: int) -> Iterator[Told]:
        """Yield the value and its earlier ones, each with whether it is of another time and where its words end.

        Nothing, if a further bare number makes it a row of several columns.
        """
        tokens, place = note.tokens, quantity.behind
        values, is_back = [quantity], False
        while (arrow := self.arrow(note, place, stop)) is not None:
            following = read_quantity(tokens, arrow[0], stop, self._rules.value_units, in_list=True)
            if following is None or following.is_range or following.is_pair != quantity.is_pair:
                return
            if following.unit is None and self._is_something_else(note, following.behind, stop):
                return
            is_back = arrow[1]
            values.append(following)
            place = following.behind
        place = self._behind_flag(note, place)
        if self._is_next_column(note, place, stop) or self._is_compared(note, place, stop):
            return
        now = 0 if is_back else len(values) - 1
        updated = self._update(note, place, stop, quantity)
        if updated is not None:
            yield from (Told(value, True, value.behind) for value in values)
            yield Told(updated, False, updated.behind)
            return
        end, earlier = self._bracket(note, place, stop, quantity)
        is_elsewhen = earlier is None and self._is_elsewhen_behind(note, end, stop)
        for number, value in enumerate(values):
            yield Told(value, number != now or is_elsewhen, end if number == now else value.behind)
        if earlier is not None:
            yield Told(earlier, True, end)

    def arrow(self, note: ReadNote, place: int, stop: int) -> tuple[int, bool] | None:
        """Return the word behind an arrow, and whether the arrow points back ("7.2 <- 8.1")."""
        for length in (3, 2, 1):
            if place + length < stop:
                sign = tuple(note.tokens.keys[place : place + length])
                is_one = note.tokens.ends[place + length - 1] - note.tokens.starts[place] <= length
                if sign in self._arrows and is_one:
                    return place + length, self._arrows[sign]
        return None

    def _is_something_else(self, note: ReadNote, behind: int, stop: int) -> bool:
        """Say whether the word behind a number makes it another thing: "7.8 -> 2u PRBC"."""
        if behind >= stop or self._analytes.names.at(note.tokens.keys, behind, stop) is not None:
            return False
        key = note.tokens.keys[behind]
        is_glued = note.tokens.starts[behind] == note.tokens.ends[behind - 1]
        return key in self._file.not_behind or (is_glued and key[0].isalnum())

    def _update(self, note: ReadNote, place: int, stop: int, quantity: Quantity) -> Quantity | None:
        """Return the newer value of "2.1 on admission, now 1.4"."""
        keys = note.tokens.keys
        for step in range(place, min(stop - 1, place + 2 * _BEHIND)):
            if keys[step] in {".", ";", "(", "and"}:
                return None
            if keys[step] in {"now", "currently", "today"}:
                at = step + 1 + (keys[step + 1] in {"at", "is", "down", "up", "to", ":"})
                newer = read_quantity(note.tokens, at, stop, self._rules.value_units) if at < stop else None
                usable = newer is not None and not newer.is_range and newer.is_pair == quantity.is_pair
                return newer if usable else None
            if keys[step][0].isdigit():
                return None
        return None

    def _bracket(self, note: ReadNote, place: int, stop: int, quantity: Quantity) -> tuple[int, Quantity | None]:
        """Return where a bracket behind a value ends, and the earlier value in it: "(from 11.1 on 3/2)"."""
        keys = note.tokens.keys
        is_bracket = place < stop and keys[place] in "(["
        start = place + is_bracket
        if not is_bracket and start < stop and keys[start] == ",":
            start += 1
        lead = self._earlier.at(keys, start, stop) if start < stop else None
        earlier = None
        if lead is not None:
            at = lead.behind + (lead.behind < stop and keys[lead.behind] in {"of", "was", ":", "at"})
            earlier = read_quantity(note.tokens, at, stop, self._rules.value_units) if at < stop else None
        if earlier is not None and (earlier.is_range or earlier.is_pair != quantity.is_pair):
            earlier = None
        if is_bracket:
            close = next((at for at in range(place, min(stop, place + _LONGEST_BRACKET)) if keys[at] in ")]"), None)
            return (close + 1 if close is not None else place), earlier
        return (place if earlier is None else earlier.behind), earlier

    def _is_elsewhen_behind(self, note: ReadNote, place: int, stop: int) -> bool:
        """Say whether the words right behind a value tell another time: "2.1 on admission"."""
        keys = note.tokens.keys
        for step in range(place, min(stop, place + _BEHIND)):
            if keys[step] in {",", ";", ".", "|", "and"} or keys[step][0].isdigit():
                return False
            if self._elsewhen.at(keys, step, stop) is not None:
                return True
        return False

    @staticmethod
    def _is_compared(note: ReadNote, place: int, stop: int) -> bool:
        """Say whether "104 > 98" follows: a change for one writer, a comparison for another."""
        keys = note.tokens.keys
        return place + 1 < stop and keys[place] in {"<", ">"} and keys[place + 1][0].isdigit()

    def _is_next_column(self, note: ReadNote, place: int, stop: int) -> bool:
        """Say whether a bare number follows, as in a row of a table."""
        tokens = note.tokens
        if place >= stop or not tokens.keys[place][0].isdigit():
            return (
                place < stop and tokens.keys[place] in {"--", "-"} and tokens.starts[place] > tokens.ends[place - 1] + 1
            )
        following = read_quantity(tokens, place, stop, self._rules.value_units)
        return following is None or not (following.is_range or following.is_pair or following.unit is not None)

    def unit_behind_interval(self, note: ReadNote, place: int) -> tuple[int, int] | None:
        """Return the words of the unit of "5.9 H 3.5-5.1 mmol/L"."""
        tokens, stop = note.tokens, min(len(note.tokens.keys), place + _LONGEST_BRACKET)
        place = self._behind_flag(note, place)
        is_bracket = place < stop and tokens.keys[place] in "(["
        place += is_bracket
        interval = read_quantity(tokens, place, stop, self._rules.value_units) if place < stop else None
        if interval is None or not interval.is_range or interval.unit_at is None:
            return None
        if interval.unit is None and is_bracket and interval.behind + 1 < stop and tokens.keys[interval.behind] in ")]":
            unit = self._rules.value_units.at(tokens.keys, interval.behind + 1, stop)
            return (unit.first, unit.behind) if unit is not None else None
        return (interval.unit_at, interval.behind) if interval.unit is not None else None

    def flag(self, note: ReadNote, place: int) -> Flag | None:
        """Return the flag right behind a value: "3.1 (H)", "2.9 L"; a letter counts as a capital that stands apart."""
        tokens = note.tokens
        place += place < len(tokens.keys) and tokens.keys[place] in "(["
        if place >= len(tokens.keys):
            return None
        hit = self._rules.flags.at(tokens.keys, place, min(len(tokens.keys), place + 4))
        if hit is None:
            return None
        start, end = tokens.starts[hit.first], tokens.ends[hit.behind - 1]
        is_apart = tokens.ends[hit.first - 1] < start or tokens.keys[hit.first - 1] in "(["
        is_word = end - start > 2 or not note.text[start].isalpha()
        return hit.payload if is_word or (note.text[start:end].isupper() and is_apart) else None

    def _behind_flag(self, note: ReadNote, place: int) -> int:
        if self.flag(note, place) is None:
            return place
        keys = note.tokens.keys
        is_bracket = keys[place] in "(["
        hit = self._rules.flags.at(keys, place + is_bracket, min(len(keys), place + 5))
        behind = hit.behind if hit is not None else place
        return behind + (is_bracket and behind < len(keys) and keys[behind] in ")]")
