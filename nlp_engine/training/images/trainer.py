"""One network learns: averaged weights, early stopping on dev, and a checkpoint after every epoch.

Chance is drawn anew at the start of each epoch from the seed and the epoch's number alone, so that a run that was cut
off and goes on gives the same network as one that was not.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as nnf
from numpy.typing import NDArray
from torch import nn

from nlp_engine.errors import InputError
from nlp_engine.training.images.config import ImageConfig
from nlp_engine.training.images.data import PictureSet
from nlp_engine.training.images.networks import PictureNet, build
from nlp_engine.training.images.progress import Progress, tracked
from nlp_engine.training.images.scores import mean_pair_auroc, probabilities_of
from nlp_engine.training.images.transforms import Augmenter

_LARGEST_GRADIENT = 1.0
_LAST_RATE = 0.002
"""Share of the learning rate that is left in the end."""
EpochEnd = Callable[[int, float], None]


@dataclass
class Run:
    """Where a training stands; everything that a checkpoint keeps."""

    net: PictureNet
    averaged: PictureNet
    optimiser: torch.optim.Optimizer
    epochs: int
    epoch: int = 0
    best: float = -math.inf
    best_epoch: int = 0
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    scores: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Trainer:
    """Trains networks of one configuration on one set.

    Parameters
    ----------
    minutes
        If given, as many epochs are done as fit, `config.epochs` at most; the machine then has a say.

    Attributes
    ----------
    seconds
        That training took so far, what was done before a cut included.
    """

    def __init__(
        self, pictures: PictureSet, config: ImageConfig, *, flip: bool = False, minutes: float | None = None
    ) -> None:
        self._set, self._config, self._minutes = pictures, config, minutes
        labels, classes, targets = pictures.train.labels, len(pictures.classes), pictures.train.targets
        self._targets = torch.from_numpy(np.eye(classes)[labels] if targets is None else targets).float()
        self.seconds = 0.0
        self._augmenter = Augmenter(config.strength, flip=flip)
        counts = np.bincount(labels, minlength=classes)
        weights = (counts.sum() / (len(counts) * np.maximum(counts, 1))) ** config.balance
        self._class_weights = torch.tensor(weights / weights.mean(), dtype=torch.float32)
        self._batches = max(1, len(pictures.train) // config.batch)
        torch.set_num_threads(config.threads)

    def train(self, seed: int, checkpoint: Path, *, progress: Progress, each: EpochEnd | None = None) -> PictureNet:
        """Return the averaged weights of the best epoch; goes on after the last epoch of a checkpoint.

        Parameters
        ----------
        each
            Called after every epoch with its number and score; may raise to stop.

        Raises
        ------
        nlp_engine.errors.InputError
            If the checkpoint is of another configuration, seed or set.
        """
        run = self._start(seed, checkpoint)
        while run.epoch < run.epochs and run.epoch - run.best_epoch < self._config.patience:
            began = time.monotonic()
            loss = self._epoch(run, seed, progress)
            score = self._score(run.averaged)
            self._note(run, score)
            seconds = time.monotonic() - began
            run.seconds += seconds
            _save(run, self._mark(seed), checkpoint)
            progress(f"epoch {run.epoch} of {run.epochs}: loss {loss:.3f}, dev {score:.4f}, {seconds:.0f} s")
            if each is not None:
                each(run.epoch, score)
        self.seconds += run.seconds
        run.averaged.load_state_dict(run.best_weights)
        with torch.no_grad():  # a class that weighs more is said more often than it is there (Elkan, 2001)
            run.averaged.head.bias -= self._class_weights.log()
        run.averaged.eval()
        return run.averaged

    def _start(self, seed: int, checkpoint: Path) -> Run:
        torch.manual_seed(seed)
        net = build(self._config.network, len(self._set.classes), dropout=self._config.dropout)
        net = net.to(memory_format=torch.channels_last)
        run = Run(net, copy.deepcopy(net).eval(), self._optimiser(net), self._config.epochs)
        if checkpoint.exists():
            _load(run, self._mark(seed), checkpoint)
        elif self._minutes is not None:
            run.epochs = min(self._config.epochs, self._fitting_epochs())
        return run

    def _mark(self, seed: int) -> str:
        """Say what a checkpoint belongs to."""
        return f"{self._config.model_dump_json()}|{self._set.digest}|{seed}"

    def _optimiser(self, net: nn.Module) -> torch.optim.Optimizer:
        matrices = [weights for weights in net.parameters() if weights.ndim > 1]
        others = [weights for weights in net.parameters() if weights.ndim <= 1]
        groups = [
            {"params": matrices, "weight_decay": self._config.weight_decay},
            {"params": others, "weight_decay": 0},
        ]
        return torch.optim.AdamW(groups, lr=self._config.learning_rate)

    def _fitting_epochs(self) -> int:
        """Measure some steps of a throw-away network, and return how many epochs fit into the minutes."""
        assert self._minutes is not None
        net = build(self._config.network, len(self._set.classes), dropout=0.0)
        trial = Run(net, copy.deepcopy(net), self._optimiser(net), 1)
        steps, warm = min(12, self._batches), 2
        began = time.monotonic()
        for step, (levels, targets) in enumerate(self._drawn(0, 0)):
            if step == min(warm, steps - 1):
                began = time.monotonic()
            if step == steps:
                break
            self._step(trial, levels, targets, 0.0, np.random.default_rng(0))
        a_step = (time.monotonic() - began) / max(1, steps - warm)
        scoring = len(self._set.dev) / self._config.batch / 3  # a step forwards is a third of one with gradients
        return max(1, int(self._minutes * 60 / (a_step * (self._batches + scoring))))

    def _epoch(self, run: Run, seed: int, progress: Progress) -> float:
        run.net.train()
        torch.manual_seed(seed * 10_007 + run.epoch)
        chance = np.random.default_rng([seed, run.epoch])
        total = 0.0
        words = f"epoch {run.epoch + 1} of {run.epochs}"
        batches = tracked(progress, self._drawn(seed, run.epoch), total=self._batches, words=words)
        for step, (levels, targets) in enumerate(batches):
            done = (run.epoch * self._batches + step) / (run.epochs * self._batches)
            total += self._step(run, levels, targets, done, chance)
            self._average(run, run.epoch * self._batches + step)
        run.epoch += 1
        return total / self._batches

    def _drawn(self, seed: int, epoch: int) -> Iterator[tuple[NDArray[np.uint8], torch.Tensor]]:
        """Yield the batches of an epoch in an order of its own."""
        self._augmenter.seed((seed * 10_007 + epoch) % 2**31)
        train, size = self._set.train, self._config.batch
        order = np.random.default_rng([seed, epoch, 1]).permutation(len(train))
        for at in range(self._batches):
            rows = order[at * size : (at + 1) * size]
            yield train.levels[rows], self._targets[rows]

    def _step(
        self, run: Run, levels: NDArray[np.uint8], targets: torch.Tensor, done: float, chance: np.random.Generator
    ) -> float:
        for group in run.optimiser.param_groups:
            group["lr"] = self._config.learning_rate * rate_at(done, self._config.warmup)
        pictures = self._augmenter(levels).to(memory_format=torch.channels_last)
        if self._config.mixup > 0:
            share = float(chance.beta(self._config.mixup, self._config.mixup))
            partner = torch.from_numpy(chance.permutation(len(targets)))
            pictures = share * pictures + (1 - share) * pictures[partner]
            targets = share * targets + (1 - share) * targets[partner]
        with self._precision():
            logits = run.net(pictures)[0].float()
        loss = self._loss(logits, targets)
        run.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(run.net.parameters(), _LARGEST_GRADIENT)
        run.optimiser.step()
        return float(loss.item())

    def _loss(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return nnf.cross_entropy(logits, targets, self._class_weights, label_smoothing=self._config.label_smoothing)

    def _precision(self) -> torch.autocast:
        return torch.autocast("cpu", torch.bfloat16, enabled=self._config.precision == "bfloat16")

    def _average(self, run: Run, step: int) -> None:
        """Move the averaged weights a little; early ones, of few steps, are forgotten faster."""
        keep = min(self._config.ema, (1 + step) / (10 + step))
        with torch.no_grad():
            for slow, fast in zip(run.averaged.state_dict().values(), run.net.state_dict().values(), strict=True):
                if slow.dtype.is_floating_point:
                    slow.lerp_(fast, 1 - keep)
                else:
                    slow.copy_(fast)

    def _score(self, net: PictureNet) -> float:
        """Score in single precision, as the network is shipped."""
        return mean_pair_auroc(probabilities_of(net, self._set.dev.levels), self._set.dev.labels)

    def _note(self, run: Run, score: float) -> None:
        run.scores.append(score)
        if score > run.best:
            run.best, run.best_epoch = score, run.epoch
            run.best_weights = {name: weights.clone() for name, weights in run.averaged.state_dict().items()}


def rate_at(done: float, warmup: float) -> float:
    """Return the share of the learning rate after a share of all steps: up along a line, down along a cosine."""
    if done < warmup:
        return max(_LAST_RATE, done / warmup)
    fall = 0.5 * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup)))
    return max(_LAST_RATE, fall)


def _save(run: Run, mark: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "mark": mark, "net": run.net.state_dict(), "averaged": run.averaged.state_dict(),
        "optimiser": run.optimiser.state_dict(), "best_weights": run.best_weights, "scores": run.scores,
        "numbers": (run.epochs, run.epoch, run.best, run.best_epoch, run.seconds),
    }  # fmt: skip
    half = path.with_suffix(".part")
    torch.save(state, half)
    half.replace(path)


def _load(run: Run, mark: str, path: Path) -> None:
    state = torch.load(path, weights_only=True)
    if state["mark"] != mark:
        raise InputError(path.name, "belongs to another run", "give another folder to --work, or remove it")
    run.net.load_state_dict(state["net"])
    run.averaged.load_state_dict(state["averaged"])
    run.optimiser.load_state_dict(state["optimiser"])
    run.best_weights, run.scores = state["best_weights"], state["scores"]
    run.epochs, run.epoch, run.best, run.best_epoch, run.seconds = state["numbers"]
