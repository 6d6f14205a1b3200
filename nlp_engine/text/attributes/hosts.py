"""Which mentions an attribute belongs to: its neighbours, those in a list with them, a table's, a log entry's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from nlp_engine.assessment import AttributeLabel, MentionLabel
from nlp_engine.text.attributes.columns import Columns
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.tokens import lines_of

_DRUG = frozenset({MentionLabel.DRUG, MentionLabel.TREATMENT})
_PROBLEM = frozenset({MentionLabel.PROBLEM})
_ANY = frozenset({MentionLabel.PROBLEM, MentionLabel.TEST, MentionLabel.TREATMENT, MentionLabel.DRUG})
HOSTS = {
    AttributeLabel.STRENGTH: _DRUG,
    AttributeLabel.DOSAGE: _DRUG,
    AttributeLabel.FORM: _DRUG,
    AttributeLabel.ROUTE: _DRUG,
    AttributeLabel.FREQUENCY: _ANY,
    AttributeLabel.DURATION: _DRUG | _PROBLEM,
    AttributeLabel.SEVERITY: _PROBLEM,
    AttributeLabel.COURSE: _PROBLEM,
    AttributeLabel.BODY_LOCATION: _ANY - {MentionLabel.DRUG},
    AttributeLabel.DATE: _ANY,
}
_DOSES = frozenset(label for label, hosts in HOSTS.items() if hosts == _DRUG) | {AttributeLabel.FREQUENCY}
_DESCRIBES = frozenset({AttributeLabel.SEVERITY, AttributeLabel.COURSE, AttributeLabel.BODY_LOCATION})
_SHARED_BEHIND = frozenset(
    {
        AttributeLabel.FORM,
        AttributeLabel.FREQUENCY,
        AttributeLabel.DURATION,
        AttributeLabel.DATE,
        AttributeLabel.BODY_LOCATION,
    }
)
"""What may stand once behind several mentions ("lisinopril and HCTZ daily"); a strength is that of one drug."""
_SHARED_BEFORE = frozenset({AttributeLabel.DATE, AttributeLabel.DURATION, AttributeLabel.BODY_LOCATION})
_DATED, _RESULTS = _ANY - _PROBLEM, frozenset({MentionLabel.TEST})
"""What a date at the head of a line dates all along the line; findings in a dated report are often older."""
FAR, NEAR = 25, 5
"""Farthest host in words: behind a mention there may be a list of doses; a description stands right at its problem."""
_MOST_SHARED, _LONGEST_HEAD = 12, 30


class Hosts:
    """Finds the hosts of attributes in one note.

    Parameters
    ----------
    mentions
        In order of their start.
    attributes
        All attribute spans of the network; dates make out the columns of tables and the entries of a log.
    """

    def __init__(
        self, rules: AttributeRules, note: ReadNote, mentions: Sequence[Span], attributes: Sequence[Span]
    ) -> None:
        self._rules = rules
        self._note = note
        self._mentions = mentions
        self._starts = [mention.start for mention in mentions]
        dates = sorted((span for span in attributes if span.label == AttributeLabel.DATE), key=lambda span: span.start)
        self._dates = [span.start for span in dates]
        self._lines = list(lines_of(note.text)) if dates else []
        self._columns = Columns(note, mentions, dates)

    def of(self, span: Span) -> list[int]:
        """Return the places of the mentions that an attribute belongs to: one, or those of a table or a log entry."""
        label = AttributeLabel(span.label)
        in_table = self._columns.hosts(span)
        if in_table:
            return in_table
        nearest = self._nearest(span, label)
        found = dict.fromkeys([] if nearest is None else [nearest])
        if label is AttributeLabel.DATE:
            found.update(dict.fromkeys(self._along_line(span)))
        return list(found)

    def shared(self, span: Span, hosts: Sequence[int]) -> list[int]:
        """Return the hosts of an attribute and what is coordinated with the first of them."""
        if not hosts:
            return []
        return list(dict.fromkeys([*hosts, *self._coordinated(span, AttributeLabel(span.label), hosts[0])]))

    def _nearest(self, span: Span, label: AttributeLabel) -> int | None:
        sentence = self._note.sentences.at(span.start)
        low = bisect_left(self._starts, sentence.start)
        high = bisect_left(self._starts, sentence.end)
        middle = bisect_right(self._starts, span.start, low, high)
        previous = next((place for place in self._places(middle - 1, max(low, middle - FAR) - 1, label)), None)
        following = next((place for place in self._places(middle, min(high, middle + FAR), label)), None)
        if previous is not None and self._mentions[previous].end > span.start:
            return previous
        behind = None if previous is None else self._between(self._mentions[previous].end, span.start)
        ahead = None if following is None else self._between(span.end, self._mentions[following].start)
        return self._better(label, (previous, behind), (following, ahead))

    def _places(self, start: int, stop: int, label: AttributeLabel) -> Iterator[int]:
        for place in range(start, stop, 1 if stop >= start else -1):
            if self._mentions[place].label in HOSTS[label]:
                yield place

    def _better(
        self,
        label: AttributeLabel,
        before: tuple[int | None, list[str] | None],
        after: tuple[int | None, list[str] | None],
    ) -> int | None:
        """Choose between the mention before an attribute and the one behind it by the words in between."""
        rules = self._rules
        (previous, behind), (following, ahead) = before, after
        near = rules.between | (rules.dose_words - rules.breaks if label in _DOSES else frozenset())
        follows_closely = ahead is not None and all(
            key in near or (label in _DOSES and key[0].isdigit()) for key in ahead
        )
        is_parted = behind is not None and any(key in rules.breaks for key in behind)
        if is_parted and label in _DOSES and behind and behind[-1] not in rules.breaks and self._names_other(behind):
            # "metformin 500 mg daily, Xyz 80 mg": the dose is that of a drug nobody found.
            return following if follows_closely else None
        if follows_closely and (behind is None or is_parted or label in _DESCRIBES):
            return following
        reach = NEAR if label in _DESCRIBES else FAR
        if behind is not None and len(behind) <= reach and not (is_parted and label in _DESCRIBES):
            return previous
        return following if ahead is not None and len(ahead) <= NEAR else None

    def _names_other(self, words: Sequence[str]) -> bool:
        """Say whether behind the last break there is a word that may be the name of a drug."""
        last = max(place for place, key in enumerate(words) if key in self._rules.breaks)
        return any(
            key[0].isalpha() and key not in self._rules.dose_words
            for key in words[last:]
            if key not in self._rules.breaks
        )

    def _coordinated(self, span: Span, label: AttributeLabel, host: int) -> Iterator[int]:
        """Yield the other members of a list that an attribute stands before or behind: "edema of the legs or rash"."""
        mention = self._mentions[host]
        if mention.end <= span.start and label in _SHARED_BEHIND:
            own = self._between(mention.end, span.start)
            if label not in _DOSES or not any(key[0].isdigit() for key in own):
                yield from self._members(host, -1, label)
        elif mention.start >= span.end and label in _SHARED_BEFORE:
            yield from self._members(host, 1, label)

    def _members(self, host: int, step: int, label: AttributeLabel) -> Iterator[int]:
        members, is_joined = [], False
        place = host
        sentence = self._note.sentences.at(self._mentions[host].start)
        for _ in range(_MOST_SHARED):
            other = place + step
            while 0 <= other < len(self._mentions) and self._mentions[other].label == MentionLabel.ANATOMY:
                other += step
            if not 0 <= other < len(self._mentions) or self._mentions[other].label not in HOSTS[label]:
                break
            first, second = sorted((self._mentions[place], self._mentions[other]), key=lambda mention: mention.start)
            if first.end > second.start or first.start < sentence.start or second.end > sentence.end:
                break
            words = self._between(first.end, second.start)
            if not words or not all(key in self._rules.joiners or key in self._rules.list_words for key in words):
                break
            is_joined = is_joined or any(key in self._rules.joiners for key in words)
            members.append(other)
            place = other
            if step < 0 and not is_joined:
                break
        yield from members if is_joined else ()

    def _along_line(self, span: Span) -> Iterator[int]:
        """Yield what stands in the line that a date heads ("0748  ketorolac 15 mg IV, NS 1 L"), up to the next date."""
        start, end = self._lines[bisect_right(self._lines, (span.start, len(self._note.text) + 1)) - 1]
        text, stop = self._note.text, span.end
        if span.start - start > _LONGEST_HEAD or not any(map(str.isdigit, text[span.start : stop])):
            return
        head = text[start : span.start]
        is_title = len(head.split()) <= 2 and text[stop : stop + 2].lstrip(")] ").startswith(":")
        if (not is_title and any(map(str.isalnum, head))) or self._places_in(start, span.start):
            return
        following = bisect_right(self._dates, span.start)
        if following < len(self._dates):
            end = min(end, self._dates[following])
        for place in self._places_in(stop, end):
            if self._mentions[place].label in (_RESULTS if is_title else _DATED):
                yield place

    def _places_in(self, start: int, end: int) -> range:
        return range(bisect_left(self._starts, start), bisect_left(self._starts, end))

    def _between(self, start: int, end: int) -> list[str]:
        first, behind = self._note.tokens.range_of(start, max(start, end))
        return self._note.tokens.keys[first : min(behind, first + FAR + 1)]
