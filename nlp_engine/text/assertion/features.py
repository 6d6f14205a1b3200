"""What the weights of `CueWeights` are asked about: the rules' verdict on a mention and the words around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nlp_engine.text.assertion.cues import ActiveCue
from nlp_engine.text.assertion.rules import YEAR, Axis, Value
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.sections import Heading

_LEFT, _NEAR_LEFT, _RIGHT, _NEAR_RIGHT, _OWN, _TITLE = 12, 3, 8, 3, 8, 4
_SENTENCE = 60
_PAST = frozenset(
    {"ago", "last", "prior", "previously", "previous", "past", "recent", "year", "years", YEAR, "had", "was", "were"}
)
_NOWHERE = "none"


class FeatureReader:
    """Names the features of the mentions of one note.

    Parameters
    ----------
    keys
        The note's words as cues are looked up by.
    """

    def __init__(self, note: ReadNote, keys: Sequence[str]) -> None:
        self._note = note
        self._keys = keys
        years = {key for key, looked_up in zip(note.tokens.keys, keys, strict=True) if looked_up == YEAR}
        self._latest = max(years, default="")

    def of(
        self,
        span: Span,
        heading: Heading | None,
        by_rule: Mapping[Axis, Value],
        best: Mapping[Axis, ActiveCue],
    ) -> list[str]:
        """Return the names of the features that a mention has.

        Parameters
        ----------
        heading
            The heading of the section that the mention stands in.
        by_rule
            The value that the rules give each axis.
        best
            The cue of an axis that decided, where one did.
        """
        section = heading.kind.id if heading is not None and heading.kind is not None else _NOWHERE
        return [
            f"label={span.label}",
            f"section={section}",
            f"section={section} {span.label}",
            *self._of_title(span, heading, section),
            *self._of_rules(span, by_rule, best),
            *self._around(span),
        ]

    def _of_title(self, span: Span, heading: Heading | None, section: str) -> Iterator[str]:
        """Yield the words of the heading, and how a mention follows what is before it ("sulfa (rash)")."""
        first, _ = self._note.tokens.range_of(span.start, span.end)
        yield f"section={section} {span.label} last={self._keys[first - 1] if first else '^'}"
        if heading is not None:
            low, high = self._note.tokens.range_of(heading.start, heading.end)
            title = " ".join(self._keys[low:high][:_TITLE])
            yield f"title={title}"
            yield f"title={title} {span.label}"

    def _of_rules(self, span: Span, by_rule: Mapping[Axis, Value], best: Mapping[Axis, ActiveCue]) -> Iterator[str]:
        for axis, value in by_rule.items():
            yield f"{axis}={value}"
            yield f"{axis}={value} {span.label}"
            if axis in best:
                cue = best[axis]
                side = "left" if cue.is_forward else "right"
                yield f"{axis}={value} {side} {' '.join(self._keys[cue.first : cue.behind])}"
        yield " ".join(map(str, by_rule.values()))

    def _around(self, span: Span) -> Iterator[str]:
        """Yield the words of the mention and those around it in its sentence."""
        keys = self._keys
        sentence = self._note.sentences.at(span.start)
        first, behind = self._note.tokens.range_of(span.start, span.end)
        low, high = self._note.tokens.range_of(sentence.start, sentence.end)
        before = [*keys[max(low, first - _LEFT) : first]]
        after = [*keys[behind : min(high, behind + _RIGHT)]]
        yield from {f"before={key}" for key in before[-_NEAR_LEFT:]}
        yield from {f"long before={key}" for key in before[:-_NEAR_LEFT]}
        yield from {f"behind={key}" for key in after[:_NEAR_RIGHT]}
        yield from {f"long behind={key}" for key in after[_NEAR_RIGHT:]}
        yield f"last two={' '.join(['^', *before][-2:])}"
        yield f"next two={' '.join([*after, '$'][:2])}"
        yield f"last={before[-1] if before else '^'}"
        yield f"next={after[0] if after else '$'}"
        yield f"begins={' '.join(keys[low : low + 2])}"
        yield f"begins={' '.join(keys[low : low + 1])}"
        yield f"ends={' '.join(keys[max(low, high - 1) : high])}"
        if sentence.is_item:
            yield f"item {span.label}"
        yield from self._of_time(first, behind, low, high, span)
        yield from {f"word={key}" for key in keys[first : min(behind, first + _OWN)]}
        real = self._note.tokens.keys[max(low, first - _LEFT) : min(high, behind + _RIGHT)]
        looked_up = keys[max(low, first - _LEFT) : min(high, behind + _RIGHT)]
        if any(key == YEAR and year < self._latest for key, year in zip(looked_up, real, strict=True)):
            yield "an earlier year"

    def _of_time(self, first: int, behind: int, low: int, high: int, span: Span) -> Iterator[str]:
        """Yield the words of time in the whole sentence and the one before, and a year beside the mention."""
        keys, real = self._keys, self._note.tokens.keys
        here = _PAST.intersection(keys[max(low, first - _SENTENCE) : min(high, behind + _SENTENCE)])
        yield from {f"in sentence={key}" for key in here}
        before = _PAST.intersection(keys[max(0, low - _SENTENCE // 2) : low])
        yield from {f"sentence before={key}" for key in before}
        opened = keys[max(low, first - _SENTENCE) : first]
        if opened.count("(") > opened.count(")"):
            yield "in brackets"
            yield f"in brackets {span.label}"
        for place in range(behind, min(high, behind + _NEAR_RIGHT)):
            if keys[place] == YEAR:
                yield f"year behind {span.label}"
                yield f"year behind {'earlier' if real[place] < self._latest else 'latest'}"
            if keys[place] == "'" and place + 1 < high and len(real[place + 1]) == 2 and real[place + 1].isdigit():
                yield "short year behind"
