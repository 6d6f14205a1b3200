"""CoNLL: a token a line with its tag in the last column; a blank line ends a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nlp_engine.text.ner.tags import OUTSIDE, Tag, goes_on
from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan
from nlp_engine.training.corpora.files import broken, read_lines

_TAG = re.compile(r"O|[BIELSU]-\S+")
_DOCUMENT = "-DOCSTART-"
Token = tuple[str, str]
"""A token and its tag; both empty where a sentence ends."""


def read_conll(path: Path) -> Iterator[AnnotatedDocument]:
    """Yield the documents of a CoNLL file, cut at ``-DOCSTART-``, tagged by BIO, IOB1, BIOES or BILOU.

    The text is rebuilt: one blank between tokens, a line a sentence.

    Raises
    ------
    InputError
        If the file cannot be read, or a row is broken.
    """
    documents: list[list[Token]] = [[]]
    for number, line in enumerate(read_lines(path), start=1):
        cells = line.split("\t") if "\t" in line.strip() else line.split()
        cells = [cell.strip() for cell in cells]
        if cells and cells[0] == _DOCUMENT:
            documents.append([])
        elif not any(cells):
            documents[-1].append(("", ""))
        elif len(cells) > 1 and cells[0] and _TAG.fullmatch(cells[-1]):
            documents[-1].append((cells[0], cells[-1]))
        elif not line.startswith("# "):
            raise broken(path, number, "write a token and, in the last column, O or a tag like B-PROBLEM")
    filled = [document for document in documents if any(token for token, _ in document)]
    for place, tokens in enumerate(filled, start=1):
        yield _document(f"{path.stem}-{place}", tokens)


def _document(name: str, tokens: list[Token]) -> AnnotatedDocument:
    parts: list[str] = []
    spans: list[LabelledSpan] = []
    place, gap, before = 0, "", OUTSIDE
    for token, name in tokens:
        if not token:
            gap, before = "\n" if parts else "", OUTSIDE
            continue
        prefix, _, kind = name.partition("-")
        tag = Tag(kind, prefix) if kind else OUTSIDE
        start = place + len(gap)
        place = start + len(token)
        if kind and goes_on(before, tag):
            spans[-1] = spans[-1]._replace(end=place)
        elif kind:
            spans.append(LabelledSpan(start, place, kind))
        parts.append(gap + token)
        gap, before = " ", tag
    return AnnotatedDocument(name, "".join(parts), tuple(spans))
