"""Soft labels: what a larger teacher says about every word, for all heads, on labelled and unlabelled texts.

A student learns from them beside the hard tags (Hinton G et al., Distilling the Knowledge in a Neural Network, 2015).
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from nlp_engine.errors import InputError
from nlp_engine.text.ner.windows import Window, Words, cut_windows, split_words
from nlp_engine.training.ner.dataset import Batch, Example, TaggedDocument, collate
from nlp_engine.training.ner.model import MultiHeadTagger

logger = logging.getLogger(__name__)
_PROGRESS_EVERY = 100
_WINDOWS_AT_ONCE = 24


def read_unlabelled(paths: Iterable[Path], tokenizer: Tokenizer, known: Set[str]) -> list[TaggedDocument]:
    """Return texts without tags: a folder of ``.txt`` files, or JSON Lines with the key ``text``.

    Parameters
    ----------
    known
        Fingerprints of the corpora's texts, which are left out: those of a dev or test part must not be learnt from.

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
        new = [text for text in texts if fingerprint(text) not in known]
        logger.info("%s: %d texts, %d of them of a corpus and left out", path.name, len(texts), len(texts) - len(new))
        documents += [TaggedDocument(split_words(text, tokenizer), {}) for text in new]
    return documents


def fingerprint(text: str) -> str:
    """Return what stays the same of a text when line ends, blanks, punctuation or case change."""
    return re.sub(r"\W+", "", text).casefold()


def _texts(path: Path) -> Iterator[str]:
    if path.is_dir():
        for file in sorted(path.glob("*.txt")):
            yield file.read_text(encoding="utf-8")
    else:
        for row in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(row)["text"]


@dataclass(frozen=True, slots=True)
class Reader:
    """A trained network with its tokenizer, and whether it computes in bfloat16."""

    model: MultiHeadTagger
    tokenizer: Tokenizer
    bfloat16: bool = False

    def opinions(self, documents: Sequence[TaggedDocument]) -> list[dict[str, NDArray[np.float16]]]:
        """Return for each document head -> logits, shape (words, tags).

        float16 is exact enough for soft labels and halves the memory.
        """
        self.model.eval()
        said = [
            {
                head: np.zeros((len(document.words.spans), layer.out_features), np.float16)
                for head, layer in self.model.heads.items()
            }
            for document in documents
        ]
        windows = [(row, window) for row, document in enumerate(documents) for window in cut_windows(document.words)]
        windows.sort(key=lambda place: documents[place[0]].words.subwords(place[1].start, place[1].stop))
        for begin in range(0, len(windows), _WINDOWS_AT_ONCE):
            self._read(
                [(documents[row].words, window, said[row]) for row, window in windows[begin:][:_WINDOWS_AT_ONCE]]
            )
            if begin // _WINDOWS_AT_ONCE % _PROGRESS_EVERY == 0:
                logger.info("the teacher has read %d of %d windows", begin, len(windows))
        return said

    def _read(self, places: list[tuple[Words, Window, dict[str, NDArray[np.float16]]]]) -> None:
        """Write the logits of some windows' cores to their places."""
        examples = [
            Example(words.ids[words.first[window.start] : words.first[window.stop]], {}, [], {})
            for words, window, _ in places
        ]
        ids, mask, _ = collate(Batch((), examples), self.tokenizer)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bfloat16):
            hidden = self.model.encode(ids, mask)
            logits = {head: layer(hidden).float().numpy() for head, layer in self.model.heads.items()}
        for row, (words, window, said) in enumerate(places):
            core = range(window.core_start, window.core_stop)
            columns = [words.first[word] - words.first[window.start] + 1 for word in core]
            for head, found in logits.items():
                said[head][window.core_start : window.core_stop] = found[row, columns]


def teach(pupils: Sequence[TaggedDocument], texts: Sequence[TaggedDocument], teacher: Reader) -> list[TaggedDocument]:
    """Return the pupils' documents with the teacher's logits for each word and head.

    Parameters
    ----------
    pupils, texts
        The same documents in the sub-words of the student's tokenizer and of the teacher's.

    Raises
    ------
    ValueError
        If the two tokenizers see other words in a text.
    """
    if any(pupil.words.spans != text.words.spans for pupil, text in zip(pupils, texts, strict=True)):
        raise ValueError("the teacher's tokenizer sees other words in the texts than the student's")
    return [replace(pupil, soft=soft) for pupil, soft in zip(pupils, teacher.opinions(texts), strict=True)]


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
