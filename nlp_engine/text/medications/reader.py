"""What stands behind a drug: "metformin 500 mg PO BID", "2 puffs every 4 hours as needed".

With what the network finds, attributes of drugs reach a relaxed F1 of 91.9 on the dev part of our annotated notes, the
mentions given (``benchmarks/attributes.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nlp_engine.assessment import Attribute, AttributeLabel
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.quantities import Quantity, number_of, only_quantity, read_quantity

_NUMBER = "#"
_REACH = 30
_MOST_UNKNOWN = 2
_MOST_PIECES = 4
"""A number without a unit up to this one counts tablets; a greater one is a strength."""
_BEFORE_DURATION = frozenset({"for", "x"})


class Medications:
    """Finds strength, dosage, form, route, frequency and duration behind a drug."""

    def __init__(self, rules: AttributeRules) -> None:
        self._rules = rules

    def attributes(self, note: ReadNote, drug: Span, stop_at: int, before_drug: bool) -> list[Attribute]:
        """Return what belongs to a drug, in order.

        Parameters
        ----------
        stop_at
            Offset of the next drug or of the sentence's end: nothing behind it is looked at.
        before_drug
            Whether a drug stands there: what stands right before it behind a break ("and 2 mg of") is its own.
        """
        tokens = note.tokens
        _, place = tokens.range_of(drug.start, drug.end)
        _, stop = tokens.range_of(drug.end, max(drug.end, stop_at))
        stop = min(stop, place + _REACH)
        numbered = [_NUMBER if key[0].isdigit() else key for key in tokens.keys[place:stop]]
        found = list(_joined(note, self._walk(note, place, stop, numbered)))
        return self._without_next(note, drug, found, stop_at) if before_drug and len(numbered) < _REACH else found

    def _without_next(self, note: ReadNote, drug: Span, found: list[Attribute], next_start: int) -> list[Attribute]:
        """Leave out what stands right before the next drug and behind a break: "Versed and 75 mg of [Demerol]"."""
        behind = next_start
        for count in range(len(found), 0, -1):
            first, last = note.tokens.range_of(found[count - 1].end, behind)
            if not all(key in self._rules.between for key in note.tokens.keys[first:last]):
                return found
            behind = found[count - 1].start
            before, _ = note.tokens.range_of(behind, behind)
            if (
                before > 0
                and note.tokens.keys[before - 1] in self._rules.breaks
                and note.tokens.starts[before - 1] >= drug.end
            ):
                return found[: count - 1]
        return found

    def _walk(self, note: ReadNote, place: int, stop: int, numbered: Sequence[str]) -> Iterator[Attribute]:
        begin, unknown, after_break = place, 0, False
        while place < stop and unknown <= _MOST_UNKNOWN:
            known = self._at(note, place, stop, numbered, begin)
            if known is not None:
                attribute, place = known
                unknown, after_break = 0, False
                yield attribute
                continue
            key = note.tokens.keys[place]
            if key in self._rules.ends or (after_break and key not in self._rules.breaks):
                return
            after_break = after_break or key in self._rules.breaks
            unknown += key[0].isalnum() and key not in self._rules.between
            place += 1

    def _at(
        self, note: ReadNote, place: int, stop: int, numbered: Sequence[str], begin: int
    ) -> tuple[Attribute, int] | None:
        hit = self._rules.medication.at(numbered, place - begin, stop - begin)
        quantity = self._quantity(note, place, stop)
        if hit is not None and (quantity is None or hit.behind + begin > quantity[1].behind):
            is_led = hit.payload is AttributeLabel.DURATION and note.tokens.keys[place] in _BEFORE_DURATION
            return _attribute(note, place + is_led, hit.behind + begin, hit.payload), hit.behind + begin
        if quantity is None:
            return self._bare(note, place, stop, numbered, begin)
        label, read = quantity
        return _attribute(note, read.first, read.behind, label, read), read.behind

    def _bare(
        self, note: ReadNote, place: int, stop: int, numbered: Sequence[str], begin: int
    ) -> tuple[Attribute, int] | None:
        """Return a number without a unit between a drug and its route or frequency: "amlodipine 10 qd"."""
        tokens = note.tokens
        if place != begin or place + 1 >= stop:
            return None
        behind = place + 1
        value = number_of(tokens.keys[place])
        if (
            value is not None
            and behind + 1 < stop
            and tokens.keys[behind] == "/"
            and number_of(tokens.keys[behind + 1])
        ):
            value, behind = None, behind + 2
        elif value is None:
            return None
        hit = self._rules.medication.at(numbered, behind - begin, stop - begin) if behind < stop else None
        if hit is None or hit.payload not in {AttributeLabel.FREQUENCY, AttributeLabel.ROUTE}:
            return None
        is_count = value is not None and value <= _MOST_PIECES and value == int(value)
        label = AttributeLabel.DOSAGE if is_count else AttributeLabel.STRENGTH
        return _attribute(note, place, behind, label, Quantity(place, behind, value)), behind

    def _quantity(self, note: ReadNote, place: int, stop: int) -> tuple[AttributeLabel, Quantity] | None:
        for label, units in (
            (AttributeLabel.STRENGTH, self._rules.strength_units),
            (AttributeLabel.DOSAGE, self._rules.dosage_units),
        ):
            read = read_quantity(note.tokens, place, stop, units)
            if read is not None and read.unit is not None:
                return label, read
        return None

    def read(self, note: ReadNote, span: Span) -> Attribute:
        """Return a span of the network; a dose that is a number with a unit of mass is a strength."""
        first, behind = note.tokens.range_of(span.start, span.end)
        label = AttributeLabel(span.label)
        quantity: Quantity | None = None
        if label in {AttributeLabel.DOSAGE, AttributeLabel.STRENGTH}:
            quantity = only_quantity(note.tokens, first, behind, [self._rules.strength_units])
            if quantity is not None:
                label = AttributeLabel.STRENGTH
            else:
                quantity = only_quantity(note.tokens, first, behind, [self._rules.dosage_units])
                label = AttributeLabel.DOSAGE if quantity is not None else label
        return Attribute(
            label=label,
            start=span.start,
            end=span.end,
            text=note.text[span.start : span.end],
            value=quantity.value if quantity else None,
            unit=quantity.unit if quantity else None,
        )


def _joined(note: ReadNote, attributes: Iterable[Attribute]) -> Iterator[Attribute]:
    """Make one of frequencies with nothing but a blank between them ("b.i.d. p.r.n.")."""
    last: Attribute | None = None
    for attribute in attributes:
        if (
            last is not None
            and last.label is attribute.label is AttributeLabel.FREQUENCY
            and note.text[last.end : attribute.start].isspace()
        ):
            text = note.text[last.start : attribute.end]
            last = last.model_copy(update={"end": attribute.end, "text": text})
            continue
        if last is not None:
            yield last
        last = attribute
    if last is not None:
        yield last


def _attribute(
    note: ReadNote, first: int, behind: int, label: AttributeLabel, quantity: Quantity | None = None
) -> Attribute:
    start, end = note.tokens.starts[first], note.tokens.ends[behind - 1]
    return Attribute(
        label=label,
        start=start,
        end=end,
        text=note.text[start:end],
        value=quantity.value if quantity else None,
        unit=quantity.unit if quantity else None,
    )
