"""What the section of a mention says of it: family history is the family's, past history past, a vaccine no disease."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping

from nlp_engine.assessment import MentionLabel, Temporality
from nlp_engine.text.assertion.rules import Axis, Value
from nlp_engine.text.note import ReadNote, Span
from nlp_engine.text.sections import Heading

_HAS_TEXT = re.compile(r"[ \t]*[:.\-\u2013\u2014]*[ \t,]*(?=[^\s:.\-\u2013\u2014,])")
_BLANK_LINE = re.compile(r"(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])[ \t]*(?=[\n\r\x0b\x0c\x85\u2028\u2029])")
_NEXT_FIELD = re.compile(r"[\n\r][ \t]*(?=[A-Za-z][A-Za-z/ ]{0,24}:[ \t])")
_NEXT_TOPIC = re.compile(r"[^.,;:\n\r]*?[ \t](?=(?:meds?|rx|allerg\w+|nkda|vs|vitals|exam|ros)[ \t])", re.IGNORECASE)
_SPOKEN_OF: Mapping[Axis, frozenset[MentionLabel]] = {
    "presence": frozenset({MentionLabel.PROBLEM}),
    "temporality": frozenset({MentionLabel.PROBLEM, MentionLabel.TREATMENT, MentionLabel.TEST}),
    "experiencer": frozenset({MentionLabel.PROBLEM, MentionLabel.TREATMENT}),
}
"""A drug in a history may be taken today; a test or drug among the family's diseases is the patient's."""
_ALLERGIES = "allergies"
_ALLERGY = re.compile(r"allerg|intoleran|sensitiv|\bnk", re.IGNORECASE)


class SectionReader:
    """Says of the mentions of one note what their section says.

    A section whose text begins beside its title ("FHx: father MI") says nothing behind the next blank line: hurried
    notes go on there without a title of the kind that can be known. A history ends there at the next line with a label
    ("RN:") too, and, where no stop or comma stands before it, at the word of another topic ("pmh htn gerd meds ...").
    """

    def __init__(self, note: ReadNote) -> None:
        self._note = note
        self._blank_lines = [gap.start() for gap in _BLANK_LINE.finditer(note.text)]
        self._ends: dict[int, int] = {}

    def heading(self, span: Span) -> Heading | None:
        """Return the heading whose section has a say in a mention."""
        heading = self._note.sections.at(span.start)
        if heading is None or heading.kind is None:
            return None
        if heading.start not in self._ends:
            self._ends[heading.start] = self._end_of(heading)
        return heading if span.start < self._ends[heading.start] else None

    def said(self, span: Span) -> dict[Axis, Value]:
        """Return axis -> value for what the section says of a mention."""
        heading = self.heading(span)
        if heading is None or heading.kind is None:
            return {}
        kind = heading.kind
        by_axis: dict[Axis, Value | None] = {
            "presence": kind.presence,
            "temporality": kind.temporality,
            "experiencer": kind.experiencer,
        }
        if kind.id == _ALLERGIES and not _ALLERGY.search(self._note.text, span.start, span.end):
            # The reaction that a drug gave is past, the allergy is not.
            by_axis["temporality"] = Temporality.HISTORICAL
        return {axis: value for axis, value in by_axis.items() if value is not None and span.label in _SPOKEN_OF[axis]}

    def _end_of(self, heading: Heading) -> int:
        text = self._note.text
        following = bisect_left(self._blank_lines, heading.end)
        end = self._blank_lines[following] if following < len(self._blank_lines) else len(text)
        if not _HAS_TEXT.match(text, heading.end):
            return len(text)
        if heading.kind is None or heading.kind.temporality is None:
            return end
        fields = (_NEXT_FIELD.search(text, heading.end, end), _NEXT_TOPIC.match(text, heading.end, end))
        return min((field.end() for field in fields if field is not None), default=end)
