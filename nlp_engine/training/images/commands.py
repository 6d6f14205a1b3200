"""``nlp-engine train image``: an index of pictures in, a model folder and a report out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_engine.errors import InputError
from nlp_engine.imaging.chest.model_file import NETWORK_FILE
from nlp_engine.training.images.config import ImageConfig
from nlp_engine.training.images.data import PictureSet, load_set, scarce
from nlp_engine.training.images.extras import require_train_extra
from nlp_engine.training.images.findings import findings_of
from nlp_engine.training.images.index import read_index
from nlp_engine.training.images.progress import Progress

if TYPE_CHECKING:
    from nlp_engine.training.images.package import Package

REPORT_FILE, SEARCH_FILE = "report.html", "search.json"
OTHER = "other"
"""Among the aims: the findings that are not named."""


@dataclass(frozen=True)
class ImageJob:
    """What is asked for.

    Parameters
    ----------
    data, index
        The folder that holds the pictures, and the table that names them.
    out, work
        Take the model, and what a run that is cut off goes on from.
    minutes
        For search and training together; None: no search, and the epochs of the configuration.
    """

    data: Path
    index: Path
    out: Path
    work: Path
    seed: int = 0
    minutes: float | None = None
    flip: bool = False


def train_image(job: ImageJob, config: ImageConfig, *, progress: Progress) -> Package:
    """Search, train, export, measure, and write the model folder with its report.

    Started again with the same work folder, a run that was cut off goes on after its last whole epoch.

    Raises
    ------
    nlp_engine.errors.InputError
        If the index, the pictures or the split cannot be used.
    nlp_engine.errors.MissingExtraError
        If the extra ``train`` is not installed.
    """
    require_train_extra()
    began = time.monotonic()
    entries = read_index(job.index)

    @cache
    def load(size: int) -> PictureSet:
        return load_set(
            job.data, entries, size=size, dev_share=config.dev_share, seed=job.seed, work=job.work, progress=progress
        )

    _refuse_early(job, config, load(config.size), progress)
    from nlp_engine.training.images.domain import fit_domain
    from nlp_engine.training.images.package import Made, write_package
    from nlp_engine.training.images.relabel import relabelled
    from nlp_engine.training.images.report import write_report

    if job.minutes is not None and config.search.share > 0:
        config = _searched(job, config, load, progress)
    told = relabelled(load(config.size), config, flip=job.flip, seed=job.seed, work=job.work, progress=progress)
    pictures = told.pictures
    seconds = told.seconds + _train_members(job, config, pictures, began, progress)
    made = Made(seed=job.seed, minutes=seconds / 60)
    package = write_package(job.out, pictures, config, made)
    fit_domain(
        job.out, pictures.train, pictures.dev, adults=None, seed=job.seed, progress=progress,
        sides_matter=not job.flip,
    )  # fmt: skip
    write_report(job.out / REPORT_FILE, package.file, package.evaluation, pictures)
    return package


def _refuse_early(job: ImageJob, config: ImageConfig, pictures: PictureSet, progress: Progress) -> None:
    """Say before an hour of training what would go wrong, or be worth little, after it."""
    findings = findings_of(pictures.classes, config.findings)
    if unknown := sorted(set(config.aims) - set(findings) - {OTHER}):
        remedy = f"choose from {', '.join(findings)} and {OTHER}"
        raise InputError("the configuration", f'has an aim for "{unknown[0]}", which is no finding', remedy)
    for sentence in scarce(pictures):
        progress(sentence)
    try:
        job.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(str(job.out), "cannot be made a folder", "give another folder to --out") from error


def _searched(job: ImageJob, config: ImageConfig, load: Callable[[int], PictureSet], progress: Progress) -> ImageConfig:
    """Return what the search chose, or chose before the run was cut off."""
    from nlp_engine.training.images.tuning import tune

    assert job.minutes is not None
    kept, asked = job.work / SEARCH_FILE, config.model_dump_json()
    if kept.exists():
        before = json.loads(kept.read_text(encoding="utf-8"))
        if before["asked"] == asked and before["seed"] == job.seed:
            return ImageConfig.model_validate(before["chosen"])
    seconds = 60 * job.minutes * config.search.share
    chosen = tune(load, config, flip=job.flip, seconds=seconds, seed=job.seed, work=job.work, progress=progress)
    told = {"asked": asked, "seed": job.seed, "chosen": chosen.model_dump(mode="json")}
    kept.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return chosen


def _train_members(job: ImageJob, config: ImageConfig, pictures: PictureSet, began: float, progress: Progress) -> float:
    """Train each network with a seed of its own, write them as one file, and return the seconds of training."""
    from nlp_engine.training.images.calibration import fit_shifts
    from nlp_engine.training.images.export import export
    from nlp_engine.training.images.head import write_head
    from nlp_engine.training.images.networks import Committee
    from nlp_engine.training.images.scores import logits_of
    from nlp_engine.training.images.trainer import Trainer

    nets, members, seconds = [], config.members(), 0.0
    for at, member in enumerate(members):
        left = None if job.minutes is None else job.minutes - (time.monotonic() - began) / 60
        minutes = None if left is None else max(0.0, left) / (len(members) - at)
        progress(f"network {at + 1} of {len(members)}: {member.network}, {member.size} x {member.size}")
        trainer = Trainer(pictures, member, flip=job.flip, minutes=minutes)
        nets.append(trainer.train(job.seed + at, job.work / f"member-{at}.pt", progress=progress))
        seconds += trainer.seconds
    network = Committee(nets) if len(nets) > 1 else nets[0]
    network.shift(fit_shifts(logits_of(network, pictures.dev.levels), pictures.dev.labels))
    difference = export(network, config.size, job.out / NETWORK_FILE)
    write_head(job.out)
    progress(f"exported; {NETWORK_FILE} differs from torch by {difference:.0e} at most")
    return seconds
