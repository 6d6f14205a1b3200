"""PubTator: title and abstract lines, then a line a mention; offsets count from the start of the title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan, flatten


def read_pubtator(path: Path, types: Mapping[str, str]) -> Iterator[AnnotatedDocument]:
    """Yield the abstracts of a PubTator file; title and abstract are joined with one blank."""
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        title, abstract, *rows = block.splitlines()
        text = f"{title.split('|', 2)[2]} {abstract.split('|', 2)[2]}"
        yield AnnotatedDocument(title.split("|", 1)[0], text, flatten(_spans(rows, types)))


def _spans(rows: list[str], types: Mapping[str, str]) -> Iterator[LabelledSpan]:
    for row in rows:
        cells = row.split("\t")
        is_mention = len(cells) >= 5 and cells[1].isdigit()  # a relation has words there
        if is_mention and cells[4] in types:
            yield LabelledSpan(int(cells[1]), int(cells[2]), types[cells[4]])
