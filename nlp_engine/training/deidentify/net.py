"""The network of the tagger in torch, and how it is fitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from nlp_engine.deidentify.tagger.features import BUCKETS
from nlp_engine.deidentify.tagger.network import REACH, WIDTH, Floats, Network
from nlp_engine.deidentify.tagger.tagger import ABOUT, LABELS
from nlp_engine.training.deidentify.encode import Encoded, Encoder
from nlp_engine.training.deidentify.sentences import IGNORED

_SIZE, _HIDDEN, _DROPPED = 24, 48, 0.2
_RATE, _PIECES_AT_ONCE = 3e-3, 6000


@dataclass(frozen=True, slots=True)
class Settings:
    """How it is fitted.

    Parameters
    ----------
    unlisted_names
        Share of names that are seen as if no list held them.
    unlisted_words
        Share of other words that are.
    unknown_places
        Share of texts whose places the gazetteer does not know.
    """

    epochs: int = 4
    unlisted_names: float = 0.4
    unlisted_words: float = 0.05
    unknown_places: float = 0.3
    seed: int = 0


class TaggerNet(nn.Module):
    """Embeddings summed over the rows of a piece, two convolutions, four labels."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, _SIZE, mode="sum")
        self.place = nn.Embedding(3, _SIZE, padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.1)
        self.whole = nn.Linear(ABOUT, _HIDDEN, bias=False)
        self.first = nn.Conv1d(_SIZE, _HIDDEN, WIDTH)
        self.second = nn.Conv1d(_HIDDEN, _HIDDEN, WIDTH)
        self.last = nn.Linear(_HIDDEN, len(LABELS))
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the scores of all pieces but the first and last `REACH`."""
        embedded = self.table(batch.rows, batch.offsets) * batch.is_real[:, None] + self.place(batch.places)
        hidden = self.first(self.drop(embedded).T[None])[0].T + self.whole(batch.about)[REACH // 2 : -(REACH // 2)]
        hidden = torch.relu(self.second(self.drop(torch.relu(hidden)).T[None])[0].T)
        return self.last(self.drop(hidden))

    def exported(self) -> Network:
        """Return the weights as numpy runs them, rounded as they are stored."""
        return Network(
            _array(self.table.weight),
            _array(self.place.weight)[1:],
            _array(self.whole.weight.T),
            _array(self.first.weight.permute(2, 1, 0)),
            _array(self.first.bias),
            _array(self.second.weight.permute(2, 1, 0)),
            _array(self.second.bias),
            _array(self.last.weight.T),
            _array(self.last.bias),
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts one behind the other, each with `REACH` empty pieces before and behind it."""

    rows: torch.Tensor
    offsets: torch.Tensor
    places: torch.Tensor
    about: torch.Tensor
    is_real: torch.Tensor
    labels: torch.Tensor


def fit(encoder: Encoder, examples: Sequence[Encoded], settings: Settings) -> Network:
    """Return the network that fits the examples."""
    torch.manual_seed(settings.seed)
    draw = np.random.default_rng(settings.seed)
    net = TaggerNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=_RATE)
    total, done = settings.epochs * sum(len(example.kinds) for example in examples), 0
    for _ in range(settings.epochs):
        for batch in _batches(encoder, examples, settings, draw):
            scores = net(batch)
            loss = nn.functional.cross_entropy(scores, batch.labels[REACH:-REACH], ignore_index=IGNORED)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += len(batch.labels)
            for group in optimizer.param_groups:
                group["lr"] = _RATE * max(0.02, 1 - done / (1.2 * total))
    return net.exported()


def _batches(
    encoder: Encoder, examples: Sequence[Encoded], settings: Settings, draw: np.random.Generator
) -> Iterator[Batch]:
    waiting: list[Encoded] = []
    for place in draw.permutation(len(examples)):
        waiting.append(examples[place])
        if sum(len(example.kinds) for example in waiting) >= _PIECES_AT_ONCE:
            yield _batch(encoder, waiting, settings, draw)
            waiting = []
    if waiting:
        yield _batch(encoder, waiting, settings, draw)


def _batch(encoder: Encoder, examples: Sequence[Encoded], settings: Settings, draw: np.random.Generator) -> Batch:
    unlisted = np.concatenate([np.pad(_unlisted(example, settings, draw), REACH) for example in examples])
    kinds = np.concatenate([np.pad(example.kinds, REACH) for example in examples])
    rows = [(encoder.bare if bare else encoder.full)[kind] for kind, bare in zip(kinds, unlisted, strict=True)]
    places = [_places(example, settings, draw) for example in examples]
    sizes = [len(example.kinds) + 2 * REACH for example in examples]
    return Batch(
        torch.tensor(np.concatenate(rows)),
        torch.tensor(np.cumsum([0, *(len(row) for row in rows[:-1])])),
        torch.tensor(np.concatenate([np.pad(each, REACH) for each in places])),
        torch.tensor(np.repeat(np.stack([example.about for example in examples]), sizes, axis=0)),
        torch.tensor(np.concatenate([np.pad(np.ones(size - 2 * REACH, np.float32), REACH) for size in sizes])),
        torch.tensor(np.concatenate([np.pad(each.labels, REACH, constant_values=IGNORED) for each in examples])),
    )


def _unlisted(example: Encoded, settings: Settings, draw: np.random.Generator) -> NDArray[np.bool_]:
    """Choose the pieces that are seen as if no list held them: whole names, and single words."""
    is_named = example.labels > 0
    hidden = draw.random(len(example.kinds)) < np.where(is_named, 2, 1) * settings.unlisted_words
    for span in np.unique(example.spans[is_named]):
        if draw.random() < settings.unlisted_names:
            hidden |= example.spans == span
    return hidden


def _places(example: Encoded, settings: Settings, draw: np.random.Generator) -> NDArray[np.int64]:
    is_unknown = draw.random() < settings.unknown_places
    return np.where(example.labels > 0, 0, example.places) if is_unknown else example.places


def _array(weights: torch.Tensor) -> Floats:
    rounded: Floats = weights.detach().numpy().astype(np.float16).astype(np.float32)
    return rounded
