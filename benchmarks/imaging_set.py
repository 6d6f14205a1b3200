"""Part set of benchmarks/imaging.py: what ``nlp-engine images check`` finds in the chest X-rays when faults are put in.

Wrong labels: 3 % of labels are changed to another one, and the 3 % most suspect are looked at, five draws. The network
learnt from the labels of part train before they were changed, which flatters; part dev, whose labels it did not learn
from, and grey values, which know no labels, do not have this. Copies: pictures of part train are saved anew.
"""

from __future__ import annotations

import argparse
import io
from collections import defaultdict

import numpy as np
from imaging_pictures import small_pictures
from PIL import Image

from nlp_engine.imaging.chest.model_file import ChestModelFile
from nlp_engine.imaging.features.copies import NEAR_BITS, NEAR_COSINE, exact_copies
from nlp_engine.imaging.features.fingerprints import distances, fingerprint
from nlp_engine.imaging.features.odd import LIMIT, oddness
from nlp_engine.imaging.features.plane import pca, two_dimensions
from nlp_engine.imaging.features.similar import Neighbours, neighbours
from nlp_engine.imaging.features.table import unit
from nlp_engine.imaging.features.wrong_labels import suspects
from nlp_engine.imaging.quality.looks import points
from nlp_engine.training.images.data import Pictures
from nlp_engine.training.images.runtime import ExportedNetwork

_SHARE, _DRAWS, _SAVED, _ODD = 0.03, 5, 200, 20


def picture_set(arguments: argparse.Namespace) -> None:
    """Print what was found of what was put in."""
    file = ChestModelFile.load(arguments.model)
    pictures = small_pictures(arguments, file.input.size)
    network = ExportedNetwork(arguments.model)
    parts = {"train": pictures.train, "dev": pictures.dev}
    vectors = {name: network.embeddings(part.levels) for name, part in parts.items()}
    print(f"{file.id} {file.version}; the {_SHARE:.0%} most suspect, when {_SHARE:.0%} of labels are wrong:")
    for name, part in parts.items():
        wrong_labels(f"part {name}, features of the network", vectors[name], part, pictures.classes)
    grey = pictures.train.levels[:, ::4, ::4].reshape(len(pictures.train), -1).astype(np.float32)
    wrong_labels("part train, 64 components of grey values", pca(grey, 64), pictures.train, pictures.classes)
    copies(vectors["train"], pictures.train, network)
    odd_ones(vectors["train"], pictures.train, network)
    places = two_dimensions(vectors["dev"], "umap")
    print(f"UMAP of part dev: nearest picture of the same label {_same(places, pictures.dev.labels):.3f}, "
          f"in all dimensions {_same(vectors['dev'], pictures.dev.labels):.3f}")  # fmt: skip


def wrong_labels(name: str, vectors: np.ndarray, part: Pictures, classes: tuple[str, ...]) -> None:
    """Print precision, which here is recall too, and how many of each kind were found."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    hits, listed, right = [], [], []
    for draw in range(_DRAWS):
        chance = np.random.default_rng(draw)
        flips = chance.choice(len(part), round(_SHARE * len(part)), replace=False)
        labels = part.labels.copy()
        labels[flips] = (labels[flips] + chance.integers(1, len(classes), len(flips))) % len(classes)
        found = suspects(vectors, [classes[label] for label in labels], [str(one) for one in part.patients], seed=draw)
        top = {one.row for one in found[: len(flips)]}
        hits.append(len(top & set(flips)) / len(flips))
        listed.append(len(found) / len(part))
        right.append(np.mean([classes[part.labels[one.row]] == one.likely for one in found if one.row in set(flips)]))
        for row in flips:
            kinds = {classes[part.labels[row]], classes[labels[row]]}
            kind = "normal against pneumonia" if "normal" in kinds else "bacterial against viral"
            counts[kind][0] += row in top
            counts[kind][1] += 1
    kinds = "; ".join(f"{kind} {found / all_:.2f}" for kind, (found, all_) in sorted(counts.items()))
    print(f"  {name}: precision and recall {np.mean(hits):.2f} ({min(hits):.2f}-{max(hits):.2f}); recall of {kinds}; "
          f"all suspects {np.mean(listed):.1%} of the set, their likely label right {np.mean(right):.2f}")  # fmt: skip


def copies(vectors: np.ndarray, part: Pictures, network: ExportedNetwork) -> None:
    """Print how many pictures that were saved anew are found, and how many pairs of the set look the same."""
    groups = exact_copies([one.tobytes().hex() for one in part.levels])
    print(f"byte-identical groups in part train: {len(groups)}")
    chance = np.random.default_rng(0)
    rows = chance.choice(len(part), _SAVED, replace=False)
    prints = np.stack([fingerprint(one) for one in part.levels])
    ways = {
        "compressed anew (JPEG 50)": lambda one: _jpeg(one, 50),
        "made smaller (three quarters)": lambda one: one.resize([side * 3 // 4 for side in one.size]).resize(one.size),
        "darker (0.7)": lambda one: one.point([round(0.7 * value) for value in range(256)]),
        "cut by 2 % a side": _cut,
    }  # fmt: skip
    for name, change in ways.items():
        again = np.stack([np.asarray(change(Image.fromarray(part.levels[row]))) for row in rows])
        bits = distances(np.stack([fingerprint(one) for one in again]), prints[rows])
        cosines = (unit(network.embeddings(again)) * unit(vectors[rows])).sum(axis=1)
        found = np.mean((bits <= NEAR_BITS) & (cosines >= NEAR_COSINE))
        print(f"  {name}: found {found:.3f}; 95th percentile of bits {np.percentile(bits, 95):.3f}, "
              f"5th of cosines {np.percentile(cosines, 5):.3f}")  # fmt: skip
    near = neighbours(vectors, 10)
    bits = distances(prints[:, None], prints[near.rows])
    other = part.patients[:, None] != part.patients[near.rows]
    same = np.array(
        [[part.levels[a].tobytes() == part.levels[b].tobytes() for b in row] for a, row in enumerate(near.rows)]
    )
    is_near = (bits <= NEAR_BITS) & (near.cosines >= NEAR_COSINE) & ~same
    print(f"  pairs of part train that look the same and are not the same file: {is_near.sum() // 2} "
          f"({(is_near & other).sum() // 2} of different patients); least bits of others: "
          f"{np.percentile(bits[~same & other], [0.01, 0.1, 1]).round(3)}")  # fmt: skip


def odd_ones(vectors: np.ndarray, part: Pictures, network: ExportedNetwork) -> None:
    """Print how many pictures of the set are odd, and how many that do not belong there, each put in alone."""
    sets = [(vectors, network.embeddings), (points(part.levels), points)]
    nears = [neighbours(known, 10) for known, _ in sets]
    found = np.maximum(*(oddness(near) for near in nears))
    print(f"odd (score {LIMIT} or more): {np.mean(found >= LIMIT):.2%} of part train")
    rows = np.random.default_rng(0).choice(len(part), _ODD, replace=False)
    noise = np.random.default_rng(1).integers(0, 256, (_ODD, *part.levels.shape[1:]), np.uint8)
    strangers = {
        "a quarter turned": np.rot90(part.levels[rows], axes=(1, 2)),
        "upside down": part.levels[rows, ::-1],
        "mirrored": part.levels[rows, :, ::-1],
        "a negative": 255 - part.levels[rows],
        "noise": noise,
    }
    for name, levels in strangers.items():
        scores = [
            _scores(known, near, seen_by(np.ascontiguousarray(levels)))
            for (known, seen_by), near in zip(sets, nears, strict=True)
        ]
        shares = [f"{np.mean(one >= LIMIT):.2f}" for one in (*scores, np.maximum(*scores))]
        print(f"  {name}: found by embedding {shares[0]}, by points {shares[1]}, together {shares[2]}")


def _scores(known: np.ndarray, near: Neighbours, strangers: np.ndarray) -> np.ndarray:
    """Return the score of each stranger when it is the only one in the set."""
    count = near.cosines.shape[1]
    cosines = np.sort(unit(strangers) @ unit(known).T, axis=1)[:, : -count - 1 : -1]
    return np.array([oddness(Neighbours(near.rows, np.vstack([near.cosines, one])))[-1] for one in cosines])


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def _cut(picture: Image.Image) -> Image.Image:
    edge = round(0.02 * picture.width)
    return picture.crop((edge, edge, picture.width - edge, picture.height - edge)).resize(picture.size)


def _same(places: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of rows whose nearest row has the same label."""
    gaps = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(gaps, np.inf)
    return float(np.mean(labels[gaps.argmin(axis=1)] == labels))
