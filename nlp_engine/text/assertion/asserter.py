"""Whether a thing is there, when, and who has it: cues of the same sentence or list, else of the section.

A network and a small regression have a say beside them.

Measured on the annotators' own spans (``python benchmarks/assertion.py``), F1, in brackets the rules alone. Dev part of
our annotated notes (28), network of version 4: absent 95.6 (93.8), possible 67.4 (60.2), hypothetical 82.1 (68.6),
conditional 63.6 (50.0), historical 88.1 (82.6), future 69.6 (54.7), not the patient 93.8 (93.8). Presence in MACCROBAT,
dev: absent 95.8 (95.8).
The discounts and bonuses were chosen on that dev part. On the test part, of longer histories told in prose, historical
is 73.9 (71.1): ``docs/benchmarks.md``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_engine.assessment import Cue, Experiencer, MentionLabel, Presence, Temporality
from nlp_engine.text.assertion.cues import BACKWARD, FORWARD, ActiveCue, CueFinder, SentenceCues, keys_for_cues
from nlp_engine.text.assertion.features import FeatureReader
from nlp_engine.text.assertion.rules import AssertionRules, Axis, Value
from nlp_engine.text.assertion.sections import SectionReader
from nlp_engine.text.assertion.weights import VALUES, CueWeights
from nlp_engine.text.ner.judgements import Judgements
from nlp_engine.text.note import ReadNote, Span

_FROM_LIST_HEAD = 1000
DEFAULTS: Mapping[Axis, Value] = {
    "presence": Presence.PRESENT,
    "temporality": Temporality.CURRENT,
    "experiencer": Experiencer.PATIENT,
}
_UNSAID = frozenset({Temporality.CURRENT, Experiencer.PATIENT})
Chances = Mapping[Axis, NDArray[np.float32]]
"""The probability of each value of an axis, in the order of `VALUES`."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """The three axes and the words that decided."""

    presence: Presence = Presence.PRESENT
    temporality: Temporality = Temporality.CURRENT
    experiencer: Experiencer = Experiencer.PATIENT
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a mention: of each axis the value, and the cue or the section that decided."""

    values: Mapping[Axis, Value]
    cues: Mapping[Axis, ActiveCue]
    of_section: Mapping[Axis, Value]


class Asserter:
    """Decides the assertion of mentions.

    Parameters
    ----------
    rules
        The cues.
    weights
        The regression that has a say beside the network; None: the network alone.
    """

    def __init__(self, rules: AssertionRules, weights: CueWeights | None = None) -> None:
        self._rules = rules
        self._finder = CueFinder(rules)
        self._weights = weights

    def decide(self, note: ReadNote, spans: Sequence[Span], judgements: Judgements | None = None) -> list[Assertion]:
        """Return the assertion of each span, in order.

        Parameters
        ----------
        judgements
            What a network says of the note's words; None: the rules decide alone.
        """
        keys = keys_for_cues(note)
        sections = SectionReader(note)
        reader = FeatureReader(note, keys)
        decided = [Assertion()] * len(spans)
        for place, verdict in self._verdicts(note, keys, sections, spans):
            span = spans[place]
            values = verdict.values
            if judgements is not None:
                chances = [_by_network(judgements.of(span.start, span.end))]
                if self._weights is not None:
                    features = reader.of(span, note.sections.at(span.start), values, verdict.cues)
                    chances.append(self._weights.chances(features))
                beside = {axis for axis, cue in verdict.cues.items() if _is_beside(note, cue, span)}
                values = self._weighed(values, chances, beside)
            decided[place] = _with_cues(note, sections, span, verdict, _reconciled(values))
        return decided

    def features(self, note: ReadNote, spans: Sequence[Span]) -> list[list[str] | None]:
        """Return what the regression is asked about each span; None for spans that have no assertion (ANATOMY)."""
        keys = keys_for_cues(note)
        sections = SectionReader(note)
        reader = FeatureReader(note, keys)
        found: list[list[str] | None] = [None] * len(spans)
        for place, verdict in self._verdicts(note, keys, sections, spans):
            heading = note.sections.at(spans[place].start)
            found[place] = reader.of(spans[place], heading, verdict.values, verdict.cues)
        return found

    def _verdicts(
        self, note: ReadNote, keys: list[str], sections: SectionReader, spans: Sequence[Span]
    ) -> Iterator[tuple[int, Verdict]]:
        """Yield the place of each span that can have an assertion, with what the rules say of it."""
        by_sentence: defaultdict[int, list[int]] = defaultdict(list)
        for place, span in enumerate(spans):
            if span.label != MentionLabel.ANATOMY:
                by_sentence[note.sentences.index_at(span.start)].append(place)
        for number, carried in self._finder.list_heads(note, keys, by_sentence):
            found = self._finder.cues_of(note, keys, note.sentences.spans[number])
            for place in by_sentence[number]:
                cues = self._nearest(note, spans[place], found, carried)
                of_section = _fitting(sections.said(spans[place]), cues)
                values = {**DEFAULTS, **of_section, **{axis: cue.value for axis, cue in cues.items()}}
                yield place, Verdict(values, cues, of_section)

    def _nearest(
        self, note: ReadNote, span: Span, found: SentenceCues, carried: Iterable[ActiveCue]
    ) -> dict[Axis, ActiveCue]:
        """Return the cue of each axis that has the word on a span."""
        first, behind = note.tokens.range_of(span.start, span.end)
        low = bisect_left(found.firsts, first - FORWARD - 20)
        high = bisect_left(found.firsts, behind + BACKWARD + 20)
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

    def _weighed(
        self, by_rule: Mapping[Axis, Value], chances: Sequence[Chances], beside: Set[Axis]
    ) -> dict[Axis, Value]:
        """Return on each axis the value with the highest mean probability, after the rules' value got its bonus.

        Parameters
        ----------
        beside
            The axes whose cue stands right at the mention: there the rules are surest.
        """
        values: dict[Axis, Value] = {}
        for axis, value in by_rule.items():
            said = [each[axis] for each in chances if axis in each]
            if not said:
                values[axis] = value
                continue
            scores = np.mean(said, axis=0)
            scores[VALUES[axis].index(DEFAULTS[axis])] -= self._rules.discount[axis]
            further = self._rules.beside.get(value, 0.0) if axis in beside else 0.0
            scores[VALUES[axis].index(value)] += self._rules.bonus[axis] + self._rules.rare.get(value, 0.0) + further
            values[axis] = VALUES[axis][int(scores.argmax())]
        return values


def _fitting(of_section: dict[Axis, Value], cues: Mapping[Axis, ActiveCue]) -> dict[Axis, Value]:
    """Return what a section says; whose history it is not ("PMH: gout. Mo: diabetes"), of that it tells no time."""
    if "experiencer" in cues and cues["experiencer"].value != Experiencer.PATIENT:
        return {axis: value for axis, value in of_section.items() if axis != "temporality"}
    return of_section


def _is_beside(note: ReadNote, cue: ActiveCue, span: Span) -> bool:
    """Say whether no word stands between a cue and a mention ("COVID neg")."""
    return cue.distance(*note.tokens.range_of(span.start, span.end)) == 0


def _by_network(said: Mapping[str, float]) -> Chances:
    """Return what a network says in the order of `VALUES`; an axis that it does not know is left out."""
    chances: dict[Axis, NDArray[np.float32]] = {}
    for axis, values in VALUES.items():
        if known := {value: said[value] for value in values if value in said}:
            known.setdefault(DEFAULTS[axis], 1 - sum(known.values()))
            chances[axis] = np.array([known.get(value, 0.0) for value in values], dtype=np.float32)
    return chances


def _reconciled(values: Mapping[Axis, Value]) -> Mapping[Axis, Value]:
    """Return values that go together: what is not there, or only may come, is not planned either."""
    if values["temporality"] == Temporality.FUTURE and values["presence"] != Presence.PRESENT:
        return {**values, "temporality": Temporality.CURRENT}
    return values


def _with_cues(
    note: ReadNote, sections: SectionReader, span: Span, verdict: Verdict, values: Mapping[Axis, Value]
) -> Assertion:
    """Return the assertion with the words that decided: cues, or the heading of the section."""
    # A cue that says what holds anyway ("the patient", "now") decided nothing; "positive for" is worth showing.
    deciding = [
        cue
        for axis, cue in verdict.cues.items()
        if values[axis] == cue.value and (axis in verdict.of_section or cue.value not in _UNSAID)
    ]
    places = {(note.tokens.starts[cue.first], note.tokens.ends[cue.behind - 1]) for cue in deciding}
    by_section = verdict.of_section.keys() - verdict.cues.keys()
    heading = sections.heading(span)
    if heading is not None and any(values[axis] == verdict.of_section[axis] for axis in by_section):
        places.add((heading.start, heading.end))
    return Assertion(
        presence=Presence(values["presence"]),
        temporality=Temporality(values["temporality"]),
        experiencer=Experiencer(values["experiencer"]),
        cues=tuple(Cue(start=start, end=end, text=note.text[start:end]) for start, end in sorted(places)),
    )
