"""Optuna chooses architecture, input size, learning rate, augmentation and mixup within a time budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import optuna
from optuna.trial import FrozenTrial, TrialState

from nlp_engine.training.images.config import ImageConfig
from nlp_engine.training.images.data import PictureSet
from nlp_engine.training.images.progress import Progress
from nlp_engine.training.images.trainer import Trainer

T = TypeVar("T")
_UNPRUNED_TRIALS, _UNPRUNED_EPOCHS = 3, 1


def tune(
    load: Callable[[int], PictureSet],
    config: ImageConfig,
    *,
    flip: bool,
    seconds: float,
    seed: int,
    work: Path,
    progress: Progress,
) -> ImageConfig:
    """Return the configuration whose short training scored best on dev; the given one is the first trial.

    Trials are kept in the work folder: a search that was cut off goes on, and the trial that was cut off does not
    count. With a time budget the machine has a say in how many trials there are, and so in the result.

    Parameters
    ----------
    load
        Input size -> the pictures in it.
    seconds
        No trial begins after so long.
    """
    study = _kept_study(work, seed)
    began = time.monotonic()
    _fail_cut_off(study, work)
    left = config.search.trials - len(_ended(study))
    if not _ended(study) and not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
        study.enqueue_trial(_as_parameters(config))

    def objective(trial: optuna.Trial) -> float:
        chosen = suggested(trial, config)
        number = len(_ended(study)) + 1
        progress(f"trial {number}: {chosen.network} {chosen.size}, rate {chosen.learning_rate:.1e}")
        checkpoint = _checkpoint(work, trial.number)
        best = -1.0

        def each(epoch: int, score: float) -> None:
            nonlocal best
            best = max(best, score)
            trial.report(best, epoch)
            if trial.should_prune() or time.monotonic() - began > seconds:
                raise optuna.TrialPruned

        try:
            Trainer(load(chosen.size), chosen, flip=flip).train(seed, checkpoint, progress=progress, each=each)
        finally:
            checkpoint.unlink(missing_ok=True)
        return best

    study.optimize(objective, n_trials=max(0, left), timeout=seconds)
    if not study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        progress("no trial ended in time: the configuration stays as given")
        return config
    progress(f"best of {len(_ended(study))} trials: {study.best_value:.4f} {study.best_params}")
    return config.model_copy(update=study.best_params)


def _kept_study(work: Path, seed: int) -> optuna.Study:
    """Return the search of this seed, as far as it got."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        study_name=f"seed {seed}",
        storage=f"sqlite:///{work / 'search.db'}",
        load_if_exists=True,
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=_UNPRUNED_TRIALS),
        pruner=optuna.pruners.MedianPruner(_UNPRUNED_TRIALS, _UNPRUNED_EPOCHS),
    )


def _ended(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that count: trained to the end, or given up because others were better or time was up."""
    ended: list[FrozenTrial] = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
    return ended


def _fail_cut_off(study: optuna.Study, work: Path) -> None:
    """Mark what still runs in the kept search as failed, for it was killed; its checkpoint goes too."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
        _checkpoint(work, trial.number).unlink(missing_ok=True)


def _checkpoint(work: Path, trial: int) -> Path:
    return work / f"trial-{trial}.pt"


def suggested(trial: optuna.Trial, config: ImageConfig) -> ImageConfig:
    """Return a configuration that a trial proposes, with the few epochs of the search."""
    search = config.search
    rates = _around(search.learning_rate, config.learning_rate)
    update = {
        "network": trial.suggest_categorical("network", _with(search.networks, config.network)),
        "size": trial.suggest_categorical("size", _with(search.sizes, config.size)),
        "learning_rate": trial.suggest_float("learning_rate", *rates, log=True),
        "strength": trial.suggest_float("strength", *_around(search.strength, config.strength)),
        "mixup": trial.suggest_float("mixup", *_around(search.mixup, config.mixup)),
    }
    return config.model_copy(update={**update, "epochs": search.epochs, "patience": search.epochs})


def _as_parameters(config: ImageConfig) -> dict[str, str | int | float]:
    return {
        "network": config.network,
        "size": config.size,
        "learning_rate": config.learning_rate,
        "strength": config.strength,
        "mixup": config.mixup,
    }


def _with(choices: tuple[T, ...], given: T) -> list[T]:
    return list(choices) if given in choices else [given, *choices]


def _around(limits: tuple[float, float], given: float) -> tuple[float, float]:
    """Return the range, widened to hold what was given."""
    return min(limits[0], given), max(limits[1], given)
