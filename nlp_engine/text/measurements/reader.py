"""Values behind a test: "creatinine 3.1", "K+5.9mmol", "BP 140/90", "WBC of 14", "sats 91% on 2L"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from nlp_engine.assessment import Attribute, AttributeLabel, Flag, MentionLabel
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.quantities import Quantity, read_quantity

_MOST_FILLERS = 5
_SCORE = 0.9


def quantity_behind(
    note: ReadNote, place: int, stop: int, rules: AttributeRules, *, most_fillers: int, skip: Callable[[int], int]
) -> Quantity | None:
    """Return the first quantity behind a name, None if words that are no fillers ("of", "was") come before.

    Parameters
    ----------
    skip
        Steps from a word over what the value was before.
    """
    for _ in range(most_fillers):
        place = skip(place)
        quantity = read_quantity(note.tokens, place, stop, rules.value_units, rules.comparators)
        if quantity is not None:
            return quantity
        filler = rules.fillers.at(note.tokens.keys, place, stop) if place < stop else None
        if filler is None:
            return None
        place = filler.behind
    return None


class Measurements:
    """Finds tests by their values, and values by their tests."""

    def __init__(self, rules: AttributeRules) -> None:
        self._rules = rules

    def tests(self, note: ReadNote, mentions: Sequence[Span]) -> list[Span]:
        """Return the names of tests that have a value behind them and overlap none of the mentions (in order)."""
        starts = [span.start for span in mentions]
        tokens = note.tokens
        found = []
        for hit in self._rules.tests.find(tokens.keys):
            start, end = tokens.starts[hit.first], tokens.ends[hit.behind - 1]
            before = bisect_left(starts, end) - 1
            if (before >= 0 and mentions[before].end > start) or not self._is_written_as_test(
                note, hit.first, start, end
            ):
                continue
            if self._value(note, Span(start, end, MentionLabel.TEST)) is not None:
                found.append(Span(start, end, MentionLabel.TEST, _SCORE))
        return found

    def whole_names(self, note: ReadNote, mentions: Sequence[Span]) -> list[Span]:
        """Return the mentions (in order), tests grown to the name they begin: "K" in "K+5.9" is the start of "K+"."""
        starts = [*(mention.start for mention in mentions), len(note.text)]
        return [self._whole_name(note, span, end) for span, end in zip(mentions, starts[1:], strict=True)]

    def _whole_name(self, note: ReadNote, span: Span, end: int) -> Span:
        if span.label != MentionLabel.TEST:
            return span
        first, stop = note.tokens.range_of(span.start, min(end, _sentence_end(note, span.start)))
        hit = self._rules.tests.at(note.tokens.keys, first, stop) if first < stop else None
        return span if hit is None else replace(span, end=max(span.end, note.tokens.ends[hit.behind - 1]))

    def value(self, note: ReadNote, test: Span) -> Attribute | None:
        """Return the value behind a test, None if there is none or it can be read two ways."""
        quantity = self._value(note, test)
        if quantity is None:
            return None
        return self.attribute(note, quantity, self._flag_behind(note, quantity.behind))

    def attribute(self, note: ReadNote, quantity: Quantity, flag: Flag | None = None) -> Attribute:
        """Return a quantity as the value of a test."""
        start, end = note.tokens.starts[quantity.first], note.tokens.ends[quantity.behind - 1]
        return Attribute(
            label=AttributeLabel.VALUE,
            start=start,
            end=end,
            text=note.text[start:end],
            value=quantity.value,
            comparator=quantity.comparator,
            unit=self._rules.ucum(quantity.unit),
            flag=flag,
        )

    def read(self, note: ReadNote, span: Span) -> Attribute:
        """Return a span that the network calls a value, with number, unit and flag where it has exactly one."""
        first, behind = note.tokens.range_of(span.start, span.end)
        hits = self._rules.flags.find(note.tokens.keys, first, behind)
        flags = {hit.payload for hit in hits if self._is_flag(note, hit.first, hit.behind)}
        flag = flags.pop() if len(flags) == 1 else None
        numbers = list(self._quantities(note, first, behind))
        if len(numbers) == 1:
            known = self.attribute(note, numbers[0], flag)
            return known.model_copy(
                update={"start": span.start, "end": span.end, "text": note.text[span.start : span.end]}
            )
        return Attribute(
            label=AttributeLabel.VALUE, start=span.start, end=span.end, text=note.text[span.start : span.end], flag=flag
        )

    def _quantities(self, note: ReadNote, first: int, behind: int) -> Iterator[Quantity]:
        place = first
        while place < behind:
            quantity = read_quantity(note.tokens, place, behind, self._rules.value_units, self._rules.comparators)
            if quantity is not None:
                yield quantity
            elif note.tokens.keys[place][0].isdigit():
                yield Quantity(place, place + 1, None)
            place = quantity.behind if quantity else place + 1

    def _value(self, note: ReadNote, test: Span) -> Quantity | None:
        tokens, rules = note.tokens, self._rules
        first, place = tokens.range_of(test.start, test.end)
        # A unit may follow within a few words, so there is no need to look at the whole sentence.
        stop = min(tokens.range_of(test.end, _sentence_end(note, test.start))[1], place + 24)
        quantity = quantity_behind(
            note, place, stop, rules, most_fillers=_MOST_FILLERS, skip=partial(self._skip_earlier, note, stop=stop)
        )
        return quantity if quantity is not None and self._is_value(note, first, quantity, stop) else None

    def _skip_earlier(self, note: ReadNote, place: int, stop: int) -> int:
        """Step over "from 1.1 to", "up from 1.1 to": what the value was before."""
        keys = note.tokens.keys
        start = place + 1 if place < stop and keys[place] in {"up", "down"} else place
        if start < stop and keys[start] == "from":
            earlier = read_quantity(note.tokens, start + 1, stop, self._rules.value_units)
            if earlier is not None and earlier.is_range:
                return earlier.first + 2
            if earlier is not None and earlier.behind < stop and keys[earlier.behind] == "to":
                return earlier.behind + 1
        return place

    def _is_value(self, note: ReadNote, first: int, quantity: Quantity, stop: int) -> bool:
        tokens, rules = note.tokens, self._rules
        words = tokens.keys[first : quantity.first]
        is_listed = any(hit.behind > hit.first for hit in rules.tests.find(words))
        if quantity.is_pair:
            return any(True for _ in rules.pairs.find(words)) or quantity.unit == "mmHg"
        if quantity.unit is None and quantity.behind < stop:
            follower = rules.not_values.at(tokens.keys, quantity.behind, stop)
            is_attached = tokens.starts[quantity.behind] == tokens.ends[quantity.behind - 1]
            if follower is not None and (tokens.keys[quantity.behind] not in "-/:" or is_attached):
                return False
            if is_attached and tokens.keys[quantity.behind][0].isalnum():
                return False
        return is_listed or (quantity.unit is not None and quantity.unit not in rules.weak_units)

    def _flag_behind(self, note: ReadNote, place: int) -> Flag | None:
        """Return the flag right behind a value: "3.1 (H)", "2.9 L", "14.2 high"."""
        tokens = note.tokens
        place += place < len(tokens.keys) and tokens.keys[place] in {"(", "["}
        if place >= len(tokens.keys):
            return None
        hit = self._rules.flags.at(tokens.keys, place, min(len(tokens.keys), place + 4))
        return hit.payload if hit is not None and self._is_flag(note, hit.first, hit.behind) else None

    @staticmethod
    def _is_flag(note: ReadNote, first: int, behind: int) -> bool:
        """Say whether a word is written as a flag: a letter only in capitals and apart ("2L" is none)."""
        start, end = note.tokens.starts[first], note.tokens.ends[behind - 1]
        is_apart = first == 0 or note.tokens.ends[first - 1] < start or not note.tokens.keys[first - 1][0].isdigit()
        return end - start > 2 or not note.text[start].isalpha() or (note.text[start:end].isupper() and is_apart)

    @staticmethod
    def _is_written_as_test(note: ReadNote, first: int, start: int, end: int) -> bool:
        """Say whether a name of one or two letters is written like one ("Mg", "K"), and is no unit ("10 mg")."""
        text = note.text[start:end]
        if sum(map(str.isalpha, text)) > 2:
            return True
        is_unit = first > 0 and note.tokens.keys[first - 1][0].isdigit()
        return text[0].isupper() and not is_unit and text != "MG"


def _sentence_end(note: ReadNote, place: int) -> int:
    return note.sentences.at(place).end
