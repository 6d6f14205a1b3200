"""One shared encoder with a linear head a corpus."""

from __future__ import annotations

import torch
from torch import Tensor, nn


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
