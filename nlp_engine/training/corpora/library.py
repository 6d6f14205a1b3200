"""Corpora by folder and part; files by format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from nlp_engine.errors import InputError
from nlp_engine.text.ner.labels import Corpus
from nlp_engine.training.corpora.brat import annotations_in, read_brat, read_brat_attributes
from nlp_engine.training.corpora.conll import read_conll
from nlp_engine.training.corpora.document import AnnotatedDocument, labelled
from nlp_engine.training.corpora.files import read_lines
from nlp_engine.training.corpora.phee import read_phee
from nlp_engine.training.corpora.pubtator import read_pubtator
from nlp_engine.training.corpora.spacy_files import read_spacy

Part = Literal["train", "dev", "test"]
PARTS: tuple[Part, ...] = ("train", "dev", "test")
_ONE_FILE: Mapping[str, tuple[Callable[[Path], Iterator[AnnotatedDocument]], tuple[str, ...]]] = {
    "conll": (read_conll, (".conll", ".txt")),
    "phee": (read_phee, (".json",)),
    "pubtator": (read_pubtator, (".pubtator", ".txt")),
    "spacy": (read_spacy, (".spacy", ".jsonl")),
}
"""Format -> how one of its files is read, and how the file of a part may end."""
_BRAT: Mapping[str, Callable[[Iterable[Path]], Iterator[AnnotatedDocument]]] = {
    "brat": read_brat,
    "brat_attributes": read_brat_attributes,
}
_WHERE = "point --data at the folder that holds the corpora"
FORMATS = ("brat", "conll", "pubtator", "spacy")
"""The formats that any file may have."""


def read_files(form: str, paths: Sequence[Path]) -> Iterator[AnnotatedDocument]:
    """Yield the documents of files of one format, with the types as the files name them.

    Raises
    ------
    InputError
        If a file cannot be read; the sentence names the file, and the line.
    """
    if form in _BRAT:
        yield from _BRAT[form](_annotations(paths))
        return
    for path in paths:
        yield from _ONE_FILE[form][0](path)


def read_corpus(corpus: Corpus, data: Path, part: Part) -> list[AnnotatedDocument]:
    """Read one part of a corpus from ``data/<folder>``, with our labels.

    Raises
    ------
    InputError
        If a file of the corpus is missing or cannot be read.
    """
    folder = data / corpus.folder
    files = part_files(corpus, folder, part)
    if not files:
        raise InputError(_first_name(corpus, folder, part), "the file does not exist", _WHERE)
    return list(labelled(read_files(corpus.format, files), corpus.label_of))


def part_files(corpus: Corpus, folder: Path, part: Part) -> list[Path]:
    """Return the files of one part, none if the corpus has no such part.

    brat: ``docs/`` with the ids in ``<part>.txt``, or a folder ``<part>/``; other formats: one file ``<part>.<end>``.
    """
    if corpus.format not in _BRAT:
        candidates = [folder / f"{part}{ending}" for ending in _ONE_FILE[corpus.format][1]]
        return [path for path in candidates if path.is_file()][:1]
    ids = folder / f"{part}.txt"
    if ids.is_file():
        return [folder / "docs" / f"{line.strip()}.ann" for line in read_lines(ids) if line.strip()]
    return annotations_in(folder / part) if (folder / part).is_dir() else []


def find_folder(corpus: Corpus, data: Sequence[Path]) -> Path | None:
    """Return the corpus's folder in the first of some folders that has it."""
    return next((root / corpus.folder for root in data if (root / corpus.folder).is_dir()), None)


def _first_name(corpus: Corpus, folder: Path, part: Part) -> str:
    ending = ".txt" if corpus.format in _BRAT else _ONE_FILE[corpus.format][1][0]
    return f"{folder.name}/{part}{ending}"


def _annotations(paths: Sequence[Path]) -> list[Path]:
    """Return the ``.ann`` files meant: of a folder all; a text stands for the file beside it; each one once."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = (
            annotations_in(path) if path.is_dir() else [path.with_suffix(".ann") if path.suffix == ".txt" else path]
        )
        found.update(dict.fromkeys(inside))
    return list(found)
