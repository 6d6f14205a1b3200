"""Values joined to their test: behind it, before it, in lists of tests, and across the end of a heading's line.

Measured by ``python benchmarks/attributes.py`` on the dev part of our annotated notes, the annotators' own tests and
values given: see `ValueBinder`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nlp_engine.assessment import Attribute, AttributeLabel, MentionLabel
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.measurements.reader import Measurements
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.quantities import Quantity, read_quantity
from nlp_engine.text.tables import Table, find_tables

_FAR, _NEAR = 25, 5
_LONGEST_LIST = 12
_ARROW_ENDS = frozenset(">-\u2192")

Linked = defaultdict[int, list[Attribute]]


@dataclass(slots=True)
class _Work:
    """The tests of one note (places among its mentions), the lists they stand in, and what is linked."""

    note: ReadNote
    mentions: Sequence[Span]
    linked: Linked
    tests: list[int]
    starts: list[int]
    has_value: set[int] = field(default_factory=set)
    cells: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    """Start of a cell of a table -> its end and the tests that head its column."""

    def tests_in(self, start: int, end: int) -> list[int]:
        """Return the tests that begin in a span."""
        return self.tests[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def add(self, place: int, attribute: Attribute) -> None:
        self.linked[place].append(attribute)
        self.has_value.add(place)

    def words(self, start: int, end: int) -> list[str]:
        first, behind = self.note.tokens.range_of(start, max(start, end))
        return self.note.tokens.keys[first : min(behind, first + _FAR + 1)]


class ValueBinder:
    """Joins values to tests.

    Of the annotators' 313 links of values on dev 96.5 % are made, and all of those made are right.
    """

    def __init__(self, rules: AttributeRules, measurements: Measurements) -> None:
        self._rules = rules
        self._measurements = measurements

    def bind(self, note: ReadNote, mentions: Sequence[Span], found: Iterable[Span], linked: Linked) -> list[Span]:
        """Add the values of all tests to ``linked``; return the found spans that are no values."""
        tests = [place for place, mention in enumerate(mentions) if mention.label == MentionLabel.TEST]
        work = _Work(note, mentions, linked, tests, [mentions[place].start for place in tests])
        spans = list(found)
        others = [span for span in spans if span.label != AttributeLabel.VALUE]
        if not tests:
            return others
        for table in find_tables(note.text):
            self._cells(work, table)
        lists = list(self._lists(work))
        for members in lists:
            self._one_each(work, members)
        self._by_words(work)
        taken = sorted((attribute.start, attribute.end) for own in linked.values() for attribute in own)
        for span in spans:
            if span.label == AttributeLabel.VALUE and not _is_taken(taken, span):
                self._join(work, span)
        for members in lists:
            self._share(work, members)
        return others

    def _by_words(self, work: _Work) -> None:
        for place in work.tests:
            if place in work.has_value:
                continue
            value = self._measurements.value(work.note, work.mentions[place])
            following = work.mentions[place + 1] if place + 1 < len(work.mentions) else None
            if value is not None and (following is None or following.start >= value.end):
                work.add(place, value)

    def _cells(self, work: _Work, table: Table) -> None:
        """Join the cells under a row of tests to the test that heads their column."""
        heads = [work.tests_in(*cell) for cell in table.head.cells]
        if not any(heads[1:]):
            return
        for row in table.rows:
            if work.tests_in(row.cells[0][0], row.cells[-1][1]):
                return
            columns = table.columns(row)
            for (start, end), column in zip(row.cells, columns, strict=True):
                tests = heads[column] if column is not None else []
                if tests:
                    work.cells[start] = (end, tests)
                    self._fill(work, start, end, tests)

    def _fill(self, work: _Work, start: int, end: int, tests: Sequence[int]) -> None:
        """Join the numbers that fill a cell, as many as there are tests."""
        first, behind = work.note.tokens.range_of(start, end)
        numbers, place = self._numbers(work.note, first, behind, len(tests))
        if place == behind and len(numbers) == len(tests):
            for test, quantity in zip(tests, numbers, strict=True):
                work.add(test, self._measurements.attribute(work.note, quantity))

    def _lists(self, work: _Work) -> Iterator[list[int]]:
        """Yield tests that a list joins: "Na/K", "AST, ALT and bilirubin"; nothing else may stand between them."""
        members: list[int] = []
        for place in work.tests:
            if members and not (self._is_joined(work, members[-1], place) and len(members) < _LONGEST_LIST):
                if len(members) > 1:
                    yield members
                members = []
            members.append(place)
        if len(members) > 1:
            yield members

    def _is_joined(self, work: _Work, place: int, other: int) -> bool:
        if other != place + 1 or work.mentions[place].end > work.mentions[other].start:
            return False
        between = work.words(work.mentions[place].end, work.mentions[other].start)
        # A blank line or the end of a sentence parts them.
        gap = work.note.text[work.mentions[place].end : work.mentions[other].start]
        return 0 < len(between) <= 3 and all(key in self._rules.joins for key in between) and "\n\n" not in gap

    def _one_each(self, work: _Work, members: Sequence[int]) -> None:
        """Join as many numbers as tests, in order: "Na/K 135/4.1", "AST and ALT were 24 and 19"."""
        last = work.mentions[members[-1]]
        columns = list(self._number_lists(work.note, last, len(members)))
        for numbers in columns:
            for place, quantity in zip(members, numbers, strict=True):
                work.add(place, self._measurements.attribute(work.note, quantity))

    def _number_lists(self, note: ReadNote, last: Span, size: int) -> Iterator[list[Quantity]]:
        """Yield the lists of numbers behind the last test of a list, one a column of a table."""
        tokens = note.tokens
        stop = tokens.range_of(last.end, max(last.end, note.sentences.at(last.start).end))[1]
        place = tokens.range_of(last.start, last.end)[1]
        stop = min(stop, place + 8 * size + 24)
        place = self._rules.behind_fillers(tokens.keys, place, stop, _NEAR)
        while place < stop:
            numbers, place = self._numbers(note, place, stop, size)
            if len(numbers) == size:
                yield numbers
            elif numbers or tokens.keys[place] not in "-\u2013":
                return
            else:
                place += 1

    def _numbers(self, note: ReadNote, place: int, stop: int, size: int) -> tuple[list[Quantity], int]:
        tokens, numbers = note.tokens, list[Quantity]()
        while place < stop and len(numbers) < size:
            limit = place + 1
            units, comparators = self._rules.value_units, self._rules.comparators
            whole = read_quantity(tokens, place, stop, units, comparators, in_list=True)
            single = read_quantity(tokens, place, limit, units, in_list=True)
            quantity = single if whole is None or whole.is_pair or whole.is_range else whole
            if quantity is None:
                break
            numbers.append(quantity)
            place = quantity.behind
            while place < stop and len(numbers) < size and tokens.keys[place] in self._rules.joins:
                place += 1
        return numbers, place

    def _join(self, work: _Work, span: Span) -> None:
        attribute = self._measurements.read(work.note, span)
        end, heads = work.cells.get(span.start, (0, []))
        host = heads[0] if len(heads) == 1 and span.end <= end else self._host(work, span)
        # The sign of an ion that became part of its name ("K+") is no value any more.
        is_sign = not any(letter.isalnum() for letter in attribute.text)
        if host is not None and not (is_sign and span.start < work.mentions[host].end):
            work.add(host, attribute)

    def _host(self, work: _Work, span: Span) -> int | None:
        """Return the test that a value belongs to, of its sentence if there is one."""
        note, mentions = work.note, work.mentions
        sentence = note.sentences.at(span.start)
        low, high = bisect_left(work.starts, sentence.start), bisect_left(work.starts, sentence.end)
        middle = bisect_right(work.starts, span.start, low, high)
        previous = work.tests[middle - 1] if middle > low else None
        following = work.tests[middle] if middle < high else None
        if previous is None and following is None:
            return self._told_before(work, span, sentence.start, low)
        if previous is not None and mentions[previous].end > span.start:
            return previous
        before = work.words(mentions[previous].end, span.start) if previous is not None else None
        after = work.words(span.end, mentions[following].start) if following is not None else None
        if following is not None and self._is_before(work, span, before, after, following):
            return following
        if previous is not None and before is not None and len(before) <= _FAR:
            return self._main_test(work, previous, middle - 1 > low)
        return following if after is not None and len(after) <= _NEAR else None

    def _is_before(
        self, work: _Work, span: Span, before: list[str] | None, after: list[str] | None, following: int
    ) -> bool:
        """Say whether a value stands before its test: "normal strength", "a preserved ejection fraction"."""
        if after is None or not all(key in self._rules.between for key in after):
            return False
        if before is None or (any(key in self._rules.breaks for key in before) and before[-1] not in _ARROW_ENDS):
            return True
        # Behind an arrow stands a newer value of the test before.
        is_free = bool(before) and before[-1] not in _ARROW_ENDS and self._rules.fillers.get((before[-1],)) is None
        return not after and is_free and following not in work.has_value

    def _main_test(self, work: _Work, place: int, has_earlier: bool) -> int:
        """Return the test that is measured, not the one it is measured by: "ejection fraction on echocardiogram"."""
        if not has_earlier or work.mentions[place - 1].label != MentionLabel.TEST:
            return place
        between = work.words(work.mentions[place - 1].end, work.mentions[place].start)
        is_means = 0 < len(between) <= 3 and any(key in self._rules.means for key in between)
        return place - 1 if is_means and place - 1 not in work.has_value else place

    def _told_before(self, work: _Work, span: Span, sentence: int, low: int) -> int | None:
        """Return the test of a heading or sentence before, where the value's own names none.

        "ESTIMATED BLOOD LOSS:" with "None" below; "X-rays were obtained. These are normal".
        """
        if low == 0:
            return None
        place = work.tests[low - 1]
        test, note = work.mentions[place], work.note
        own = work.words(sentence, span.start)
        between = work.words(test.end, sentence)
        if not own and (not between or between == [":"]) and note.text[sentence : span.end].count("\n") == 0:
            return place
        is_next = note.sentences.index_at(sentence) - note.sentences.index_at(test.start) == 1
        if is_next and own and own[0] in self._rules.pronouns and len(own) <= _NEAR:
            return place
        return None

    def _share(self, work: _Work, members: Sequence[int]) -> None:
        """Give a value in words of one end of a list to all: "AST and ALT were elevated", "normal CBC and BMP"."""
        without = [place for place in members if place not in work.has_value]
        if not without:
            return
        last = members[-1]
        if last in work.has_value and members[-2] not in work.has_value:
            self._copy(work, last, [place for place in without if place < last], behind=True)
        first = members[0]
        if first in work.has_value and members[1] not in work.has_value:
            self._copy(work, first, without, behind=False)

    def _copy(self, work: _Work, source: int, targets: Sequence[int], *, behind: bool) -> None:
        edge = work.mentions[source]
        values = [value for value in work.linked[source] if value.label is AttributeLabel.VALUE]
        values = [value for value in values if (value.start >= edge.end if behind else value.end <= edge.start)]
        if len(values) != 1:
            return
        # A number is that of the last test only, unless it is a grade: "APB, EPL and ADM 5/5".
        value = values[0]
        if any(map(str.isdigit, value.text)) and value.text not in self._rules.grades:
            return
        for place in targets:
            if all(value.start != other.start for other in work.linked[place]):
                work.add(place, value)


def _is_taken(taken: Sequence[tuple[int, int]], span: Span) -> bool:
    after = bisect_left(taken, (span.end, 0))
    return after > 0 and max(end for _, end in taken[max(0, after - 2) : after]) > span.start
