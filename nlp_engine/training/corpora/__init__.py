"""Annotated corpora -> documents with labelled spans."""

from nlp_engine.training.corpora.document import AnnotatedDocument, LabelledSpan
from nlp_engine.training.corpora.library import read_corpus

__all__ = ["AnnotatedDocument", "LabelledSpan", "read_corpus"]
