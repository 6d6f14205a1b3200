"""An installed spaCy or scispaCy model, or one saved to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy

from nlp_engine.errors import ModelError
from nlp_engine.text.ner.recogniser import EntitySpan


class SpacyReader:
    """Reads the entities of a spaCy pipeline.

    spaCy gives no probability: every entity has the same ``score``. The pipeline's word store is emptied after each
    text, so that nothing of a note is kept.
    """

    def __init__(self, nlp: Any, score: float) -> None:  # noqa: ANN401 - spaCy has no usable types
        self._nlp = nlp
        self._score = score

    @classmethod
    def load(cls, model: str | Path, *, score: float) -> SpacyReader:
        """Load a model by the name of its package, or from a folder.

        Parameters
        ----------
        score
            Given to each entity.

        Raises
        ------
        ModelError
            If it is not installed, or cannot be loaded.
        """
        if isinstance(model, str) and not spacy.util.is_package(model):
            raise ModelError(
                f'the spaCy model "{model}" is not installed, and no folder has this name; install its package.'
            )
        try:
            return cls(spacy.load(model), score)
        except (OSError, ValueError, ImportError) as error:
            raise ModelError(f"{model} cannot be loaded by spaCy {spacy.__version__}.") from error

    @property
    def version(self) -> str:
        """Name and version as spaCy's meta has them."""
        meta = self._nlp.meta
        return f"{meta['lang']}_{meta['name']} {meta['version']}"

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of all components that find entities."""
        found = (
            label
            for name, _ in self._nlp.pipeline
            if "doc.ents" in self._nlp.get_pipe_meta(name).assigns
            for label in self._nlp.pipe_labels.get(name, ())
        )
        return tuple(dict.fromkeys(found))

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return the spans of a text of any length, with the model's own labels, in order, without overlap."""
        return [
            EntitySpan(start, end, label, self._score, self.version)
            for begin, stop in _pieces(text, self._nlp.max_length)
            for start, end, label in self._entities(text, begin, stop)
        ]

    def _entities(self, text: str, begin: int, stop: int) -> list[tuple[int, int, str]]:
        with self._nlp.memory_zone():
            found = [
                (begin + ent.start_char, begin + ent.end_char, ent.label_) for ent in self._nlp(text[begin:stop]).ents
            ]
        return [
            (start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()), label)
            for start, end, label in found
            for piece in [text[start:end]]
            if not piece.isspace()
        ]


def _pieces(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Yield pieces of at most ``most`` characters that end with a line, else at a blank, else anywhere."""
    begin = 0
    while len(text) - begin > most:
        end = begin + most
        cut = text.rfind("\n", begin, end) + 1 or text.rfind(" ", begin, end) + 1 or end
        yield begin, cut
        begin = cut
    if begin < len(text):
        yield begin, len(text)
