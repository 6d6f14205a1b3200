"""Frequencies, durations and doses as numbers: "q6h" is 4 a day, "x 10 days" is 10 d, "two puffs" is 2 {puff}.

A range ("1-2 tablets", "q4-6h"), a pair and what is no rate ("once", "stat") have no number; their text says it. "As
needed" stays in the text of the attribute, and the number is that of the rest ("q6h prn": 4 a day at most).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from nlp_engine.extraction import Attribute, AttributeLabel
from nlp_engine.text.medications.dose_rules import DoseRules
from nlp_engine.text.quantities import number_of
from nlp_engine.text.tokens import keys_of

PER_DAY = "/d"
_PLACES = Decimal("0.0001")
_LONGEST = 80
_DAY = 1440
"""Minutes."""
_DOTS = re.compile(r"(?<=[a-z])\.|\.(?=[a-z])")
_GLUED = re.compile(r"\bq(?=\d)|(?<=\d)(?=[a-z])|(?<=x)(?=\d)")
_TIMES = frozenset({"times", "time", "x", "doses"})
_PER = frozenset({"a", "per", "/", "each", "every", "q"})
_EVERY = frozenset({"q", "every", "each"})
_RANGE = frozenset({"-", "\u2013", "to", "or"})
_ORDINALS = {"other": 2, "second": 2, "third": 3, "fourth": 4}
_HOURS = frozenset(map(Decimal, (2, 3, 4, 6, 8, 12, 24)))
"""What a bare "q8" counts."""
_HALF = frozenset({"half", "\u00bd"})
_BETWEEN = frozenset({"of", "more", "additional", "total", "full", "-", "\u2013", "(", ")"})


class Doses:
    """Gives attributes of drugs their number and UCUM unit."""

    def __init__(self, rules: DoseRules) -> None:
        self._rules = rules
        self._known = {
            AttributeLabel.FREQUENCY: lru_cache(maxsize=4096)(self.frequency),
            AttributeLabel.DURATION: lru_cache(maxsize=4096)(self.duration),
            AttributeLabel.STRENGTH: lru_cache(maxsize=4096)(self.amount),
            AttributeLabel.DOSAGE: lru_cache(maxsize=4096)(self.amount),
        }

    def normalised(self, attribute: Attribute) -> Attribute:
        """Return an attribute with its number and unit, both None where the words say none or more than one."""
        read = self._known.get(attribute.label)
        if read is None:
            return attribute
        value, unit = read(attribute.text) if len(attribute.text) <= _LONGEST else (None, None)
        return attribute.model_copy(update={"value": value, "unit": unit})

    def frequency(self, text: str) -> tuple[Decimal | None, str | None]:
        """Return times a day, with four places."""
        folded = _GLUED.sub(lambda match: f"{match.group()} ", _DOTS.sub("", text.lower()))
        keys = keys_of(folded)
        rate = self._rate(keys)
        if rate is None or rate <= 0:
            return None, None
        return _plain(rate.quantize(_PLACES)), PER_DAY

    def _rate(self, keys: Sequence[str]) -> Decimal | None:
        spoken = self._interval(keys) or self._count(keys)
        if spoken is not None:
            return spoken[0]
        rates: set[Decimal] = set()
        times: set[str] = set()
        for hit in self._rules.phrases.find(keys):
            if isinstance(hit.payload, Decimal):
                rates.add(hit.payload)
            elif hit.payload is not None:
                times.add(hit.payload)
        if len(rates) == 1:
            return rates.pop()
        if rates:
            return None
        days = len({key[:2] for key in keys if key in self._rules.weekdays})
        if days:
            return Decimal(days) / 7
        return Decimal(len(times)) if times else None

    def _interval(self, keys: Sequence[str]) -> tuple[Decimal | None] | None:
        """Return what "q 6 h", "every other day", "every 4 to 6 hours" say; (None,) for a range."""
        for place, key in enumerate(keys):
            if key not in _EVERY or place + 1 >= len(keys):
                continue
            rest = keys[place + 1 :]
            number = self._number(rest[0])
            if number is None and rest[0] in _ORDINALS:
                number = Decimal(_ORDINALS[rest[0]])
            if number is None:
                continue
            if len(rest) > 3 and rest[1] in _RANGE and self._number(rest[2]) is not None:
                return (None,)
            unit = next((word for word in rest[1:3] if word in self._rules.time_units), None)
            if unit is None and key == "q" and len(rest) == 1 and number in _HOURS:
                unit = "h"
            if unit is not None and number > 0:
                return (_DAY / (number * self._rules.time_units[unit][1]),)
        return None

    def _count(self, keys: Sequence[str]) -> tuple[Decimal | None] | None:
        """Return what "3 times a day", "twice a week", "2 x daily", "2/wk" say; (None,) for a range."""
        for place, key in enumerate(keys):
            number = {"once": Decimal(1), "twice": Decimal(2), "thrice": Decimal(3)}.get(key) or self._number(key)
            if number is None or place + 1 >= len(keys) or key in {"a", "an"}:
                continue
            if keys[place + 1] in _RANGE and place + 2 < len(keys) and self._number(keys[place + 2]) is not None:
                return (None,)
            behind = place + 1 + (keys[place + 1] in _TIMES)
            is_counted = behind > place + 1 or key in {"once", "twice", "thrice"}
            per = behind < len(keys) and keys[behind] in _PER
            unit = keys[behind + per] if behind + per < len(keys) else ""
            if unit in self._rules.time_units and (is_counted or per):
                return (number * _DAY / self._rules.time_units[unit][1],)
        return None

    def duration(self, text: str) -> tuple[Decimal | None, str | None]:
        """Return a duration with its unit of time: "10-day course", "x 5d", "two weeks", "2/52"."""
        keys = keys_of(_GLUED.sub(lambda match: f"{match.group()} ", text.lower()))
        found = []
        for place, key in enumerate(keys):
            if key not in self._rules.time_units or not place:
                continue
            before = place - 1
            while before > 0 and keys[before] in _BETWEEN:
                before -= 1
            number = self._number(keys[before])
            if number is None:
                continue
            if before > 1 and keys[before - 1] in _RANGE and self._number(keys[before - 2]) is not None:
                return None, None
            found.append((number, self._rules.time_units[key][0]))
        if not found and len(keys) == 3 and keys[1] == "/" and keys[2] in _PARTS:
            number = self._number(keys[0])
            return (number, _PARTS[keys[2]]) if number is not None else (None, None)
        return found[0] if len(found) == 1 else (None, None)

    def amount(self, text: str) -> tuple[Decimal | None, str | None]:
        """Return a strength or dosage: "500 mg", "1/2 tab", "one (1) tablet", "two puffs", "25"."""
        keys = [key for key in keys_of(text.lower().replace("one-half", "half")) if key not in {"(", ")", "~"}]
        value, behind = self._leading(keys)
        if value is None:
            return None, None
        if behind == len(keys):
            return value, None
        unit = self._rules.units.at(keys, behind, len(keys))
        if unit is None or any(key[0].isdigit() for key in keys[unit.behind :]) or "/" in keys[unit.behind :]:
            return None, None
        return value, unit.payload

    def _leading(self, keys: Sequence[str]) -> tuple[Decimal | None, int]:
        """Return the number at the beginning of some words and the word behind it; None for a range or a pair."""
        if not keys:
            return None, 0
        if keys[0] == "." and len(keys) > 1 and keys[1].isdigit():
            return number_of(f"0.{keys[1]}"), 2
        value, behind = self._number(keys[0]), 1
        if value is None:
            return None, 0
        if keys[0] in _HALF:
            while behind < len(keys) and keys[behind] in {"a", "an", "of", "the"}:
                behind += 1
            return value, behind
        if keys[1:3] == ["/", "2"] and value == 1:
            return Decimal("0.5"), 3
        if len(keys) > 2 and keys[1] == "and" and keys[2] in {"a", "half", "one"}:
            behind = next((place + 1 for place, key in enumerate(keys) if key in _HALF), 0)
            return (value + Decimal("0.5"), behind) if behind else (None, 0)
        if behind < len(keys) and keys[behind] == str(value):
            behind += 1
        if behind < len(keys) and (keys[behind] in {"/", *_RANGE} or keys[behind][0].isdigit()):
            return None, 0
        return value, behind

    def _number(self, key: str) -> Decimal | None:
        number = self._rules.numbers.get(key)
        return number if number is not None else number_of(key)


_PARTS = {"7": "d", "52": "wk", "12": "mo"}
"""British shorthand: 5/7 is five days, 2/52 two weeks, 3/12 three months."""


def _plain(value: Decimal) -> Decimal:
    """Return a number without zeros at its end and without an exponent."""
    return Decimal(f"{value.normalize():f}")
