"""Annotated documents -> windows of sub-words with a tag a word and head -> batches of one set of texts each."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from nlp_engine.text.ner.labels import bio_tags
from nlp_engine.text.ner.network import special_tokens
from nlp_engine.text.ner.windows import Words, cut_windows, split_words
from nlp_engine.training.corpora import AnnotatedDocument, LabelledSpan

IGNORED = -100
"""Tag of a place that is not a word's first sub-word; the loss passes over it."""
UNLABELLED = "unlabelled"
"""Name under which ``repeats`` may speak of texts that only the teacher has read."""
_LENGTHS = 8
"""Batches are padded to a multiple of it: torch prepares its kernels anew for every shape."""


@dataclass(frozen=True, slots=True)
class TaggedDocument:
    """A document's words; for each head that learns from it, the tag of each word, shape (words,).

    ``soft`` holds a teacher's logits by head, shape (words, tags), if there is a teacher.
    """

    words: Words
    tags: dict[str, NDArray[np.int64]]
    soft: dict[str, NDArray[np.float16]] = field(default_factory=dict)


Tagged = Mapping[tuple[str, ...], list[TaggedDocument]]
"""Heads that learn from some documents -> these documents; no heads: only a teacher has read them."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window: sub-word ids, and for each head a tag for each (``IGNORED`` off the first sub-words).

    ``places`` are the first sub-words of the words in the core, ``soft`` the teacher's logits for these words.
    """

    ids: list[int]
    tags: dict[str, list[int]]
    places: list[int]
    soft: dict[str, NDArray[np.float16]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples that the same heads learn from."""

    heads: tuple[str, ...]
    examples: list[Example]


def tag_document(
    layers: Mapping[str, AnnotatedDocument], labels: Mapping[str, tuple[str, ...]], tokenizer: Tokenizer
) -> TaggedDocument:
    """Give each word its BIO tags.

    Parameters
    ----------
    layers
        The same text as each head sees it: head -> document with the spans that the head learns.
    labels
        Head -> its labels.
    """
    words = split_words(next(iter(layers.values())).text, tokenizer)
    return TaggedDocument(words, {head: _tags(words, layer.spans, labels[head]) for head, layer in layers.items()})


def _tags(words: Words, spans: Iterable[LabelledSpan], labels: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the BIO tag of each word; a word that a span touches belongs to it."""
    index = {tag: place for place, tag in enumerate(bio_tags(labels))}
    starts = np.array([start for start, _ in words.spans])
    ends = np.array([end for _, end in words.spans])
    tags = np.zeros(len(words.spans), dtype=np.int64)
    for span in spans:
        inside = np.flatnonzero((ends > span.start) & (starts < span.end))
        if len(inside):
            tags[inside] = index[f"I-{span.label}"]
            tags[inside[0]] = index[f"B-{span.label}"]
    return tags


def epoch_batches(
    corpora: Tagged,
    *,
    size: int,
    smallest_windows: tuple[int, int],
    seed: int,
    repeats: Mapping[str, int] | None = None,
) -> list[Batch]:
    """Cut all documents into windows and those into shuffled batches of at most ``size`` padded sub-words.

    Each document draws the size of its smallest window from ``smallest_windows`` (both ends included), so that windows
    are cut at other places each time and the network reads long and short ones.
    """
    dice = random.Random(seed)
    batches: list[Batch] = []
    for heads, documents in corpora.items():
        passes = [
            document for _ in range((repeats or {}).get(heads[0] if heads else UNLABELLED, 1)) for document in documents
        ]
        examples = [e for document in passes for e in _examples(document, smallest_windows, dice)]
        dice.shuffle(examples)
        # Windows of like length go together; the coarse key keeps most of the shuffle.
        examples.sort(key=lambda example: len(example.ids) // 16)
        batches += [Batch(heads, group) for group in _groups(examples, size)]
    dice.shuffle(batches)
    return batches


def _examples(document: TaggedDocument, smallest_windows: tuple[int, int], dice: random.Random) -> Iterator[Example]:
    words = document.words
    for window in cut_windows(words, smallest=dice.randint(*smallest_windows)):
        begin, end = words.first[window.start], words.first[window.stop]
        core = range(window.core_start, window.core_stop)
        places = [words.first[word] - begin for word in core]
        layers = {}
        for head, tags in document.tags.items():
            layers[head] = [IGNORED] * (end - begin)
            for word, place in zip(core, places, strict=True):
                layers[head][place] = int(tags[word])
        soft = {head: logits[window.core_start : window.core_stop] for head, logits in document.soft.items()}
        yield Example(words.ids[begin:end], layers, places, soft)


def _groups(examples: list[Example], size: int) -> Iterator[list[Example]]:
    group: list[Example] = []
    longest = 0
    for example in examples:
        longest = max(longest, len(example.ids))
        if group and (len(group) + 1) * longest > size:
            yield group
            group, longest = [], len(example.ids)
        group.append(example)
    if group:
        yield group


def collate(batch: Batch, tokenizer: Tokenizer) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Return padded ids, attention mask and the tags of each head, all of shape (examples, sub-words + 2)."""
    cls, sep, padding = special_tokens(tokenizer)
    longest = -(-max(len(example.ids) + 2 for example in batch.examples) // _LENGTHS) * _LENGTHS
    ids = torch.full((len(batch.examples), longest), padding, dtype=torch.long)
    mask = torch.zeros_like(ids)
    tags = {head: torch.full_like(ids, IGNORED) for head in batch.heads}
    for row, example in enumerate(batch.examples):
        stop = len(example.ids) + 2
        ids[row, :stop] = torch.tensor([cls, *example.ids, sep])
        mask[row, :stop] = 1
        for head in batch.heads:
            tags[head][row, 1 : stop - 1] = torch.tensor(example.tags[head])
    return ids, mask, tags
