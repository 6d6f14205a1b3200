"""Clinical text to learn from: pieces of notes and abstracts, some with a line that names somebody put in."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlp_engine.deidentify import Deidentifier
from nlp_engine.training.corpora.pubtator import read_pubtator
from nlp_engine.training.deidentify.sentences import IGNORED, Example, filled
from nlp_engine.training.deidentify.values import Values

ANNOTATED = Path("corpus_samples/annotated")
_SHORTEST, _LONGEST = 40, 3500
_BREAK = re.compile(r"[.\n] ?")
_GAPS = (" ", "\n")
_ABSTRACTS = 400


def read_texts(data: Path) -> list[str]:
    """Return a third of MTSamples, the train notes of ACI-Bench and of our annotated ones, some abstracts of BC5CDR.

    Another third of MTSamples, every report whose place can be divided by three, is kept to look at what goes in it.
    """
    lines = (data / "notes/mtsamples/mtsamples.jsonl").read_text(encoding="utf-8").splitlines()
    reports = [_with_lines(json.loads(line)["text"]) for place, line in enumerate(lines) if place % 3 == 1]
    folder = data / "notes/aci_bench"
    rows = [line.split(",") for line in (folder / "index.csv").read_text(encoding="utf-8").splitlines()[1:]]
    visits = [(folder / "notes" / f"{row[0]}.txt").read_text(encoding="utf-8") for row in rows if row[1] == "train"]
    files = sorted(path for path in (data / "ner/bc5cdr").rglob("*") if "train" in path.name.lower() and path.is_file())
    abstracts = [document.text for path in files for document in read_pubtator(path)]
    own = [path.read_text(encoding="utf-8") for path in _annotated()]
    return [*reports, *own, *own, *visits, *visits, *abstracts[:_ABSTRACTS]]


def _annotated() -> list[Path]:
    return [
        ANNOTATED / "docs" / f"{name}.txt" for name in (ANNOTATED / "train.txt").read_text(encoding="utf-8").split()
    ]


def _with_lines(text: str) -> str:
    """Give back the line feeds that MTSamples has as commas behind full stops and colons, in every second text."""
    return re.sub(r"(?<=[:.]),(?= )", "\n", text) if len(text) % 2 else text


def pieces_of_notes(
    texts: Sequence[str], rules_only: Deidentifier, lines: Sequence[str], values: Values, draw: random.Random
) -> Iterator[Example]:
    """Yield pieces of 40 to 3,500 characters; in half of them stands a filled line.

    What the rules take for an identifier is ignored, not learnt: some of it is one, some is not.
    """
    for text in texts:
        found = [(item.start, item.end) for item in rules_only.find(text)]
        place = 0
        while place < len(text):
            end = _end(text, place, int(math.exp(draw.uniform(math.log(_SHORTEST), math.log(_LONGEST)))))
            spans = [(start - place, stop - place, IGNORED) for start, stop in found if start < end and stop > place]
            piece = Example(text[place:end], spans)
            yield _with_line(piece, filled(draw.choice(lines), values), draw) if draw.random() < 0.5 else piece
            place = end


def _end(text: str, place: int, size: int) -> int:
    end = min(len(text), place + size)
    blank = text.rfind(" ", place + 10, end) if end < len(text) else -1
    return blank if blank > 0 else end


def _with_line(piece: Example, line: Example, draw: random.Random) -> Example:
    """Put a line behind one of the sentences of a piece."""
    cut = draw.choice([match.end() for match in _BREAK.finditer(piece.text)] or [len(piece.text)])
    if any(start < cut < end for start, end, _ in piece.spans):
        return piece
    added = draw.choice(_GAPS) + line.text + draw.choice(_GAPS)
    spans = [(s, e, label) if e <= cut else (s + len(added), e + len(added), label) for s, e, label in piece.spans]
    spans += [(start + cut + 1, end + cut + 1, label) for start, end, label in line.spans]
    return Example(piece.text[:cut] + added + piece.text[cut:], spans)
