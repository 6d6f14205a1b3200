"""spaCy's forms: a ``.spacy`` file (DocBin), or JSON lines of texts with their entities."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import DocBin

from nlp_engine.errors import InputError
from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan
from nlp_engine.training.corpora.files import broken, check_offsets, read_lines, shown

_ROW = 'write {"text": "...", "entities": [[start, end, "label"]]}'


def read_spacy(path: Path) -> Iterator[AnnotatedDocument]:
    """Yield the texts of a ``.spacy`` file, or of JSON lines with ``entities`` or ``spans``.

    Raises
    ------
    InputError
        If the file cannot be read, a row is broken, or an offset wrong.
    """
    return _doc_bin(path) if path.suffix == ".spacy" else _json_lines(path)


def _doc_bin(path: Path) -> Iterator[AnnotatedDocument]:
    try:
        docs = list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))
    except FileNotFoundError as error:
        raise InputError(shown(path), "the file does not exist", "give an existing file") from error
    except (ValueError, KeyError, TypeError, EOFError, zlib.error) as error:
        raise InputError(shown(path), "is not a DocBin of spaCy 3", "write it with DocBin.to_disk") from error
    if not docs:
        raise InputError(shown(path), "the file is empty", "give a file with annotated text")
    for number, doc in enumerate(docs, start=1):
        spans = tuple(LabelledSpan(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)
        yield AnnotatedDocument(f"{path.stem}-{number}", doc.text, spans)


def _json_lines(path: Path) -> Iterator[AnnotatedDocument]:
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            text, entities = _row(path, number, line)
            spans = tuple(check_offsets(path, number, text, _span(path, number, entity)) for entity in entities)
            yield AnnotatedDocument(f"{path.stem}-{number}", text, spans)


def _row(path: Path, number: int, line: str) -> tuple[str, list[Any]]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise broken(path, number, _ROW) from error
    text = row.get("text") if isinstance(row, dict) else None
    entities = row.get("entities", row.get("spans")) if isinstance(row, dict) else None
    if not isinstance(text, str) or not isinstance(entities, list):
        raise broken(path, number, _ROW)
    return text, entities


def _span(path: Path, number: int, entity: object) -> LabelledSpan:
    if isinstance(entity, dict):
        entity = [entity.get(key) for key in ("start", "end", "label")]
    if isinstance(entity, list) and len(entity) >= 3:
        start, end, label = entity[:3]
        if type(start) is int and type(end) is int and isinstance(label, str):
            return LabelledSpan(start, end, label)
    raise broken(path, number, _ROW)
