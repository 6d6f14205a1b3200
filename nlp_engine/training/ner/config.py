"""Hyper-parameters of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nlp_engine.knowledge import KnowledgeModel, read_yaml
from nlp_engine.text.ner.labels import Corpus, load_labels

CorpusName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""It names a head of the network: small letters, digits and ``_``."""
DEFAULT = Path(__file__).with_name("default.yaml")
EMBEDDED = Path("embedded")
"""What ``start_from`` calls the model that is shipped."""


class Teacher(KnowledgeModel):
    """A larger network that was trained before, and how a student learns from it.

    Parameters
    ----------
    config
        Configuration of the teacher's run, a relative path being looked for beside the student's. The names and types
        of its corpora must be the student's; another encoder is all right.
    checkpoint
        Its ``checkpoint.pt``, a relative path being looked for in the folder ``--work``.
    unlabelled
        More texts for the teacher to read: folders of ``.txt`` files, or JSON Lines with the key ``text``. Texts that
        stand in a corpus, in whatever part, are left out.
    temperature
        Softens both sides.
    weight
        Share of the soft labels in the loss; the hard tags have the rest.
    """

    config: Path
    checkpoint: Path
    unlabelled: tuple[Path, ...] = ()
    temperature: float = 2.0
    weight: float = 0.5


class NerConfig(KnowledgeModel):
    """What a run is made of; the same file and data give the same network on the same machine.

    Parameters
    ----------
    version
        Version of the model, shown with every mention it finds.
    encoder
        What training starts from: ``minilm`` (width 384) or ``mpnet`` (768), see ``encoder.py``.
    layers
        How many of the encoder's layers are kept, from the first.
    start_from
        Checkpoint of another run or a model folder, a relative path being looked for in the folder ``--work``, or
        ``embedded``: the model that is shipped. Its weights are taken wherever names and shapes are the same, so that
        heads may be added. None: the published encoder and fresh heads.
    teacher
        A larger network to learn from beside the tags; None: tags alone.
    corpora
        Names in ``rules/ner/labels.yaml`` or ``own_corpora``; one head each.
    own_corpora
        Corpora that ``rules/ner/labels.yaml`` does not know, by a name of their own.
    repeats
        How often an epoch passes over a corpus, each time cut into windows at other places; 1 if not named.
    averaged
        How many of the last epochs' weights are averaged at the end.
    subwords_per_batch
        Sub-words in a batch, padding included; all of one corpus.
    warmup
        Share of the steps in which the learning rate rises; it then falls linearly to 0.
    smallest_windows
        Range that each document draws the size of its smallest window from, in words.
    precision
        ``bfloat16`` is faster where the CPU computes it itself (AVX-512 BF16, AMX) and far slower elsewhere.
    threads
        CPU threads of torch.
    """

    schema_version: Literal[1]
    version: str
    encoder: Literal["minilm", "mpnet"] = "minilm"
    layers: int = 6
    start_from: Path | None = None
    teacher: Teacher | None = None
    corpora: tuple[str, ...]
    own_corpora: dict[CorpusName, Corpus] = Field(default_factory=dict)
    repeats: dict[str, int] = Field(default_factory=dict)
    seed: int
    epochs: int
    averaged: int = 1
    subwords_per_batch: int
    encoder_learning_rate: float
    head_learning_rate: float
    weight_decay: float
    warmup: float
    dropout: float
    smallest_windows: tuple[int, int]
    precision: Literal["float32", "bfloat16"]
    threads: int

    @model_validator(mode="after")
    def _names_free(self) -> Self:
        if taken := self.own_corpora.keys() & load_labels().corpora.keys():
            raise ValueError(f"own_corpora: rules/ner/labels.yaml has {', '.join(sorted(taken))} already")
        return self


def load_config(path: Path | None = None) -> NerConfig:
    """Read a configuration, ``default.yaml`` if None."""
    path = path or DEFAULT
    config = read_yaml(path, NerConfig)
    if config.teacher is None:
        return config
    teacher = config.teacher.model_copy(update={"config": path.parent / config.teacher.config})
    return config.model_copy(update={"teacher": teacher})
