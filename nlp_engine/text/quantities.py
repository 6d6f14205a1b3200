"""Numbers with comparator and unit: "< 0.01 ng/mL", "500 mg", "140/90 mmHg"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nlp_engine.text.attributes.rules import Comparator
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import Tokens

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_MOST_DIGITS = 12
_DASHES = frozenset("-\u2013")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in words ``first`` to ``behind``; ``value`` None for a range or a pair (its text says it all).

    ``unit_at`` is the word behind the number, where the unit begins if there is one.
    """

    first: int
    behind: int
    value: Decimal | None
    comparator: Comparator | None = None
    unit: str | None = None
    is_pair: bool = False
    is_range: bool = False
    unit_at: int | None = None


def number_of(key: str) -> Decimal | None:
    """Return the number that a word is: "1,200" is 1200, "5,6" is 5.6; None if it is none or can be read two ways."""
    if len(key) > _MOST_DIGITS:
        return None
    if _THOUSANDS.fullmatch(key):
        return Decimal(key.replace(",", ""))
    if _DECIMAL_COMMA.fullmatch(key):
        return Decimal(key.replace(",", "."))
    return Decimal(key) if _PLAIN.fullmatch(key) else None


def read_quantity(
    tokens: Tokens,
    place: int,
    stop: int,
    units: PhraseTable[str],
    comparators: PhraseTable[Comparator] | None = None,
    *,
    in_list: bool = False,
) -> Quantity | None:
    """Return the quantity that begins at a word, None if there is none or it can be read two ways.

    Parameters
    ----------
    stop
        The word that the quantity must end before.
    units, comparators
        Tables of the words that may stand behind and before the number.
    in_list
        The number is known to be one of a list, so that a sign before it ("135/4.1") only parts it from the others.
    """
    keys, first = tokens.keys, place
    hit = comparators.at(keys, place, stop) if comparators and place < stop else None
    if hit is not None:
        place = hit.behind
    dot = place + 1 < stop and keys[place] == "." and tokens.ends[place] == tokens.starts[place + 1]
    place += dot
    if place >= stop or not keys[place][0].isdigit() or (not in_list and _is_glued(tokens, first, place, dot=dot)):
        return None
    value = number_of(f"0.{keys[place]}" if dot and keys[place].isdigit() else keys[place])
    if value is None:
        return None
    behind, is_pair, is_range = place + 1, False, False
    if behind + 1 < stop and keys[behind + 1][0].isdigit() and number_of(keys[behind + 1]) is not None:
        is_pair, is_range = keys[behind] == "/", keys[behind] in _DASHES or keys[behind] == "to"
    if is_pair or is_range:
        behind += 2
    unit = units.at(keys, behind, stop) if behind < stop else None
    return Quantity(
        first,
        unit.behind if unit else behind,
        None if is_pair or is_range else value,
        hit.payload if hit else None,
        unit.payload if unit else None,
        is_pair,
        is_range,
        behind,
    )


def _is_glued(tokens: Tokens, first: int, place: int, *, dot: bool) -> bool:
    """Say whether a sign right before the number makes it something else ("-4", "1.2.3", "#3")."""
    before = (place - 2) if dot else (place - 1)
    if before < 0 or first <= before:
        return False
    start = tokens.starts[place - 1] if dot else tokens.starts[place]
    return (
        tokens.ends[before] == start
        and tokens.keys[before] in {"-", "\u2013", "/", ".", "#", "+"}
        and before > 0
        and (tokens.keys[before] != "+" or tokens.ends[before - 1] != tokens.starts[before])
    )


def only_quantity(tokens: Tokens, first: int, behind: int, units: Sequence[PhraseTable[str]]) -> Quantity | None:
    """Return the quantity that fills some words from end to end, with a unit of one of the tables."""
    for table in units:
        quantity = read_quantity(tokens, first, behind, table)
        if quantity is not None and quantity.unit is not None and quantity.behind == behind:
            return quantity
    return None
