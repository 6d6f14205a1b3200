"""The sentences of Presidio's synthetic set as templates: only the development half, and none of its identities."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

from pydantic import BaseModel

from nlp_engine.deidentify.rules import Places

FILE = Path("deid/presidio/synth_dataset_v2.json")
_SEED = 7
_SHORTEST_ADDRESS, _LONGEST_TITLE = 30, 5
_PLAIN_SLOTS = {
    "ZIP_CODE": "zip",
    "ORGANIZATION": "org",
    "DATE_TIME": "date",
    "CREDIT_CARD": "card",
    "NRP": "nat",
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "AGE": "age",
    "IBAN_CODE": "iban",
}


class Span(BaseModel):
    """A marked span."""

    entity_type: str
    entity_value: str
    start_position: int
    end_position: int


class Sentence(BaseModel):
    """A sentence of the set."""

    full_text: str
    template_id: int
    spans: list[Span]


def read_half(data: Path, part: str) -> list[Sentence]:
    """Return the sentences of the "dev" or "test" half of the templates; the halves share no template."""
    sentences = [Sentence.model_validate(item) for item in json.loads((data / FILE).read_text(encoding="utf-8"))]
    templates = sorted({sentence.template_id for sentence in sentences})
    random.Random(_SEED).shuffle(templates)
    half = len(templates) // 2
    wanted = set(templates[:half] if part == "dev" else templates[half:])
    return [sentence for sentence in sentences if sentence.template_id in wanted]


def templates_of(sentences: list[Sentence], places: Places) -> dict[int, list[str]]:
    """Return the sentences of each template with slots instead of every marked span."""
    allowed = {name.casefold() for name in (*places.states, *places.countries)}
    found: dict[int, set[str]] = {}
    for sentence in sentences:
        if not sentence.full_text.islower():
            found.setdefault(sentence.template_id, set()).add(_template(sentence, allowed))
    return {number: sorted(texts) for number, texts in found.items()}


def _template(sentence: Sentence, allowed: set[str]) -> str:
    text, place = sentence.full_text.translate(str.maketrans("{}", "()")), 0
    parts: list[str] = []
    for span in sorted(sentence.spans, key=lambda span: span.start_position):
        slot = _slot(span, allowed)
        if slot and span.start_position >= place:
            parts += (text[place : span.start_position], f"{{{slot}}}")
            place = span.end_position
    return "".join((*parts, text[place:]))


def _slot(span: Span, allowed: set[str]) -> str | None:
    """Return the slot of our sentences that holds the same sort of thing."""
    written, kind = span.entity_value, span.entity_type
    if kind == "PERSON":
        return "name" if " " in written else "first" if len(written) % 2 else "last"
    if kind == "GPE":
        return "country" if written.casefold() in allowed else "city"
    if kind == "TITLE":
        return "title" if len(written) <= _LONGEST_TITLE else "job"
    if kind != "STREET_ADDRESS":
        return _PLAIN_SLOTS.get(kind)
    if re.fullmatch(r"[\d -]+", written):
        return "zip"
    if re.fullmatch(r"(?:Suite|Apt\.?|Unit) \w+", written):
        return "unit"
    is_street = len(written) < _SHORTEST_ADDRESS and "\n" not in written and "corner" not in written
    return "street" if is_street else "addr"
