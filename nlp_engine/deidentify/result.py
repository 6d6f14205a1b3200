"""What de-identification gives: the new text, what was replaced, and offsets both ways."""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Kind(StrEnum):
    """The identifiers of the Safe Harbor list, 45 CFR 164.514(b)(2)(i)(A) to (R); pictures are no text."""

    NAME = "NAME"
    PLACE = "PLACE"
    DATE = "DATE"
    AGE = "AGE"
    PHONE = "PHONE"
    FAX = "FAX"
    EMAIL = "EMAIL"
    SSN = "SSN"
    MRN = "MRN"
    HEALTH_PLAN = "HEALTH_PLAN"
    ACCOUNT = "ACCOUNT"
    LICENSE = "LICENSE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    URL = "URL"
    IP = "IP"
    OTHER_ID = "OTHER_ID"


class Replacement(BaseModel):
    """One identifier and what stands in its place; ``text`` and the first span are of the old text.

    A list of these undoes the de-identification: it is as confidential as the note.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Kind
    start: Annotated[int, Field(ge=0)]
    end: int
    text: str
    new_start: Annotated[int, Field(ge=0)]
    new_end: int
    new_text: str


class DeidentifiedText(BaseModel):
    """A text with surrogates, and the replacements in order.

    ``old[r.start:r.end] == r.text`` and ``text[r.new_start:r.new_end] == r.new_text`` for every replacement.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    text: str
    replacements: tuple[Replacement, ...] = ()

    def to_new(self, offset: int) -> int:
        """Return the place in the new text of a place in the old one; inside an identifier, where its surrogate begins.

        The end of an identifier is the end of its surrogate, so that a span is mapped by its two ends.
        """
        index = bisect_right(self.replacements, offset, key=lambda replacement: replacement.start) - 1
        if index < 0:
            return offset
        near = self.replacements[index]
        return near.new_start if offset < max(near.end, near.start + 1) else near.new_end + offset - near.end

    def to_old(self, offset: int) -> int:
        """Return the place in the old text of one in the new; inside a surrogate, where its identifier begins."""
        index = bisect_right(self.replacements, offset, key=lambda replacement: replacement.new_start) - 1
        if index < 0:
            return offset
        near = self.replacements[index]
        return near.start if offset < max(near.new_end, near.new_start + 1) else near.end + offset - near.new_end


def replaced(text: str, found: list[tuple[int, int, Kind, str]]) -> DeidentifiedText:
    """Put surrogates in the place of spans that are in order and do not overlap."""
    parts: list[str] = []
    replacements: list[Replacement] = []
    place = length = 0
    for start, end, kind, new_text in found:
        kept = text[place:start]
        length += len(kept)
        parts += (kept, new_text)
        replacements.append(
            Replacement(
                kind=kind,
                start=start,
                end=end,
                text=text[start:end],
                new_start=length,
                new_end=length + len(new_text),
                new_text=new_text,
            )
        )
        length += len(new_text)
        place = end
    parts.append(text[place:])
    return DeidentifiedText(text="".join(parts), replacements=tuple(replacements))
