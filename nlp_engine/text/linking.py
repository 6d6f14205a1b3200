"""Attributes joined to the mention they belong to, within one sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from nlp_engine.assessment import Attribute, AttributeLabel, MentionLabel
from nlp_engine.text.attribute_rules import AttributeRules
from nlp_engine.text.measurements import Measurements
from nlp_engine.text.medications import Medications
from nlp_engine.text.note import ReadNote, Span

_DRUG = frozenset({MentionLabel.DRUG, MentionLabel.TREATMENT})
_PROBLEM = frozenset({MentionLabel.PROBLEM})
_ANY = frozenset({MentionLabel.PROBLEM, MentionLabel.TEST, MentionLabel.TREATMENT, MentionLabel.DRUG})
_HOSTS = {
    AttributeLabel.VALUE: frozenset({MentionLabel.TEST}),
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
_DOSES = frozenset(label for label, hosts in _HOSTS.items() if hosts == _DRUG) | {AttributeLabel.FREQUENCY}
_DESCRIBES = frozenset({AttributeLabel.SEVERITY, AttributeLabel.COURSE, AttributeLabel.BODY_LOCATION})
_FAR, _NEAR = 25, 5
"""Farthest host in words: behind a mention there may be a list of doses; a description stands right at its problem."""

Linked = defaultdict[int, list[Attribute]]


class Linker:
    """Finds attributes by their words and joins those of the network."""

    def __init__(self, rules: AttributeRules) -> None:
        self._rules = rules
        self.measurements = Measurements(rules)
        self._medications = Medications(rules)

    def link(self, note: ReadNote, mentions: Sequence[Span], found: Iterable[Span]) -> list[tuple[Attribute, ...]]:
        """Return the attributes of each mention.

        Parameters
        ----------
        mentions
            In order of their start; they may overlap when a caller gave them.
        found
            Attribute spans of the network.
        """
        linked: Linked = defaultdict(list)
        self._by_words(note, mentions, linked)
        taken = sorted((attribute.start, attribute.end) for own in linked.values() for attribute in own)
        for span in found:
            after = bisect_left(taken, (span.end, 0))
            if after == 0 or max(end for _, end in taken[max(0, after - 2) : after]) <= span.start:
                self._join(note, mentions, span, linked)
        self._describe(note, mentions, linked)
        return [_ordered(linked[place]) for place in range(len(mentions))]

    def _by_words(self, note: ReadNote, mentions: Sequence[Span], linked: Linked) -> None:
        next_drug = len(note.text)
        for place in range(len(mentions) - 1, -1, -1):
            mention = mentions[place]
            if mention.label == MentionLabel.TEST:
                value = self.measurements.value(note, mention)
                if value is not None and (place + 1 == len(mentions) or mentions[place + 1].start >= value.end):
                    linked[place].append(value)
            elif mention.label == MentionLabel.DRUG:
                stop = min(next_drug, note.sentences.at(mention.start).end)
                linked[place] += self._medications.attributes(note, mention, stop)
                next_drug = mention.start

    def _join(self, note: ReadNote, mentions: Sequence[Span], span: Span, linked: Linked) -> None:
        label = AttributeLabel(span.label)
        if label is AttributeLabel.VALUE:
            attribute = self.measurements.read(note, span)
        elif label is AttributeLabel.DOSAGE:
            attribute = self._medications.read(note, span)
        else:
            attribute = Attribute(label=label, start=span.start, end=span.end, text=note.text[span.start : span.end])
        host = self._host(note, mentions, span, label)
        # The sign of an ion that became part of its name ("K+") is no value any more.
        is_sign = not any(letter.isalnum() for letter in attribute.text)
        if host is None or (is_sign and mentions[host].start <= span.start < mentions[host].end):
            return
        linked[host].append(attribute)

    def _host(self, note: ReadNote, mentions: Sequence[Span], span: Span, label: AttributeLabel) -> int | None:
        """Return the mention that an attribute belongs to: the one it stands in, or the better of its neighbours."""
        sentence = note.sentences.at(span.start)
        low = bisect_left(mentions, sentence.start, key=lambda mention: mention.start)
        high = bisect_left(mentions, sentence.end, key=lambda mention: mention.start)
        middle = bisect_right(mentions, span.start, low, high, key=lambda mention: mention.start)
        before = [place for place in range(max(low, middle - _FAR), middle) if mentions[place].label in _HOSTS[label]]
        after = [place for place in range(middle, min(high, middle + _FAR)) if mentions[place].label in _HOSTS[label]]
        previous, following = before[-1] if before else None, after[0] if after else None
        if previous is not None and mentions[previous].end > span.start:
            return previous
        reach = _NEAR if label in _DESCRIBES else _FAR
        words_before = self._between(note, mentions[previous].end, span.start) if previous is not None else None
        words_after = self._between(note, span.end, mentions[following].start) if following is not None else None
        follows_closely = words_after is not None and all(key in self._rules.between for key in words_after)
        is_parted = words_before is not None and any(key in self._rules.breaks for key in words_before)
        if is_parted and label in _DOSES and words_before and words_before[-1] not in self._rules.breaks:
            # "metformin 500 mg daily, Xyz 80 mg": the dose is that of a drug nobody found.
            return following if follows_closely else None
        if follows_closely and (words_before is None or is_parted or label in _DESCRIBES):
            return following
        if words_before is not None and len(words_before) <= reach and not (is_parted and label in _DESCRIBES):
            return previous
        return following if words_after is not None and len(words_after) <= _NEAR else None

    @staticmethod
    def _between(note: ReadNote, start: int, end: int) -> list[str]:
        first, behind = note.tokens.range_of(start, max(start, end))
        return note.tokens.keys[first : min(behind, first + _FAR + 1)]

    def _describe(self, note: ReadNote, mentions: Sequence[Span], linked: Linked) -> None:
        """Add words of severity and course right before a problem, and body parts right at it."""
        for place, mention in enumerate(mentions):
            if mention.label != MentionLabel.PROBLEM:
                continue
            self._words_before(note, mention, linked[place], mentions[place - 1].end if place else 0)
            for other in (place - 1, place + 1):
                if 0 <= other < len(mentions) and mentions[other].label == MentionLabel.ANATOMY:
                    part = mentions[other]
                    if self._is_adjacent(note, mention, part):
                        text = note.text[part.start : part.end]
                        linked[place].append(
                            Attribute(label=AttributeLabel.BODY_LOCATION, start=part.start, end=part.end, text=text)
                        )

    def _words_before(self, note: ReadNote, mention: Span, own: list[Attribute], edge: int) -> None:
        tokens = note.tokens
        place, _ = tokens.range_of(mention.start, mention.end)
        low, _ = tokens.range_of(max(edge, note.sentences.at(mention.start).start), edge)
        low = max(low, place - 2 * _NEAR)
        while place > low:
            sizes = [size for size in (3, 2, 1) if place - size >= low]
            hits = [self._rules.descriptions.at(tokens.keys, place - size, place) for size in sizes]
            hit = next((hit for hit in hits if hit is not None and hit.behind == place), None)
            if hit is None:
                return
            start, end = tokens.starts[hit.first], tokens.ends[hit.behind - 1]
            if all(attribute.start >= end or attribute.end <= start for attribute in own):
                own.append(Attribute(label=hit.payload, start=start, end=end, text=note.text[start:end]))
            place = hit.first

    def _is_adjacent(self, note: ReadNote, problem: Span, part: Span) -> bool:
        first, second = sorted((problem, part), key=lambda span: span.start)
        if first.end > second.start or note.sentences.index_at(first.start) != note.sentences.index_at(second.start):
            return False
        words = self._between(note, first.end, second.start)
        # "chest pain", but "pain in the chest": between a part and the problem behind it nothing may stand.
        return not words if first is part else bool(words) and all(key in self._rules.between for key in words)


def _ordered(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    unique = {(attribute.start, attribute.end, attribute.label): attribute for attribute in attributes}
    return tuple(unique[key] for key in sorted(unique))
