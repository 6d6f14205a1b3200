"""What lies outside: the checks of `nlp_engine.imaging.quality.looks` and the cloud of embeddings are learnt.

Three groups of patients take part: most of part train makes the checks, a fifth of it sets their limits, and part dev
sets the limit of the embeddings (the network has learnt part train by heart, so its embeddings lie too close). Limits
are set on pictures together with a changed copy of each, so that there is room for another hospital's exposure and
framing.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nlp_engine.imaging.chest.model_file import (
    DOMAIN_FILE,
    EMBEDDING,
    MODEL_FILE,
    ChestModelFile,
    Domain,
)
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
REFUSED = {"turned": 0.004, "mirrored": 0.008, "unlike": 0.005, "adult": 0.01, "embedding": 0.015, "agreed": 0.005}
"""Share that each check may refuse of good pictures and changed copies; of the pictures alone it is less."""
MIRROR_CHECK = "mirrored"
_AGREEING = ("turned", "adult")
"""Checks that may agree with that of the embedding; other framing makes the others and the embedding rise together."""
_SHARES = (0.1, 0.07, 0.05, 0.03, 0.02, 0.01)
_AXES = {"points": 60, "embedding": 64}
_COPIES = {"children": 2, "adults": 24}
"""Changed copies of each picture."""
_MOST = 4000
_FOR_EMBEDDINGS = 1250
"""At most so many pictures make the checks of a picture itself, and the cloud of embeddings."""
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
        job.model, pictures.train, pictures.dev, adults=adults, seed=job.seed, progress=progress,
        sides_matter=file.domain is None or MIRROR_CHECK in file.domain.limits,
    )  # fmt: skip


def fit_domain(
    folder: Path,
    train: Pictures,
    dev: Pictures,
    *,
    adults: Levels | None,
    seed: int,
    progress: Progress,
    sides_matter: bool = True,
) -> Domain:
    """Learn the checks of a model folder and write them into it: ``domain.npz``, and ``domain`` of ``model.json``.

    Parameters
    ----------
    folder
        With ``model.onnx`` and ``model.json``.
    adults
        Pictures (n, size, size) of patients that the network is not for; None: no such check.
    sides_matter
        Whether mirrored pictures are refused.
    """
    model = ChestModelFile.load(folder)
    network = ExportedNetwork(folder)
    progress("learning what lies outside")
    looks = fit_looks(train, adults, seed, sides_matter=sides_matter)
    cloud = _fit_embeddings(network, train.levels, seed)
    unseen = np.concatenate([dev.levels, changed(dev.levels, 1, np.random.default_rng(seed), dev.levels.shape[-1])])
    distances = cloud.distance(network.embeddings(unseen))
    domain = Domain(
        method="mahalanobis", threshold=_limit(distances, EMBEDDING), refused=REFUSED[EMBEDDING],
        limits=dict(looks.limits), agreed=agreed_limits(looks.values(points(unseen)), distances),
    )  # fmt: skip
    arrays = dict(looks.arrays) | looks.cloud.arrays("points") | cloud.arrays("embedding")
    np.savez_compressed(folder / DOMAIN_FILE, **arrays)
    told = model.model_copy(update={"domain": domain})
    (folder / MODEL_FILE).write_text(told.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return domain


def agreed_limits(values: Mapping[str, NDArray[np.float32]], distances: NDArray[np.float32]) -> dict[str, float]:
    """Return the lowest limits that two checks together may have, as `Domain.agreed` has them; empty if there are none.

    Parameters
    ----------
    values
        Check -> (n,) values of good pictures.
    distances
        (n,), of their embeddings.
    """
    joining = {name: values[name] for name in _AGREEING if name in values}
    for share in _SHARES:
        limits = {name: _quantile(column, share) for name, column in {EMBEDDING: distances, **joining}.items()}
        is_above = np.any([column > limits[name] for name, column in joining.items()], axis=0)
        if np.mean(is_above & (distances > limits[EMBEDDING])) <= REFUSED["agreed"]:
            return limits
    return {}


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

    Turned by up to 8 degrees, cut by up to 12 % a side or smaller by up to 12 %, stretched by up to 12 %, moved by up
    to 7 %, with another exposure and contrast.
    """
    return np.stack([_changed(one, chance, size) for _ in range(copies) for one in levels])


def _changed(one: Levels, chance: np.random.Generator, size: int) -> Levels:
    angle = np.deg2rad(chance.uniform(-8, 8))
    zoom, stretch = chance.uniform(0.76, 1.12), np.exp(chance.uniform(-0.12, 0.12))
    wide, high = zoom * stretch, zoom / stretch
    across, down = chance.uniform(-0.07, 0.07, 2) * size
    cos, sin, middle = np.cos(angle), np.sin(angle), size / 2
    matrix = (
        cos * wide, sin * high, middle + across - middle * (cos * wide + sin * high),
        -sin * wide, cos * high, middle + down - middle * (cos * high - sin * wide),
    )  # fmt: skip
    small = Image.fromarray(_exposure(chance)[one]).resize((size, size), Image.Resampling.BOX)
    return np.asarray(small.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))


def _exposure(chance: np.random.Generator) -> Levels:
    """Return a grey level for each of the 256."""
    grey = (np.arange(256) / 255) ** chance.uniform(0.55, 1.8)
    grey = (grey - 0.5) * chance.uniform(0.7, 1.6) + 0.5 + chance.uniform(-0.1, 0.1)
    levels: Levels = np.round(255 * np.clip(grey, 0, 1)).astype(np.uint8)
    return levels


def parts(levels: Levels, chance: np.random.Generator, size: int = 2 * SIDE) -> Levels:
    """Return of each picture a part of 30 to 55 % of each side, (n, size, size)."""
    side = levels.shape[-1]
    found = []
    for one in levels:
        wide, high = chance.uniform(0.3, 0.55, 2) * side
        left, top = chance.uniform(0, side - wide), chance.uniform(0, side - high)
        box = (left, top, left + wide, top + high)
        picture = Image.fromarray(_exposure(chance)[one])
        found.append(np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR, box=box)))
    return np.stack(found)


def _fit_embeddings(network: ExportedNetwork, levels: Levels, seed: int) -> Spread:
    """Return the cloud of embeddings of pictures and of changed copies of them."""
    chance = np.random.default_rng(seed)
    chosen = levels[chance.permutation(len(levels))[:_FOR_EMBEDDINGS]]
    copies = changed(chosen, 1, chance, levels.shape[-1])
    return fit_spread(network.embeddings(np.concatenate([chosen, copies])), _AXES["embedding"])


def fit_looks(train: Pictures, adults: Levels | None, seed: int, *, sides_matter: bool = True) -> Looks:
    """Learn the checks of a picture itself, with their limits.

    Parameters
    ----------
    adults, sides_matter
        As for `fit_domain`.
    """
    chance = np.random.default_rng(seed)
    names = chance.permutation(np.unique(train.patients.astype(str)))
    held = np.isin(train.patients.astype(str), names[: max(1, int(len(names) * _FOR_LIMITS))])
    making = train.levels[chance.permutation(np.flatnonzero(~held))[:_MOST]]
    good = np.concatenate([points(making), points(changed(making, _COPIES["children"], chance))])
    cloud = fit_spread(good, _AXES["points"])
    arrays = _fit_lays(good, np.concatenate([points(parts(making, chance)) for _ in range(2)]), seed)
    checks = ("turned", MIRROR_CHECK, "unlike") if sides_matter else ("turned", "unlike")
    limits: dict[str, float] = dict.fromkeys(checks, np.inf)
    if adults is not None:
        arrays |= _fit_adults(good, points(changed(adults, _COPIES["adults"], chance)))
        limits["adult"] = np.inf
    unseen = np.concatenate([points(train.levels[held]), points(changed(train.levels[held], 1, chance))])
    values = Looks(limits, cloud, arrays).values(unseen)
    return Looks({name: _limit(values[name], name) for name in limits}, cloud, arrays)


def _fit_lays(good: NDArray[np.float32], small_parts: NDArray[np.float32], seed: int) -> dict[str, NDArray[np.float32]]:
    """Return the network of `LAY_ARRAYS`; the parts of pictures lie in all ways."""
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier(
        (_HIDDEN,), alpha=1e-2, learning_rate_init=2e-3, batch_size=256, max_iter=6, random_state=seed
    )  # fmt: skip
    ways = [laid(good, way) for way in range(LAYS)]
    strewn = [laid(small_parts[way::LAYS], way) for way in range(LAYS)]
    truth = np.repeat(np.arange(LAYS + 1), [*(len(way) for way in ways), len(small_parts)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # six rounds are enough, although the loss still falls
        net.fit(np.concatenate(ways + strewn), truth)
    return _named(LAY_ARRAYS, (net.coefs_[0], net.intercepts_[0], net.coefs_[1], net.intercepts_[1]))


def _fit_adults(children: NDArray[np.float32], adults: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e-3, class_weight="balanced", max_iter=500)
    line.fit(np.concatenate([children, adults]), np.repeat([0, 1], [len(children), len(adults)]))
    return _named(ADULT_ARRAYS, (line.coef_[0], line.intercept_))


def _named(names: Sequence[str], parts: Sequence[NDArray[np.float64]]) -> dict[str, NDArray[np.float32]]:
    return {name: part.astype(np.float32) for name, part in zip(names, parts, strict=True)}


def _limit(values: NDArray[np.float32], name: str) -> float:
    return _quantile(values, REFUSED[name])


def _quantile(values: NDArray[np.float32], above: float) -> float:
    return round(float(np.quantile(values, 1 - above)), 5)
