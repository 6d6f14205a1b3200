"""PubTator: title and abstract lines, then a line a mention; offsets count from the start of the title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan
from nlp_engine.training.corpora.files import broken, check_offsets, read_lines

_TEXT = re.compile(r"([^|\t]+)\|([ta])\|(.*)")
_BARE_ID = re.compile(r"\d+")
_ROW = "write id|t|title, id|a|abstract, or id<TAB>start<TAB>end<TAB>text<TAB>type"
Row = tuple[int, str]
"""Number of a line, and the line."""


def read_pubtator(path: Path) -> Iterator[AnnotatedDocument]:
    """Yield the abstracts of a PubTator file; title and abstract are joined with one blank.

    Relations and lines with nothing but an id are passed over, and so is a mention in several parts (its offsets are
    lists). A composite mention ("cardiac and renal failure") counts as the one span that its row gives.

    Raises
    ------
    InputError
        If the file cannot be read, a row is broken, or an offset wrong.
    """
    for block in _blocks(path):
        texts = {"t": "", "a": ""}
        rows: list[Row] = []
        name = ""
        for number, line in block:
            if match := _TEXT.fullmatch(line):
                name, texts[match[2]] = match[1], match[3]
            else:
                rows.append((number, line))
        text = f"{texts['t']} {texts['a']}"
        yield AnnotatedDocument(name, text, tuple(_spans(path, name, rows, text)))


def _blocks(path: Path) -> Iterator[list[Row]]:
    """Yield the lines of each abstract; a title begins the next one, with a blank line before it or without."""
    block: list[Row] = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip() or _BARE_ID.fullmatch(line.strip()):
            continue
        match = _TEXT.fullmatch(line)
        if match and match[2] == "t" and block:
            yield block
            block = []
        if not block and not match:
            raise broken(path, number, "an abstract begins with id|t|title")
        block.append((number, line))
    if block:
        yield block


def _spans(path: Path, name: str, rows: list[Row], text: str) -> Iterator[LabelledSpan]:
    for number, row in rows:
        cells = row.split("\t")
        if len(cells) < 4 or cells[0].strip() != name.strip():
            raise broken(path, number, _ROW)
        if not cells[1][:1].isdigit() or {",", ";"} & set(cells[1] + cells[2]):
            continue  # a relation has words where a mention has offsets; a mention in several parts has lists
        if len(cells) < 5 or not (cells[1].isdecimal() and cells[2].isdecimal()):
            raise broken(path, number, _ROW)
        span = LabelledSpan(int(cells[1]), int(cells[2]), cells[4].strip())
        yield check_offsets(path, number, text, span, cells[3])
