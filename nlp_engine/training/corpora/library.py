"""The corpora of ``rules/ner/labels.yaml`` by name and part."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from nlp_engine.errors import InputError
from nlp_engine.text.ner.labels import Corpus
from nlp_engine.training.corpora.brat import read_brat
from nlp_engine.training.corpora.document import AnnotatedDocument
from nlp_engine.training.corpora.phee import read_phee
from nlp_engine.training.corpora.pubtator import read_pubtator


def read_corpus(corpus: Corpus, data: Path, part: Literal["train", "dev"]) -> list[AnnotatedDocument]:
    """Read one part of a corpus from ``data/<folder>``.

    Raises
    ------
    InputError
        If a file of the corpus is missing.
    """
    folder = data / corpus.folder
    try:
        if corpus.format == "brat":
            ids = (folder / f"{part}.txt").read_text(encoding="utf-8").split()
            return list(read_brat(folder / "docs", ids, corpus.types))
        if corpus.format == "pubtator":
            return list(read_pubtator(folder / f"{part}.pubtator", corpus.types))
        return list(read_phee(folder / f"{part}.json", corpus.types))
    except FileNotFoundError as error:
        where = f"{corpus.folder}/{Path(error.filename).name}"
        raise InputError(
            where, "the file does not exist", "point --data at the folder that holds the corpora"
        ) from error
