"""Soft labels: what a larger teacher says about every word, for all heads, on labelled and unlabelled texts.

A student learns from them beside the hard tags (Hinton G et al., Distilling the Knowledge in a Neural Network, 2015).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from nlp_engine.errors import InputError
from nlp_engine.text.ner.network import special_tokens
from nlp_engine.text.ner.windows import Words, cut_windows, split_words
from nlp_engine.training.ner.dataset import Batch, TaggedDocument
from nlp_engine.training.ner.model import MultiHeadTagger

logger = logging.getLogger(__name__)
_PROGRESS_EVERY = 200


def read_unlabelled(paths: Iterable[Path], tokenizer: Tokenizer) -> list[TaggedDocument]:
    """Return texts without tags: a folder of ``.txt`` files, or JSON Lines with the key ``text``.

    Raises
    ------
    InputError
        If a path does not exist or holds no text.
    """
    documents = []
    for path in paths:
        texts = list(_texts(path)) if path.exists() else []
        if not texts:
            raise InputError(
                path.name, "holds no texts", "give a folder of .txt files, or JSON Lines with the key text"
            )
        documents += [TaggedDocument(split_words(text, tokenizer), {}) for text in texts]
    return documents


def _texts(path: Path) -> Iterator[str]:
    if path.is_dir():
        for file in sorted(path.glob("*.txt")):
            yield file.read_text(encoding="utf-8")
    else:
        for row in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(row)["text"]


def teach(documents: Sequence[TaggedDocument], teacher: MultiHeadTagger, tokenizer: Tokenizer) -> list[TaggedDocument]:
    """Return the documents with the teacher's logits for each word and head."""
    teacher.eval()
    taught = []
    for number, document in enumerate(documents, start=1):
        taught.append(replace(document, soft=_logits(document.words, teacher, tokenizer)))
        if number % _PROGRESS_EVERY == 0 or number == len(documents):
            logger.info("teacher has read %d of %d texts", number, len(documents))
    return taught


def _logits(words: Words, teacher: MultiHeadTagger, tokenizer: Tokenizer) -> dict[str, NDArray[np.float16]]:
    """Return head -> logits, shape (words, tags); float16 is exact enough for soft labels and halves the memory."""
    cls, sep, _ = special_tokens(tokenizer)
    found: dict[str, list[NDArray[np.float16]]] = {head: [] for head in teacher.heads}
    for window in cut_windows(words):
        begin = words.first[window.start]
        ids = torch.tensor([[cls, *words.ids[begin : words.first[window.stop]], sep]])
        places = [words.first[word] - begin + 1 for word in range(window.core_start, window.core_stop)]
        with torch.no_grad():
            hidden = teacher.encode(ids, torch.ones_like(ids))[0, places]
            for head, layer in teacher.heads.items():
                found[head].append(layer(hidden).numpy().astype(np.float16))
    return {head: np.concatenate(pieces) if pieces else np.zeros((0, 0), np.float16) for head, pieces in found.items()}


def soft_loss(hidden: Tensor, heads: Mapping[str, nn.Module], batch: Batch, *, temperature: float) -> Tensor:
    """Return how far the student is from the teacher: mean Kullback-Leibler divergence over words and heads.

    Parameters
    ----------
    hidden
        States of the student, shape (examples, sub-words + 2, width).
    temperature
        Both sides are softened by it; the loss is scaled by its square, so that gradients keep their size.
    """
    rows = [row for row, example in enumerate(batch.examples) for _ in example.places]
    columns = [place + 1 for example in batch.examples for place in example.places]
    words = hidden[rows, columns]
    losses = []
    for head in batch.examples[0].soft.keys() & heads.keys():
        wanted = torch.from_numpy(np.concatenate([example.soft[head] for example in batch.examples])).float()
        said = nn.functional.log_softmax(heads[head](words).float() / temperature, dim=-1)
        goal = nn.functional.log_softmax(wanted / temperature, dim=-1)
        losses.append(nn.functional.kl_div(said, goal, reduction="batchmean", log_target=True))
    return torch.stack(losses).mean() * temperature**2
