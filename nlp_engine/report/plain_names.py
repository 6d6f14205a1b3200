"""What ``rules/`` tells of names: tests and image labels in everyday words, the names and kinds of concepts.

Only the two or three keys that a patient's page needs are read here; ``labs`` and ``fusion`` check the whole files.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import BaseModel

from nlp_engine.assessment import LabResult
from nlp_engine.knowledge import Concept, load_concepts, normalise_phrase, read_yaml, resource


class _Named(BaseModel):
    code: str
    name: str
    plain: str


class _NamedFile(BaseModel):
    schema_version: Literal[1]
    analytes: tuple[_Named, ...] = ()


@lru_cache(maxsize=1)
def _tests() -> dict[str, str]:
    files = (read_yaml(path, _NamedFile) for path in sorted((resource("rules") / "labs").glob("*.yaml")))
    return {analyte.code: analyte.plain for file in files for analyte in file.analytes}


@lru_cache(maxsize=1)
def _concepts() -> dict[str, Concept]:
    return load_concepts()


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    concepts = _concepts().values()
    kinds = {label: plain for concept in concepts for label, plain in concept.narrower_image_labels.items()}
    return kinds | {label: concept.plain for concept in concepts for label in concept.image_labels}


@lru_cache(maxsize=1)
def concept_names() -> frozenset[str]:
    """Return the names of all concepts as they are compared."""
    return frozenset(normalise_phrase(name) for c in _concepts().values() for name in (c.name, *c.names))


def is_disease(concept: str) -> bool:
    """Say whether a concept is a disease, not a symptom, a sign or a test."""
    known = _concepts().get(concept)
    return known is not None and known.kind == "disease"


def plain_test(result: LabResult) -> str:
    """Return a test's name in everyday words; its own name where ``rules/labs`` has none."""
    return _tests().get(result.code or "", result.name)


def plain_label(label: str) -> str | None:
    """Return an image label in everyday words; None where no concept knows it."""
    return _labels().get(label)
