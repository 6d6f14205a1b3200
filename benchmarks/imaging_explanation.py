"""Part explanation of benchmarks/imaging.py: maps must depend on what was learnt (Adebayo et al. 2018).

Rank correlation of the weighted sums that maps are made of, before their negative values are cut, on pictures of part
dev that the network calls pneumonia: of the trained network with itself on the same picture taken a little differently,
and with the last layer or all layers randomised, in several draws.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import spearmanr

from nlp_engine.imaging.chest.model_file import NETWORK_FILE, ChestModelFile
from nlp_engine.imaging.chest.network import Network
from nlp_engine.imaging.chest.preparing import shrink
from nlp_engine.imaging.explain import Head
from nlp_engine.training.images.index import read_index

_COUNT, _DRAWS, _SEED = 100, 5, 0
_LABEL = "pneumonia"


def explanation(arguments: argparse.Namespace) -> None:
    """Print the mean rank correlations."""
    file = ChestModelFile.load(arguments.model)
    head = Head.load(arguments.model, file.version)
    if head is None:
        print("the model has no head.npz: no maps")
        return
    chance = np.random.default_rng(_SEED)
    wanted = [file.classes.index(name) for name in file.findings[_LABEL].classes]
    network = Network(arguments.model, threads=2)
    pictures = _pictures(arguments.pictures, chance)
    levels = _levels(pictures, file.input.size)
    said = network.run(levels, [1.0], file.temperature)
    chosen = np.flatnonzero(said.probabilities[:, wanted].sum(axis=1) >= file.findings[_LABEL].present_at)
    maps = _maps(head, said.features, wanted)[chosen]
    print(f"{file.id} {file.version}: {len(chosen)} pictures of part dev called {_LABEL}, maps of {maps[0].shape}")
    again = network.run(_levels([_otherwise(one) for one in pictures], file.input.size), [1.0], file.temperature)
    _tell("same network, picture darker, cut by 2 % and compressed", maps, _maps(head, again.features, wanted)[chosen])
    heads = [Head(_shuffled(head.weights, chance), _shuffled(head.bias, chance)) for _ in range(_DRAWS)]
    _tell("last layer randomised", maps, *(_maps(one, said.features, wanted)[chosen] for one in heads))
    broken = [_randomised(arguments.model, chance).run(levels, [1.0], file.temperature) for _ in range(_DRAWS)]
    _tell("all layers but the last randomised", maps, *(_maps(head, one.features, wanted)[chosen] for one in broken))
    both = zip(heads, broken, strict=True)
    _tell("all layers randomised", maps, *(_maps(one, other.features, wanted)[chosen] for one, other in both))
    _tell("map of another picture", maps, np.roll(maps, 1, axis=0))


def _pictures(folder: Path, chance: np.random.Generator) -> list[Image.Image]:
    rows = [one for one in read_index(folder / "index.csv") if one.part == "dev" and one.label != "normal"]
    found = []
    for at in chance.permutation(len(rows))[:_COUNT]:
        with zipfile.ZipFile(folder / rows[at].archive) as archive:
            (name,) = (one for one in archive.namelist() if one.endswith(rows[at].file))
            found.append(Image.open(io.BytesIO(archive.read(name))).convert("L"))
    return found


def _levels(pictures: list[Image.Image], size: int) -> np.ndarray:
    return np.stack([shrink(np.asarray(one, dtype=np.float32) / np.float32(255), size) for one in pictures])


def _otherwise(picture: Image.Image) -> Image.Image:
    edge = round(0.02 * picture.width)
    buffer = io.BytesIO()
    cut = picture.crop((edge, edge, picture.width - edge, picture.height - edge))
    cut.point([round(0.8 * value) for value in range(256)]).save(buffer, "JPEG", quality=70)
    return Image.open(buffer)


def _maps(head: Head, features: np.ndarray, wanted: list[int]) -> np.ndarray:
    return np.stack([np.tensordot(head.slope(one.mean(axis=(1, 2)), wanted), one, axes=1) for one in features])


def _shuffled(weights: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    return chance.permutation(weights.ravel()).reshape(weights.shape)


def _randomised(model: Path, chance: np.random.Generator) -> Network:
    """Return the network with the weights of each layer in a random order."""
    import onnx
    from onnx import numpy_helper

    network = onnx.load(model / NETWORK_FILE)
    for tensor in network.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if np.issubdtype(values.dtype, np.floating) and values.ndim > 1:
            tensor.CopyFrom(numpy_helper.from_array(_shuffled(values, chance), tensor.name))
    with tempfile.TemporaryDirectory() as folder:
        onnx.save(network, Path(folder) / NETWORK_FILE)
        return Network(Path(folder), threads=2)


def _tell(name: str, maps: np.ndarray, *draws: np.ndarray) -> None:
    pairs = [
        spearmanr(one.ravel(), other.ravel()).statistic
        for others in draws
        for one, other in zip(maps, others, strict=True)
        if one.std() > 0 and other.std() > 0
    ]
    if not pairs:
        print(f"  {name}: every map is the same everywhere")
        return
    print(f"  {name}: mean rank correlation {np.mean(pairs):.2f}, quartiles {np.percentile(pairs, [25, 75]).round(2)}")
