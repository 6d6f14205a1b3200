"""Annotated corpora -> documents with labelled spans."""

from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan, LeftOut, labelled
from nlp_engine.training.corpora.library import FORMATS, PARTS, Part, find_folder, part_files, read_corpus, read_files

__all__ = [
    "FORMATS",
    "PARTS",
    "AnnotatedDocument",
    "LabelledSpan",
    "LeftOut",
    "Part",
    "find_folder",
    "labelled",
    "part_files",
    "read_corpus",
    "read_files",
]
