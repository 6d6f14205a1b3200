"""The cues of a sentence and how far each reaches: ConText's method (Harkema H et al., J Biomed Inform 2009;42:839).

The words are data (``rules/lexicons/assertion.yaml``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from nlp_engine.assessment import MentionLabel, Presence
from nlp_engine.text.assertion.rules import (
    AXES,
    MINUS,
    TO_DO,
    AssertionRules,
    Axis,
    CueRule,
    Signal,
    Value,
    lookup_keys,
)
from nlp_engine.text.note import ReadNote
from nlp_engine.text.phrases import Hit
from nlp_engine.text.sentences import Sentence
from nlp_engine.text.tokens import lines_of

FORWARD, BACKWARD = 200, 40
"""Farthest reach of a cue in words, so that a text without full stops takes no longer than others."""
_ITEM_LENGTH = 60
_PLUS, _MINUS = re.compile(r"(?<![^\s,(])\+(?=[A-Za-z])"), re.compile(r"(?<![^\s,(])-(?=[A-Za-z])")
_TICKED, _EMPTY = re.compile(r"\[ ?[xXyY\u2713\u2714+] ?\]"), re.compile(r"\[[ _]?\]")
_LAST_ITEM = frozenset({"or", "nor"})


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
    is_inside: bool = False

    def distance(self, first: int, behind: int) -> int | None:
        """Return how many words away a mention is, None if the cue does not reach it."""
        if self.is_inside:
            return 0 if first == self.first and self.behind <= behind else None
        if self.is_forward:
            if self.first <= first < self.behind and (self.first < first or self.behind < behind):
                return 0
            return first - self.behind if self.low <= first < self.high else None
        return self.first - behind if self.low < behind <= self.high else None


@dataclass(slots=True)
class SentenceCues:
    """The cues of one sentence in order, and where each begins."""

    cues: list[ActiveCue] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)


class CueFinder:
    """Finds the cues of sentences."""

    def __init__(self, rules: AssertionRules) -> None:
        self._rules = rules

    def list_heads(
        self, note: ReadNote, keys: list[str], wanted: Container[int]
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
                carried = self._reaching_on(note, keys, sentence, is_last=False)
            elif _is_followed_by_item(note, number):
                carried = self._reaching_on(note, keys, sentence, is_last=True) or carried
            behind = sentence.end

    def _reaching_on(self, note: ReadNote, keys: list[str], head: Sentence, *, is_last: bool) -> list[ActiveCue]:
        """Return the cues of a list's head that reach its end; ``is_last``: only those that are its last words."""
        _, stop = note.tokens.range_of(head.start, head.end)
        return [
            cue
            for cue in self.cues_of(note, keys, head).cues
            if cue.is_forward
            and cue.high - cue.low < FORWARD
            and (cue.behind == stop if is_last else cue.high >= stop - 1)
        ]

    def cues_of(self, note: ReadNote, keys: list[str], sentence: Sentence) -> SentenceCues:
        """Return the cues of a sentence with their reach."""
        low, high = note.tokens.range_of(sentence.start, sentence.end)
        found = {axis: list(self._hits(keys, axis, low, high)) for axis in AXES}
        if not any(hit.payload.rules for hits in found.values() for hit in hits):
            return SentenceCues()
        found["presence"] = list(self._turned(keys, found["presence"]))
        own = self._own_statements(keys, low, high)
        cues: list[ActiveCue] = []
        for axis, hits in found.items():
            said = [hit.first for hit in hits if hit.payload.stops]
            forward = sorted(said + own) if axis != "experiencer" else said
            for hit in hits:
                for rule, value in hit.payload.rules:
                    # What is warned of is a list, whatever its items say: "return for fever, worsening pain".
                    is_warning = value == Presence.HYPOTHETICAL
                    stops = forward if rule.direction == "forward" and not is_warning else said
                    cues.append(self._active(keys, axis, hit, rule, value, low, high, stops))
        cues = [cue for cue in cues if not _is_section_title(note, cue)]
        cues.sort(key=lambda cue: cue.first)
        return SentenceCues(cues, [cue.first for cue in cues])

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
        return len(between) <= BACKWARD and (last < 0 or not _LAST_ITEM.isdisjoint(between[last:]))

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
            if any(hit.payload for hit in rules.predicates.find(keys, place + 1, min(following, place + BACKWARD))):
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
        return ActiveCue(
            axis,
            value,
            rule.labels,
            hit.first,
            hit.behind,
            begin,
            end,
            is_forward=is_forward,
            is_inside=rule.direction == "inside",
        )

    def _end_of(self, keys: list[str], place: int, rule: CueRule, high: int, stops: list[int]) -> int:
        following = bisect_left(stops, place)
        end = min(high, place + (rule.words or FORWARD), stops[following] if following < len(stops) else high)
        if rule.reach == "item":
            for other in range(place, end):
                if keys[other] in self._rules.separators:
                    return other
        return end

    def _begin_of(self, keys: list[str], place: int, rule: CueRule, low: int, stops: list[int]) -> int:
        """Go back from a cue: over commas only when an "and" or "or" showed that a list comes before it."""
        before = bisect_left(stops, place) - 1
        edge = max(low, place - (rule.words or BACKWARD), stops[before] + 1 if before >= 0 else low)
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


def keys_for_cues(note: ReadNote) -> list[str]:
    """Return the keys of a note's words as cues are looked up by."""
    keys = lookup_keys(note.tokens.keys)
    for place in _minus_signs(note):
        keys[place] = MINUS
    if not _TICKED.search(note.text):
        for box in _EMPTY.finditer(note.text):
            keys[note.tokens.range_of(box.start(), box.end())[0]] = TO_DO
    return keys


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


def _is_followed_by_item(note: ReadNote, number: int) -> bool:
    """Say whether a plain line is followed by an item: "Come back if you have", and the list below it."""
    spans = note.sentences.spans
    return number + 1 < len(spans) and spans[number + 1].is_item and not spans[number].is_item


def _is_in_list(text: str, behind: int, sentence: Sentence) -> bool:
    gap = text[behind : sentence.start]
    breaks = gap.count("\n") if "\n" in gap else gap.count("\r")
    return breaks <= 1 and (sentence.is_item or sentence.end - sentence.start <= _ITEM_LENGTH)
