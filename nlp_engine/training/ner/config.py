"""Hyper-parameters of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from nlp_engine.knowledge import KnowledgeModel, read_yaml

DEFAULT = Path(__file__).with_name("default.yaml")


class NerConfig(KnowledgeModel):
    """What a run is made of; the same file and data give the same network on the same machine.

    Parameters
    ----------
    version
        Version of the model, shown with every mention it finds.
    corpora
        Names in ``rules/ner/labels.yaml``; one head each.
    subwords_per_batch
        Sub-words in a batch, padding included; all of one corpus.
    warmup
        Share of the steps in which the learning rate rises; it then falls linearly to 0.
    shortest_first_core
        From the second epoch on the first window of a text has a random length of at least this many words, so that
        windows are cut at other places each time.
    precision
        ``bfloat16`` is faster where the CPU computes it itself (AVX-512 BF16, AMX) and far slower elsewhere.
    threads
        CPU threads of torch.
    """

    schema_version: Literal[1]
    version: str
    corpora: tuple[str, ...]
    seed: int
    epochs: int
    subwords_per_batch: int
    encoder_learning_rate: float
    head_learning_rate: float
    weight_decay: float
    warmup: float
    dropout: float
    shortest_first_core: int
    precision: Literal["float32", "bfloat16"]
    threads: int


def load_config(path: Path | None = None) -> NerConfig:
    """Read a configuration, the embedded model's if None."""
    return read_yaml(path or DEFAULT, NerConfig)
