"""Our own annotated notes: brat stand-off with assertion axes (A rows) and attributes joined to mentions (R rows)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nlp_engine.assessment import Experiencer, Presence, Temporality
from nlp_engine.errors import InputError
from nlp_engine.text.assertion.asserter import Assertion
from nlp_engine.text.ner.labels import LABELS, MENTION_LABELS
from nlp_engine.training.corpora.brat import read_span
from nlp_engine.training.corpora.document import LabelledSpan
from nlp_engine.training.corpora.files import broken, read_text, shown

RELATION = "AttributeOf"
_AXES: dict[str, Callable[[Assertion, str], Assertion]] = {
    "Presence": lambda said, value: replace(said, presence=Presence(value)),
    "Temporality": lambda said, value: replace(said, temporality=Temporality(value)),
    "Experiencer": lambda said, value: replace(said, experiencer=Experiencer(value)),
}


@dataclass(frozen=True, slots=True)
class AnnotatedMention:
    """A mention as annotated: its span, what is said about it (without cues), and the attributes that belong to it."""

    span: LabelledSpan
    assertion: Assertion
    attributes: tuple[LabelledSpan, ...]


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
        If a row of an ``.ann`` file does not fit the text, the labels, the axes or the other rows; it names the row.
    """
    for note in ids:
        text = read_text((texts or folder) / f"{note}.txt")
        yield AnnotatedNote(note, text, _Rows(folder / f"{note}.ann", text).mentions())


class _Rows:
    """The rows of one file, taken together."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._spans: dict[str, LabelledSpan] = {}
        self._said: dict[str, Assertion] = defaultdict(Assertion)
        self._own: dict[str, list[LabelledSpan]] = defaultdict(list)
        readers = {"T": self._read_span, "A": self._read_axis, "R": self._read_relation}
        rows = [(number, row) for number, row in enumerate(read_text(path).splitlines(), 1) if row]
        for kind, read in readers.items():
            for number, row in rows:
                if row[0] not in readers:
                    raise self._error(number, "begins with neither T, A nor R")
                if row[0] == kind:
                    read(number, row)

    def mentions(self) -> tuple[AnnotatedMention, ...]:
        found = [
            AnnotatedMention(span, self._said[key], tuple(sorted(self._own[key])))
            for key, span in self._spans.items()
            if span.label in MENTION_LABELS
        ]
        return tuple(sorted(found, key=lambda mention: mention.span))

    def _read_span(self, number: int, row: str) -> None:
        span = read_span(self._path, number, row, self._text)
        if span.label not in LABELS:
            raise self._error(number, f'has the label "{span.label}", which is not one of ours')
        self._spans[row.split("\t")[0]] = span

    def _read_axis(self, number: int, row: str) -> None:
        try:
            name, key, value = row.split("\t")[1].split()
            span, said = self._spans[key], _AXES[name](self._said[key], value)
        except (ValueError, IndexError, KeyError) as error:
            raise broken(self._path, number, "write A1<TAB>Presence T1 absent: an axis, a span, a value") from error
        if span.label not in MENTION_LABELS:
            raise self._error(number, "says something about an attribute; only mentions have axes")
        self._said[key] = said

    def _read_relation(self, number: int, row: str) -> None:
        try:
            name, first, second = row.split("\t")[1].split()
            key = second.removeprefix("Arg2:")
            attribute, mention = self._spans[first.removeprefix("Arg1:")], self._spans[key]
        except (ValueError, IndexError, KeyError) as error:
            raise broken(self._path, number, f"write R1<TAB>{RELATION} Arg1:T2 Arg2:T1, of two T rows") from error
        if name != RELATION or attribute.label in MENTION_LABELS or mention.label not in MENTION_LABELS:
            raise self._error(number, f"joins other things than an attribute and a mention by {RELATION}")
        self._own[key].append(attribute)

    def _error(self, number: int, problem: str) -> InputError:
        return InputError(shown(self._path, number), problem, "see corpus_samples/annotated/GUIDELINE.md")
