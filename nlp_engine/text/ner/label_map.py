"""What another model calls things, in the labels of this engine (``rules/ner/foreign_labels.yaml``)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, model_validator

from nlp_engine.errors import ModelError
from nlp_engine.knowledge import KnowledgeModel, did_you_mean, read_yaml, resource
from nlp_engine.text.ner.labels import LABELS
from nlp_engine.text.ner.recogniser import EntitySpan, SpanReader

logger = logging.getLogger(__name__)
_BETWEEN = re.compile(r"[\s_-]+")


class ForeignReader(SpanReader, Protocol):
    """A model of others: the spans it gives bear its own labels."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels that it may give."""


class ForeignLabels(KnowledgeModel):
    """The whole file: our label -> well-known names of others; and the score of an entity that came without one."""

    schema_version: Literal[1]
    about: str
    score_of_unscored: Annotated[float, Field(ge=0, le=1)]
    labels: dict[str, tuple[str, ...]]

    @model_validator(mode="after")
    def _labels_known(self) -> Self:
        check_labels(self.labels)
        names = [_key(name) for others in self.labels.values() for name in others]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"stands twice: {', '.join(twice)}")
        return self

    def meanings(self) -> dict[str, str]:
        """Return name of others -> our label; our labels mean themselves."""
        own = {label: label for label in sorted(LABELS)}
        return own | {name: label for label, names in self.labels.items() for name in names}


def load_foreign_labels() -> ForeignLabels:
    """Read ``rules/ner/foreign_labels.yaml``."""
    return read_yaml(resource("rules") / "ner" / "foreign_labels.yaml", ForeignLabels)


def check_labels(labels: Iterable[str]) -> None:
    """Raise a ValueError that names each label that is not one of the engine's."""
    for label in labels:
        if label not in LABELS:
            near = did_you_mean(label, sorted(LABELS))
            raise ValueError(f'"{label}" is not a label of the engine{near}; they are {", ".join(sorted(LABELS))}')


class Relabelled:
    """A model of others that speaks our labels; what has no meaning here is left out.

    Parameters
    ----------
    reader
        The model.
    meanings
        Its labels -> ours; None for the well-known names of ``rules/ner/foreign_labels.yaml``.

    Raises
    ------
    ModelError
        If no label of the model has a meaning, or ``meanings`` names a label that the model does not have.
    """

    def __init__(self, reader: ForeignReader, meanings: Mapping[str, str] | None = None) -> None:
        self._reader = reader
        if meanings is not None:
            _check_used(reader, meanings)
        by_key = {_key(name): label for name, label in (meanings or load_foreign_labels().meanings()).items()}
        self._meanings = {name: by_key[_key(name)] for name in reader.labels if _key(name) in by_key}
        ignored = [name for name in reader.labels if name not in self._meanings]
        if not self._meanings:
            raise ModelError(
                f"{reader.version}: none of its labels ({', '.join(reader.labels) or 'it has none'}) means anything "
                "here; give a YAML file that says what they mean under `labels`."
            )
        if ignored:
            logger.warning("%s: these labels are ignored: %s", reader.version, ", ".join(ignored))

    @property
    def version(self) -> str:
        """Name and version of the model."""
        return self._reader.version

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return the spans that have a meaning here, in order, without overlap."""
        return [
            replace(span, label=self._meanings[span.label])
            for span in self._reader.recognise(text)
            if span.label in self._meanings
        ]


def _check_used(reader: ForeignReader, meanings: Mapping[str, str]) -> None:
    keys = {_key(name) for name in reader.labels}
    for name in meanings:
        if _key(name) not in keys:
            near = did_you_mean(name, list(reader.labels))
            raise ModelError(f'{reader.version} has no label "{name}"{near}; it has {", ".join(reader.labels)}.')


def _key(name: str) -> str:
    return _BETWEEN.sub(" ", name).strip().casefold()
