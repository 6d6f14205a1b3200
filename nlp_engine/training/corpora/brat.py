"""brat stand-off: ``<id>.txt`` with ``<id>.ann``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_engine.errors import InputError
from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan
from nlp_engine.training.corpora.files import broken, check_offsets, read_text, shown

_ATTRIBUTE = re.compile(r"A\d+\t(\S+) (T\d+) (\S+)")
_OFFSETS = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")


def read_brat(annotations: Iterable[Path]) -> Iterator[AnnotatedDocument]:
    """Yield the documents of some ``.ann`` files.

    A discontinuous span (``start end;start end``) becomes its hull.

    Raises
    ------
    InputError
        If a file is missing, a row broken, or an offset wrong.
    """
    for path in annotations:
        rows = read_text(path).split("\n")
        beside = path.with_suffix(".txt")
        if not beside.is_file():
            raise InputError(shown(path), f"has no {beside.name} beside it", "each .ann file needs its text")
        text = read_text(beside)
        yield AnnotatedDocument(path.stem, text, tuple(_spans(path, rows, text)))


def _spans(path: Path, rows: Iterable[str], text: str) -> Iterator[LabelledSpan]:
    """Yield the spans of a file; one with an attribute comes a second time, as ``Attribute.value``."""
    by_id: dict[str, LabelledSpan] = {}
    said: list[tuple[str, str]] = []
    for number, row in enumerate(rows, 1):
        if row.startswith("T"):
            by_id[row.split("\t", 1)[0]] = read_span(path, number, row, text)
        elif attribute := _ATTRIBUTE.match(row):
            said.append((attribute[2], f"{attribute[1]}.{attribute[3]}"))
    yield from by_id.values()
    for identifier, value in said:
        if identifier in by_id:
            yield by_id[identifier]._replace(label=value)


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
