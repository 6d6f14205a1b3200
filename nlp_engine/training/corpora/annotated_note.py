"""Our own annotated notes: brat stand-off with assertion axes (A lines) and attributes joined to mentions (R lines)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_engine.assessment import Experiencer, Presence, Temporality
from nlp_engine.errors import InputError
from nlp_engine.text.ner.labels import LABELS, MENTION_LABELS
from nlp_engine.training.corpora.document import LabelledSpan

RELATION = "AttributeOf"
_AXES: dict[str, type[Presence | Temporality | Experiencer]] = {
    "Presence": Presence,
    "Temporality": Temporality,
    "Experiencer": Experiencer,
}


@dataclass(frozen=True, slots=True)
class AnnotatedMention:
    """A mention as annotated: its span, what is said about it, and the attributes that belong to it."""

    span: LabelledSpan
    presence: Presence = Presence.PRESENT
    temporality: Temporality = Temporality.CURRENT
    experiencer: Experiencer = Experiencer.PATIENT
    attributes: tuple[LabelledSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnotatedNote:
    """A note with its mentions, in order."""

    id: str
    text: str
    mentions: tuple[AnnotatedMention, ...]


def read_annotated_notes(folder: Path, ids: Iterable[str], *, texts: Path | None = None) -> Iterator[AnnotatedNote]:
    """Yield notes of a folder of ``<id>.txt`` and ``<id>.ann``; the texts may lie in another one.

    Raises
    ------
    InputError
        If a line of an ``.ann`` file does not fit the text, the labels, the axes or the other lines; it names the line.
    """
    for note in ids:
        with ((texts or folder) / f"{note}.txt").open(encoding="utf-8", newline="") as file:
            text = file.read()
        rows = (folder / f"{note}.ann").read_text(encoding="utf-8").splitlines()
        yield AnnotatedNote(note, text, _Rows(f"{note}.ann", text, rows).mentions())


class _Rows:
    """The lines of one file, taken together."""

    def __init__(self, file: str, text: str, rows: list[str]) -> None:
        self._file = file
        self._text = text
        self._spans: dict[str, LabelledSpan] = {}
        self._axes: dict[str, dict[str, Presence | Temporality | Experiencer]] = defaultdict(dict)
        self._own: dict[str, list[LabelledSpan]] = defaultdict(list)
        readers = {"T": self._read_span, "A": self._read_axis, "R": self._read_relation}
        order = sorted(enumerate(rows, 1), key=lambda row: "TAR".find(row[1][:1]))
        for number, row in order:
            if row[:1] not in readers:
                raise self._error(number, "begins with neither T, A nor R")
            try:
                readers[row[0]](number, row.split("\t"))
            except (ValueError, IndexError, KeyError) as error:
                raise self._error(number, "is not written as brat writes it") from error

    def mentions(self) -> tuple[AnnotatedMention, ...]:
        found = [
            AnnotatedMention(span, **self._axes[key], attributes=tuple(sorted(self._own[key])))  # type: ignore[arg-type]
            for key, span in self._spans.items()
            if span.label in MENTION_LABELS
        ]
        return tuple(sorted(found, key=lambda mention: mention.span))

    def _read_span(self, number: int, cells: list[str]) -> None:
        label, start, end = cells[1].split()
        span = LabelledSpan(int(start), int(end), label)
        if label not in LABELS:
            raise self._error(number, f'has the label "{label}", which is not one of ours')
        if self._text[span.start : span.end].replace("\r\n", "  ").replace("\n", " ") != cells[2]:
            raise self._error(number, "quotes other words than those at its offsets")
        self._spans[cells[0]] = span

    def _read_axis(self, number: int, cells: list[str]) -> None:
        name, key, value = cells[1].split()
        if self._spans[key].label not in MENTION_LABELS:
            raise self._error(number, "says something about an attribute; only mentions have axes")
        self._axes[key][name.lower()] = _AXES[name](value)

    def _read_relation(self, number: int, cells: list[str]) -> None:
        name, first, second = cells[1].split()
        attribute, mention = self._spans[first.removeprefix("Arg1:")], self._spans[second.removeprefix("Arg2:")]
        if name != RELATION or attribute.label in MENTION_LABELS or mention.label not in MENTION_LABELS:
            raise self._error(number, f"joins other things than an attribute and a mention by {RELATION}")
        self._own[second.removeprefix("Arg2:")].append(attribute)

    def _error(self, number: int, problem: str) -> InputError:
        return InputError(f"{self._file}, line {number}", problem, "see corpus_samples/annotated/GUIDELINE.md")
