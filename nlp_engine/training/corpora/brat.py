"""brat stand-off: ``<id>.txt`` with ``<id>.ann``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan, flatten


def read_brat(folder: Path, ids: Iterable[str], types: Mapping[str, str]) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a brat folder with the types that ``types`` maps to our labels.

    A discontinuous span (``start end;start end``) becomes its hull.
    """
    for document in ids:
        with (folder / f"{document}.txt").open(encoding="utf-8", newline="") as file:
            text = file.read()
        lines = (folder / f"{document}.ann").read_text(encoding="utf-8").splitlines()
        yield AnnotatedDocument(document, text, flatten(_spans(lines, types)))


def _spans(lines: Iterable[str], types: Mapping[str, str]) -> Iterator[LabelledSpan]:
    for line in lines:
        if not line.startswith("T"):
            continue
        kind, *offsets = line.split("\t")[1].replace(";", " ").split()
        if kind in types:
            yield LabelledSpan(int(offsets[0]), int(offsets[-1]), types[kind])
