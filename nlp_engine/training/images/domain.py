"""What lies outside: the checks of `nlp_engine.imaging.quality.looks` and the cloud of embeddings are learnt.

Three groups of patients take part: most of part train makes the checks, a fifth of it sets their limits, and part dev
sets the limit of the embeddings (the network has learnt part train by heart, so its embeddings lie too close).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nlp_engine.imaging.chest.model_file import DOMAIN_FILE, MODEL_FILE, NETWORK_FILE, ChestModelFile, Domain, Purpose
from nlp_engine.imaging.chest.preparing import shrink
from nlp_engine.imaging.quality.looks import ADULT_ARRAYS, LAY_ARRAYS, LAYS, SIDE, Looks, laid, points
from nlp_engine.imaging.quality.spread import Spread
from nlp_engine.pictures import read_picture
from nlp_engine.training.images.config import ImageConfig
from nlp_engine.training.images.data import Pictures, load_set
from nlp_engine.training.images.index import read_index
from nlp_engine.training.images.progress import Progress
from nlp_engine.training.images.runtime import ExportedNetwork

Levels = NDArray[np.uint8]
REFUSED = {"turned": 0.002, "mirrored": 0.003, "unlike": 0.003, "adult": 0.004, "embedding": 0.004}
"""Share of good pictures that each check may refuse; together less than 3 %, room left for other hospitals."""
_AXES = {"points": 60, "embedding": 64}
_COPIES = {"lays": 2, "cloud": 4, "adult": 3}
"""Changed copies of each picture."""
_MOST = 2500
_FOR_LIMITS = 0.2
_HIDDEN = 64


@dataclass(frozen=True)
class DomainJob:
    """What `refit_domain` is asked for: a model folder, what it was trained on, and pictures of adults."""

    model: Path
    data: Path
    index: Path
    work: Path
    adults: Sequence[Path]
    seed: int = 0


def refit_domain(job: DomainJob, *, progress: Progress) -> Domain:
    """Learn the checks of a finished model again.

    Raises
    ------
    nlp_engine.errors.ModelError
        If the model is not complete.
    nlp_engine.errors.InputError
        If the index or the pictures cannot be used.
    nlp_engine.errors.PictureError
        If a picture of an adult cannot be read.
    """
    file = ChestModelFile.load(job.model)
    size = file.input.size
    adults = np.stack([shrink(read_picture(path).grey, size) for path in job.adults]) if job.adults else None
    entries = read_index(job.index)
    dev_share = file.training.config.get("dev_share", ImageConfig.model_fields["dev_share"].default)
    assert isinstance(dev_share, float)
    pictures = load_set(
        job.data, entries, size=size, dev_share=dev_share, seed=job.seed, work=job.work, progress=progress
    )
    return fit_domain(
        job.model, pictures.train, pictures.dev, adults=adults, purpose=file.purpose, seed=job.seed, progress=progress
    )


def fit_domain(
    folder: Path,
    train: Pictures,
    dev: Pictures,
    *,
    adults: Levels | None,
    purpose: Purpose,
    seed: int,
    progress: Progress,
) -> Domain:
    """Learn the checks of a model folder and write them into it: ``domain.npz``, and ``domain`` of ``model.json``.

    Parameters
    ----------
    folder
        With ``model.onnx`` and ``model.json``.
    adults
        Pictures (n, size, size) of patients that the network is not for; None: no such check.
    """
    model = ChestModelFile.load(folder)
    network = ExportedNetwork(folder / NETWORK_FILE)
    progress("learning what lies outside")
    looks = _fit_looks(train, adults, seed)
    cloud = _fit_embeddings(network, train.levels, seed)
    threshold = _limit(cloud.distance(network.embeddings(dev.levels)), "embedding")
    domain = Domain(
        method="mahalanobis", threshold=threshold, refused=REFUSED["embedding"], limits=dict(looks.limits)
    )  # fmt: skip
    arrays = dict(looks.arrays) | looks.cloud.arrays("points") | cloud.arrays("embedding")
    np.savez_compressed(folder / DOMAIN_FILE, **arrays)
    told = model.model_copy(update={"domain": domain, "purpose": purpose})
    (folder / MODEL_FILE).write_text(told.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return domain


def fit_spread(vectors: NDArray[np.float32], axes: int) -> Spread:
    """Return the cloud of vectors (n, d)."""
    centre, scale = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
    standard = ((vectors - centre) / scale).astype(np.float64)
    variances, directions = np.linalg.eigh(np.cov(standard.T))
    kept = min(axes, len(centre) - 1)
    main = directions[:, ::-1][:, :kept].T
    return Spread(
        centre.astype(np.float32), scale.astype(np.float32), main.astype(np.float32),
        np.maximum(variances[::-1][:kept], 1e-6).astype(np.float32),
        np.array([max(float(variances[:-kept].mean()), 1e-6)], np.float32),
    )  # fmt: skip


def changed(levels: Levels, copies: int, chance: np.random.Generator, size: int = 2 * SIDE) -> Levels:
    """Return copies of pictures as other machines and other hands would make them, (copies * n, size, size).

    Turned by up to 6 degrees, larger by up to 16 % or smaller by up to 12 % in each direction, moved by up to 6 %,
    with another contrast.
    """
    return np.stack([_changed(one, chance, size) for _ in range(copies) for one in levels])


def _changed(one: Levels, chance: np.random.Generator, size: int) -> Levels:
    angle = np.deg2rad(chance.uniform(-6, 6))
    wide, high = chance.uniform(0.84, 1.12, 2)
    across, down = chance.uniform(-0.06, 0.06, 2) * size
    cos, sin, middle = np.cos(angle), np.sin(angle), size / 2
    matrix = (
        cos * wide, sin * high, middle + across - middle * (cos * wide + sin * high),
        -sin * wide, cos * high, middle + down - middle * (cos * high - sin * wide),
    )  # fmt: skip
    table = np.round(255 * (np.arange(256) / 255) ** chance.uniform(0.6, 1.6)).astype(np.uint8)
    small = Image.fromarray(table[one]).resize((size, size), Image.Resampling.BOX)
    return np.asarray(small.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))


def _fit_embeddings(network: ExportedNetwork, levels: Levels, seed: int) -> Spread:
    """Return the cloud of embeddings of pictures and of changed copies of them."""
    chance = np.random.default_rng(seed)
    chosen = levels[chance.permutation(len(levels))[: _MOST // 2]]
    copies = changed(chosen, 1, chance, levels.shape[-1])
    return fit_spread(network.embeddings(np.concatenate([chosen, copies])), _AXES["embedding"])


def _fit_looks(train: Pictures, adults: Levels | None, seed: int) -> Looks:
    chance = np.random.default_rng(seed)
    names = chance.permutation(np.unique(train.patients.astype(str)))
    held = np.isin(train.patients.astype(str), names[: max(1, int(len(names) * _FOR_LIMITS))])
    making = chance.permutation(np.flatnonzero(~held))[:_MOST]
    copies = points(changed(train.levels[making], _COPIES["cloud"], chance))
    plain = points(train.levels[making])
    cloud = fit_spread(np.concatenate([plain, copies]), _AXES["points"])
    arrays = _fit_lays(copies[: _COPIES["lays"] * len(making)], seed)
    limits: dict[str, float] = dict.fromkeys(("turned", "mirrored", "unlike"), np.inf)
    if adults is not None:
        arrays |= _fit_adults(copies, points(changed(adults, 8 * _COPIES["adult"], chance)))
        limits["adult"] = np.inf
    values = Looks(limits, cloud, arrays).values(points(train.levels[held]))
    return Looks({name: _limit(values[name], name) for name in limits}, cloud, arrays)


def _fit_lays(small: NDArray[np.float32], seed: int) -> dict[str, NDArray[np.float32]]:
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier(
        (_HIDDEN,), alpha=1e-2, learning_rate_init=2e-3, batch_size=256, max_iter=6, random_state=seed
    )  # fmt: skip
    everything = np.concatenate([laid(small, way) for way in range(LAYS)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # six rounds are enough, although the loss still falls
        net.fit(everything, np.repeat(np.arange(LAYS), len(small)))
    return _named(LAY_ARRAYS, (net.coefs_[0], net.intercepts_[0], net.coefs_[1], net.intercepts_[1]))


def _fit_adults(children: NDArray[np.float32], adults: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e-3, class_weight="balanced", max_iter=500)
    line.fit(np.concatenate([children, adults]), np.repeat([0, 1], [len(children), len(adults)]))
    return _named(ADULT_ARRAYS, (line.coef_[0], line.intercept_))


def _named(names: Sequence[str], parts: Sequence[NDArray[np.float64]]) -> dict[str, NDArray[np.float32]]:
    return {name: part.astype(np.float32) for name, part in zip(names, parts, strict=True)}


def _limit(values: NDArray[np.float32], name: str) -> float:
    return round(float(np.quantile(values, 1 - REFUSED[name])), 5)
