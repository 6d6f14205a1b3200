"""brat stand-off: ``<id>.txt`` with ``<id>.ann``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from nlp_engine.errors import InputError
from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan
from nlp_engine.training.corpora.files import broken, check_offsets, read_text, shown

_ATTRIBUTE = re.compile(r"A\d+\t(\S+) (T\d+) (\S+)")
_OFFSETS = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")


def read_brat(annotations: Iterable[Path]) -> Iterator[AnnotatedDocument]:
    """Yield the documents of some ``.ann`` files with the spans of their T rows.

    A discontinuous span (``start end;start end``) becomes its hull.

    Raises
    ------
    InputError
        If a file is missing, a row broken, or an offset wrong.
    """
    for document, spans, _ in map(_read, annotations):
        yield replace(document, spans=tuple(spans.values()))


def read_brat_attributes(annotations: Iterable[Path]) -> Iterator[AnnotatedDocument]:
    """Yield the same documents with what their A rows say of spans: ``Attribute.value`` as the type."""
    for document, spans, rows in map(_read, annotations):
        said = [found for row in rows if (found := _ATTRIBUTE.match(row)) and found[2] in spans]
        yield replace(document, spans=tuple(spans[row[2]]._replace(label=f"{row[1]}.{row[3]}") for row in said))


def _read(path: Path) -> tuple[AnnotatedDocument, dict[str, LabelledSpan], list[str]]:
    """Return a document without spans, the spans of its ``.ann`` file by their ids, and the rows of the file."""
    rows = read_text(path).split("\n")
    beside = path.with_suffix(".txt")
    if not beside.is_file():
        raise InputError(shown(path), f"has no {beside.name} beside it", "each .ann file needs its text")
    text = read_text(beside)
    spans = {
        row.split("\t", 1)[0]: read_span(path, number, row, text)
        for number, row in enumerate(rows, 1)
        if row.startswith("T")
    }
    return AnnotatedDocument(path.stem, text, ()), spans, rows


def annotations_in(folder: Path) -> list[Path]:
    """Return the ``.ann`` files of a folder by name.

    Raises
    ------
    InputError
        If there is none.
    """
    found = sorted(folder.glob("*.ann"))
    if not found:
        raise InputError(shown(folder), "the folder holds no .ann file", "give brat files, or a folder of them")
    return found


def read_span(path: Path, number: int, row: str, text: str) -> LabelledSpan:
    """Return the span of one T row.

    Raises
    ------
    InputError
        If the row is broken, or does not fit the text.
    """
    cells = row.removesuffix("\r").split("\t", 2)
    parts = _OFFSETS.fullmatch(cells[1].strip()) if len(cells) == 3 else None
    if parts is None:
        raise broken(path, number, "write T1<TAB>Type start end<TAB>text")
    offsets = [int(offset) for offset in re.findall(r"\d+", parts[2])]
    span = LabelledSpan(offsets[0], offsets[-1], parts[1])
    return check_offsets(path, number, text, span, cells[2] if len(offsets) == 2 else None)
