"""The training loop: all corpora mixed, linear warm-up and decay, a checkpoint an epoch."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from nlp_engine.knowledge import resource
from nlp_engine.text.ner.labels import LabelFile
from nlp_engine.text.ner.network import load_tokenizer
from nlp_engine.training.ner.config import EMBEDDED, NerConfig, Teacher
from nlp_engine.training.ner.dataset import IGNORED, Batch, Tagged, collate, epoch_batches
from nlp_engine.training.ner.distil import soft_loss
from nlp_engine.training.ner.encoder import BASE_ENCODERS
from nlp_engine.training.ner.material import read_material
from nlp_engine.training.ner.model import MultiHeadTagger, new_tagger
from nlp_engine.training.ner.restore import weights_of

logger = logging.getLogger(__name__)
CHECKPOINT = "checkpoint.pt"
_PROGRESS_EVERY = 50


@dataclass(frozen=True, slots=True)
class TrainingState:
    """Everything the loop changes."""

    model: MultiHeadTagger
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler


def train(
    config: NerConfig,
    labels: LabelFile,
    *,
    data: Path,
    work: Path,
    after_epoch: Callable[[int, MultiHeadTagger], None] | None = None,
) -> MultiHeadTagger:
    """Train on the train parts of the configured corpora and return the model of the last epoch, or of the last few.

    Parameters
    ----------
    work
        Folder of the checkpoint; a run that was cut off goes on after its last whole epoch.
    after_epoch
        Called with the number of epochs done and the model, e.g. to evaluate it on the dev parts.
    """
    config = _in_work(config, work)
    _fix_seeds(config)
    base = BASE_ENCODERS[config.encoder].find(work)
    tokenizer = load_tokenizer(base / "tokenizer.json")
    corpora = read_material(config, labels, data=data, work=work)
    steps = config.epochs * len(_batches(config, corpora, epoch=0))
    state = _initial_state(config, labels, base, steps)
    done = _resume(work / CHECKPOINT, state)
    for epoch in range(done, config.epochs):
        torch.manual_seed(config.seed + epoch)
        _run_epoch(epoch, state, _batches(config, corpora, epoch=epoch), tokenizer, config)
        _save(work / CHECKPOINT, state, epoch + 1)
        torch.save(state.model.state_dict(), _weights_after(epoch + 1, work))
        _weights_after(epoch + 1 - config.averaged, work).unlink(missing_ok=True)
        if after_epoch is not None:
            after_epoch(epoch + 1, state.model)
    last = range(max(1, config.epochs - config.averaged + 1), config.epochs + 1)
    state.model.load_state_dict(
        average([torch.load(_weights_after(number, work), weights_only=True) for number in last])
    )
    return state.model


def average(weights: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean of some networks' weights (Wortsman M et al., Model soups, ICML 2022)."""
    return {name: torch.stack([each[name].float() for each in weights]).mean(dim=0) for name in weights[0]}


def _weights_after(epoch: int, work: Path) -> Path:
    return work / f"weights_{epoch}.pt"


def _in_work(config: NerConfig, work: Path) -> NerConfig:
    """Return the configuration with the checkpoints of other runs found in the folder of this one."""
    found: dict[str, object] = {}
    if config.start_from is not None:
        is_embedded = config.start_from == EMBEDDED
        found["start_from"] = resource("models") / "ner" if is_embedded else work / config.start_from
    if config.teacher is not None:
        found["teacher"] = config.teacher.model_copy(update={"checkpoint": work / config.teacher.checkpoint})
    return config.model_copy(update=found)


def _fix_seeds(config: NerConfig) -> None:
    random.seed(config.seed)
    np.random.seed(config.seed)
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)


def _batches(config: NerConfig, corpora: Tagged, *, epoch: int) -> list[Batch]:
    return epoch_batches(
        corpora,
        size=config.subwords_per_batch,
        smallest_windows=config.smallest_windows,
        seed=config.seed * 1000 + epoch,
        repeats=config.repeats,
    )


def _initial_state(config: NerConfig, labels: LabelFile, base: Path, steps: int) -> TrainingState:
    model = new_tagger(config, labels, base)
    if config.start_from is not None:
        _start_from(config.start_from, model)
    optimizer = torch.optim.AdamW(
        [
            {"params": model.encoder.parameters(), "lr": config.encoder_learning_rate},
            {"params": model.heads.parameters(), "lr": config.head_learning_rate},
        ],
        weight_decay=config.weight_decay,
        fused=True,
    )
    rise = max(1, round(config.warmup * steps))

    def rate(step: int) -> float:
        return min(1.0, (step + 1) / rise) * max(0.0, (steps - step) / steps)

    return TrainingState(model, optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rate))


def _run_epoch(epoch: int, state: TrainingState, batches: list[Batch], tokenizer: Tokenizer, config: NerConfig) -> None:
    state.model.train()
    bf16 = config.precision == "bfloat16"
    total = 0.0
    for number, batch in enumerate(batches, start=1):
        ids, mask, tags = collate(batch, tokenizer)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            hidden = state.model.encode(ids, mask)
            loss = _loss(hidden, state.model, batch, tags, config.teacher)
        loss.backward()
        nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
        state.optimizer.step()
        state.optimizer.zero_grad()
        state.schedule.step()
        total += float(loss.detach())
        if number % _PROGRESS_EVERY == 0 or number == len(batches):
            logger.info("epoch %d, batch %d of %d, mean loss %.4f", epoch + 1, number, len(batches), total / number)


def _loss(
    hidden: Tensor, model: MultiHeadTagger, batch: Batch, tags: dict[str, Tensor], teacher: Teacher | None
) -> Tensor:
    """Return the loss of a batch: hard tags, soft labels, or both in the shares that the teacher's weight gives."""
    losses = [
        nn.functional.cross_entropy(
            model.heads[head](hidden).float().flatten(0, 1), tags[head].flatten(), ignore_index=IGNORED
        )
        for head in batch.heads
    ]
    if teacher is None:
        return torch.stack(losses).sum()
    soft = soft_loss(hidden, dict(model.heads.items()), batch, temperature=teacher.temperature)
    if not losses:
        return teacher.weight * soft
    return teacher.weight * soft + (1 - teacher.weight) * torch.stack(losses).sum()


def _start_from(start: Path, model: MultiHeadTagger) -> None:
    """Take over the weights of a checkpoint or model folder that fit; heads that it lacks stay fresh."""
    weights = weights_of(start) if start.is_dir() else torch.load(start, weights_only=True)["model"]
    own = model.state_dict()
    fitting = {name: value for name, value in weights.items() if name in own and value.shape == own[name].shape}
    model.load_state_dict(fitting, strict=False)
    logger.info("starts from other weights: %d of %d tensors taken over", len(fitting), len(own))


def _save(path: Path, state: TrainingState, epochs_done: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "epochs_done": epochs_done,
        "model": state.model.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "schedule": state.schedule.state_dict(),
    }
    torch.save(content, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def _resume(path: Path, state: TrainingState) -> int:
    if not path.exists():
        return 0
    content = torch.load(path, weights_only=True)
    state.model.load_state_dict(content["model"])
    state.optimizer.load_state_dict(content["optimizer"])
    state.schedule.load_state_dict(content["schedule"])
    done: int = content["epochs_done"]
    logger.info("goes on after epoch %d", done)
    return done
