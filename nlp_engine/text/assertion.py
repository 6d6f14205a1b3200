"""Whether a thing is there, when, and who has it: cues of the same sentence or list, else of the section.

A network may have a say beside them. The method of the cues is that of ConText (Harkema H et al., J Biomed Inform
2009;42:839), with the words as data.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nlp_engine.assessment import Cue, Experiencer, MentionLabel, Presence, Temporality
from nlp_engine.text.assertion_rules import AXES, MINUS, AssertionRules, Axis, CueRule, Signal, Value, lookup_keys
from nlp_engine.text.ner.judgements import Judgements
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.phrases import Hit
from nlp_engine.text.sections import Heading
from nlp_engine.text.sentences import Sentence
from nlp_engine.text.tokens import lines_of

_FORWARD, _BACKWARD = 200, 40
"""Farthest reach of a cue in words, so that a text without full stops takes no longer than others."""
_FROM_LIST_HEAD = 1000
DEFAULTS: Mapping[Axis, Value] = {
    "presence": Presence.PRESENT,
    "temporality": Temporality.CURRENT,
    "experiencer": Experiencer.PATIENT,
}
_UNSAID = frozenset({Temporality.CURRENT, Experiencer.PATIENT})
_ITEM_LENGTH = 60
_PLUS, _MINUS = re.compile(r"(?<![^\s,(])\+(?=[A-Za-z])"), re.compile(r"(?<![^\s,(])-(?=[A-Za-z])")
_LAST_ITEM = frozenset({"or", "nor"})


@dataclass(frozen=True, slots=True)
class Assertion:
    """The three axes and the words that decided."""

    presence: Presence = Presence.PRESENT
    temporality: Temporality = Temporality.CURRENT
    experiencer: Experiencer = Experiencer.PATIENT
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class ActiveCue:
    """A cue at words ``first`` to ``behind`` that reaches words ``low`` to ``high`` (not included)."""

    axis: Axis
    value: Value
    labels: tuple[MentionLabel, ...]
    first: int
    behind: int
    low: int
    high: int
    is_forward: bool
    penalty: int = 0

    def distance(self, first: int, behind: int) -> int | None:
        """Return how many words away a mention is, None if the cue does not reach it."""
        if self.is_forward:
            if self.first <= first < self.behind and (self.first < first or self.behind < behind):
                return 0
            return first - self.behind + self.penalty if self.low <= first < self.high else None
        return self.first - behind if self.low < behind <= self.high else None


@dataclass(slots=True)
class _SentenceCues:
    cues: list[ActiveCue] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)


class Asserter:
    """Decides the assertion of mentions."""

    def __init__(self, rules: AssertionRules) -> None:
        self._rules = rules

    def decide(self, note: ReadNote, spans: Sequence[Span], judgements: Judgements | None = None) -> list[Assertion]:
        """Return the assertion of each span, in order.

        Parameters
        ----------
        judgements
            What a network says of the note's words; None: the rules decide alone.
        """
        keys = lookup_keys(note.tokens.keys)
        for place in _minus_signs(note):
            keys[place] = MINUS
        by_sentence: defaultdict[int, list[int]] = defaultdict(list)
        for place, span in enumerate(spans):
            by_sentence[note.sentences.index_at(span.start)].append(place)
        decided = [Assertion()] * len(spans)
        for number, carried in self._list_heads(note, keys, by_sentence):
            found = self._cues_of(note, keys, note.sentences.spans[number])
            for place in by_sentence[number]:
                span = spans[place]
                said = judgements.of(span.start, span.end) if judgements is not None else {}
                decided[place] = self._joined(note, span, self._nearest(note, span, found, carried), said)
        return decided

    def _list_heads(
        self, note: ReadNote, keys: list[str], wanted: defaultdict[int, list[int]]
    ) -> Iterator[tuple[int, list[ActiveCue]]]:
        """Yield each wanted sentence with the cues that a list's head ("Denies:") hands down to it."""
        headings = {heading.start for heading in note.sections.headings}
        carried: list[ActiveCue] = []
        behind = 0
        for number, sentence in enumerate(note.sentences.spans):
            if carried and (sentence.start in headings or not _is_in_list(note.text, behind, sentence)):
                carried = []
            if number in wanted:
                yield number, carried
            if note.text[sentence.end - 1] == ":":
                _, stop = note.tokens.range_of(sentence.start, sentence.end)
                carried = [
                    cue
                    for cue in self._cues_of(note, keys, sentence).cues
                    if cue.is_forward and cue.high >= stop - 1 and cue.high - cue.low < _FORWARD
                ]
            behind = sentence.end

    def _cues_of(self, note: ReadNote, keys: list[str], sentence: Sentence) -> _SentenceCues:
        low, high = note.tokens.range_of(sentence.start, sentence.end)
        found = {axis: list(self._hits(keys, axis, low, high)) for axis in AXES}
        if not any(hit.payload.rules for hits in found.values() for hit in hits):
            return _SentenceCues()
        found["presence"] = list(self._turned(keys, found["presence"]))
        own = self._own_statements(keys, low, high)
        cues: list[ActiveCue] = []
        for axis, hits in found.items():
            said = [hit.first for hit in hits if hit.payload.stops]
            forward = sorted(said + own) if axis != "experiencer" else said
            for hit in hits:
                for rule, value in hit.payload.rules:
                    stops = forward if rule.direction == "forward" else said
                    cues.append(self._active(keys, axis, hit, rule, value, low, high, stops))
        cues = [cue for cue in cues if not _is_section_title(note, cue)]
        cues.sort(key=lambda cue: cue.first)
        return _SentenceCues(cues, [cue.first for cue in cues])

    def _hits(self, keys: list[str], axis: Axis, low: int, high: int) -> Iterator[Hit[Signal]]:
        """Yield the phrases of a sentence; one that counts only at the end of an item leaves its words to others."""
        place = low
        while place < high:
            hit = self._rules.signals[axis].at(keys, place, high)
            if hit is None:
                place += 1
                continue
            is_open = hit.behind < high and keys[hit.behind][0].isalnum()
            rules = [said for said in hit.payload.rules if not (is_open and said[0].ends_item)]
            if hit.payload.rules and not rules and not hit.payload.stops:
                place += 1
                continue
            yield Hit(hit.first, hit.behind, Signal(rules, hit.payload.stops, hit.payload.negatable))
            place = hit.behind

    def _turned(self, keys: list[str], hits: Sequence[Hit[Signal]]) -> Iterator[Hit[Signal]]:
        """Yield the phrases of presence, those that a denial before them turns round as denials themselves."""
        denied: int | None = None
        for hit in hits:
            signal = hit.payload
            if signal.negatable and denied is not None and self._is_one_item(keys, denied, hit.first):
                yield Hit(hit.first, hit.behind, Signal([(rule, Presence.ABSENT) for rule, _ in signal.rules]))
                denied = hit.behind
                continue
            yield hit
            forward = [(rule, value) for rule, value in signal.rules if rule.direction == "forward"]
            if any(value == Presence.ABSENT and rule.words is None for rule, value in forward):
                denied = hit.behind
            elif signal.stops or forward:
                denied = None

    def _is_one_item(self, keys: list[str], first: int, behind: int) -> bool:
        """Say whether words are one item of a list, or end with its last one ("no fever, rash or lesions")."""
        between = keys[first:behind]
        last = max((place for place, key in enumerate(between) if key in self._rules.separators), default=-1)
        return len(between) <= _BACKWARD and (last < 0 or not _LAST_ITEM.isdisjoint(between[last:]))

    def _own_statements(self, keys: list[str], low: int, high: int) -> list[int]:
        """Return the separators behind which an item says something of its own ("no fever, lungs are clear")."""
        rules = self._rules
        places = [
            place for place in range(low, high) if keys[place] in rules.separators or keys[place] in rules.joiners
        ]
        found = []
        for place, following in zip(places, [*places[1:], high], strict=False):
            if keys[place] not in rules.separators or place + 1 >= following:
                continue
            if any(hit.payload for hit in rules.predicates.find(keys, place + 1, min(following, place + _BACKWARD))):
                found.append(place)
        return found

    def _active(
        self,
        keys: list[str],
        axis: Axis,
        hit: Hit[Signal],
        rule: CueRule,
        value: Value,
        low: int,
        high: int,
        stops: list[int],
    ) -> ActiveCue:
        is_forward = rule.direction == "forward"
        if is_forward:
            begin, end = hit.behind, self._end_of(keys, hit.behind, rule, high, stops)
        else:
            begin, end = self._begin_of(keys, hit.first, rule, low, stops), hit.first
        return ActiveCue(axis, value, rule.labels, hit.first, hit.behind, begin, end, is_forward=is_forward)

    def _end_of(self, keys: list[str], place: int, rule: CueRule, high: int, stops: list[int]) -> int:
        following = bisect_left(stops, place)
        end = min(high, place + (rule.words or _FORWARD), stops[following] if following < len(stops) else high)
        if rule.reach == "item":
            for other in range(place, end):
                if keys[other] in self._rules.separators:
                    return other
        return end

    def _begin_of(self, keys: list[str], place: int, rule: CueRule, low: int, stops: list[int]) -> int:
        """Go back from a cue: over commas only when an "and" or "or" showed that a list comes before it."""
        before = bisect_left(stops, place) - 1
        edge = max(low, place - (rule.words or _BACKWARD), stops[before] + 1 if before >= 0 else low)
        is_list = False
        for other in range(place - 1, edge - 1, -1):
            key = keys[other]
            if key == ":" and other < place - 1:
                return other + 1
            if key in self._rules.joiners:
                if (rule.reach == "item" and key != "/") or keys[other + 1] in self._rules.subjects:
                    return other + 1
                is_list = True
            elif key in self._rules.separators and not is_list and other < place - 1:
                return other + 1
        return edge

    def _nearest(
        self, note: ReadNote, span: Span, found: _SentenceCues, carried: Iterable[ActiveCue]
    ) -> dict[Axis, ActiveCue]:
        """Return the cue of each axis that has the word on a span."""
        first, behind = note.tokens.range_of(span.start, span.end)
        low = bisect_left(found.firsts, first - _FORWARD - 20)
        high = bisect_left(found.firsts, behind + _BACKWARD + 20)
        best: dict[Axis, tuple[tuple[int, int, bool], ActiveCue]] = {}
        condition: tuple[tuple[int, int, bool], ActiveCue] | None = None
        for cue in [*found.cues[low:high], *carried]:
            if cue.labels and span.label not in cue.labels:
                continue
            # A cue of a list's head stands before the sentence: it reaches every item, from farther than any other.
            is_carried = cue.behind <= first and cue.high <= first and cue.is_forward and cue in carried
            distance = _FROM_LIST_HEAD if is_carried else cue.distance(first, behind)
            if distance is None:
                continue
            key = (self._rules.ranks[cue.value], distance, not cue.is_forward)
            if cue.value == Presence.CONDITIONAL:
                condition = min(condition or (key, cue), (key, cue), key=lambda ranked: ranked[0])
            elif cue.axis not in best or key < best[cue.axis][0]:
                best[cue.axis] = (key, cue)
        # "Denies chest pain on exertion" is a denial, "reports chest pain on exertion" a condition.
        said = best["presence"][1].value if "presence" in best else None
        if condition is not None and said not in {Presence.ABSENT, Presence.HYPOTHETICAL}:
            best["presence"] = condition
        return {axis: cue for axis, (_, cue) in best.items()}

    def _joined(
        self, note: ReadNote, span: Span, best: Mapping[Axis, ActiveCue], said: Mapping[str, float]
    ) -> Assertion:
        """Join what the sentence, the section and the network say."""
        heading = note.sections.at(span.start)
        of_section = _of_section(heading, span)
        by_rule: dict[Axis, Value] = {**DEFAULTS, **of_section, **{axis: cue.value for axis, cue in best.items()}}
        values = {axis: self._weighed(axis, value, said) for axis, value in by_rule.items()}
        # A cue that says what holds anyway ("the patient", "now") decided nothing; "positive for" is worth showing.
        deciding = [
            cue
            for axis, cue in best.items()
            if values[axis] == cue.value and (axis in of_section or cue.value not in _UNSAID)
        ]
        places = {(note.tokens.starts[cue.first], note.tokens.ends[cue.behind - 1]) for cue in deciding}
        if heading is not None and any(values[axis] == of_section[axis] for axis in of_section.keys() - best.keys()):
            places.add((heading.start, heading.end))
        return Assertion(
            presence=Presence(values["presence"]),
            temporality=Temporality(values["temporality"]),
            experiencer=Experiencer(values["experiencer"]),
            cues=tuple(Cue(start=start, end=end, text=note.text[start:end]) for start, end in sorted(places)),
        )

    def _weighed(self, axis: Axis, by_rule: Value, said: Mapping[str, float]) -> Value:
        """Return the value of an axis with the highest probability, after the rules' value got its bonus."""
        chances = {value: said[value] for value in type(DEFAULTS[axis]) if value in said}
        if not chances:
            return by_rule
        chances.setdefault(DEFAULTS[axis], 1 - sum(chances.values()))
        bonus = self._rules.bonus[axis]
        return max(chances, key=lambda value: chances[value] + bonus * (value == by_rule))


def _minus_signs(note: ReadNote) -> list[int]:
    """Return the hyphens that deny a word, as a plus of the same kind in their line shows: "+SOB -CP"."""
    found = []
    for start, end in lines_of(note.text):
        if _PLUS.search(note.text, start, end):
            found += [
                note.tokens.range_of(sign.start(), sign.end())[0] for sign in _MINUS.finditer(note.text, start, end)
            ]
    return found


def _is_section_title(note: ReadNote, cue: ActiveCue) -> bool:
    """Say whether a cue is the title of a section that speaks for itself ("Family history:")."""
    heading = note.sections.heading_at(note.tokens.starts[cue.first])
    kind = heading.kind if heading is not None else None
    return kind is not None and (kind.temporality is not None or kind.experiencer is not None)


def _of_section(heading: Heading | None, span: Span) -> dict[Axis, Value]:
    """Return what a section says of its content: a vaccine is no disease, a drug in a history may be taken today."""
    if heading is None or heading.kind is None:
        return {}
    said: dict[Axis, Value] = {}
    if heading.kind.presence is not None and span.label == MentionLabel.PROBLEM:
        said["presence"] = heading.kind.presence
    if heading.kind.temporality is not None and span.label != MentionLabel.DRUG:
        said["temporality"] = heading.kind.temporality
    if heading.kind.experiencer is not None:
        said["experiencer"] = heading.kind.experiencer
    return said


def _is_in_list(text: str, behind: int, sentence: Sentence) -> bool:
    gap = text[behind : sentence.start]
    breaks = gap.count("\n") if "\n" in gap else gap.count("\r")
    return breaks <= 1 and (sentence.is_item or sentence.end - sentence.start <= _ITEM_LENGTH)
