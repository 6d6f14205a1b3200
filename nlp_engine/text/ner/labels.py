"""``rules/ner/labels.yaml``: corpora, their types, and how the heads are merged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from nlp_engine.assessment import AttributeLabel, Experiencer, MentionLabel, Presence, Temporality
from nlp_engine.knowledge import KnowledgeModel, Source, read_yaml, resource

MENTION_LABELS = frozenset(label.value for label in MentionLabel)
LABELS = MENTION_LABELS | {label.value for label in AttributeLabel}
ASSERTION_LABELS = frozenset(value.value.upper() for axis in (Presence, Temporality, Experiencer) for value in axis)
"""What a head may say of a mention instead of what the mention is."""


class Corpus(KnowledgeModel):
    """One annotated corpus: where it comes from, how it is written, and what its types mean here.

    Without ``types`` the types of its files are our labels, and it teaches those of its train part.
    """

    source: Source
    licence: str
    format: Literal["brat", "brat_attributes", "conll", "phee", "pubtator", "spacy"]
    folder: str
    types: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _labels_known(self) -> Self:
        if unknown := set(self.types.values()) - LABELS - ASSERTION_LABELS:
            raise ValueError(f"not a label of the engine: {', '.join(sorted(unknown))}")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """Our labels that this corpus teaches, sorted."""
        return tuple(sorted(set(self.types.values())))

    def label_of(self, kind: str) -> str | None:
        """Return what a type of a file means here: one of the corpus's own or one of our labels, in any case."""
        meanings = {label: label for label in self.labels or LABELS} | self.types
        if kind in meanings:
            return meanings[kind]
        return {name.casefold(): label for name, label in meanings.items()}.get(kind.casefold())


class MergeStep(KnowledgeModel):
    """What one head may add; ``labels`` None means all of its labels."""

    head: str
    labels: tuple[str, ...] | None = None
    min_score: float = 0.0


class LabelFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    corpora: dict[str, Corpus]
    merge: tuple[MergeStep, ...]

    @model_validator(mode="after")
    def _heads_known(self) -> Self:
        if unknown := {step.head for step in self.merge} - self.corpora.keys():
            raise ValueError(f"merge names a head without a corpus: {', '.join(sorted(unknown))}")
        if untyped := [name for name, corpus in self.corpora.items() if not corpus.types]:
            raise ValueError(f"a corpus without types: {', '.join(untyped)}")
        return self

    def steps_for(self, heads: Sequence[str]) -> tuple[MergeStep, ...]:
        """Return how the heads of one model are merged.

        A head without a corpus here was trained on a user's own notes and has the first word. Heads that ``merge``
        leaves out are used only in a model that has no others.
        """
        own = tuple(MergeStep(head=head) for head in heads if head not in self.corpora)
        listed = tuple(step for step in self.merge if step.head in heads)
        return (*own, *listed) or tuple(MergeStep(head=head) for head in heads)


def load_labels(path: Path | None = None) -> LabelFile:
    """Read ``rules/ner/labels.yaml``."""
    return read_yaml(path or resource("rules") / "ner" / "labels.yaml", LabelFile)


def bio_tags(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the BIO tags of some labels: O first, then B- and I- of each."""
    return ("O", *(f"{prefix}-{label}" for label in labels for prefix in "BI"))
