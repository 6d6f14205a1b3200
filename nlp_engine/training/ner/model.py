"""One shared encoder with a linear head a corpus."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from nlp_engine.text.ner.labels import LabelFile, bio_tags
from nlp_engine.training.ner.config import NerConfig
from nlp_engine.training.ner.encoder import load_encoder


class MultiHeadTagger(nn.Module):
    """Encoder and heads.

    Parameters
    ----------
    encoder
        A BERT or MPNet without pooler.
    heads
        Corpus -> number of tags.
    """

    def __init__(self, encoder: nn.Module, heads: dict[str, int], *, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        width = encoder.config.hidden_size
        self.heads = nn.ModuleDict({name: nn.Linear(width, tags) for name, tags in heads.items()})

    def encode(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the hidden states, shape (batch, sub-words, width)."""
        output = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        hidden: Tensor = self.dropout(output.last_hidden_state)
        return hidden

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the logits of all heads side by side, shape (batch, sub-words, tags of all heads)."""
        hidden = self.encode(input_ids, attention_mask)
        return torch.cat([head(hidden) for head in self.heads.values()], dim=-1)


def new_tagger(config: NerConfig, labels: LabelFile, base: Path) -> MultiHeadTagger:
    """Return the network of a run before training: the encoder in the folder ``base`` and fresh heads."""
    heads = {name: len(bio_tags(labels.corpora[name].labels)) for name in config.corpora}
    return MultiHeadTagger(load_encoder(base, config.layers), heads, dropout=config.dropout)
