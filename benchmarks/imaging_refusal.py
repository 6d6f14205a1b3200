"""Part refusal of benchmarks/imaging.py: who is refused, by kind, and how many good pictures."""

from __future__ import annotations

import argparse
import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from imaging_adults import adult_files
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nlp_engine.errors import PictureError
from nlp_engine.imaging.chest.model import ChestModel
from nlp_engine.imaging.chest.preparing import shrink
from nlp_engine.imaging.chest.reading import ImageReading
from nlp_engine.pictures import Picture, PictureFacts, read_picture
from nlp_engine.training.images.shifts import SHIFTS

DICOM = Path(__file__).resolve().parents[2] / "shared" / "data" / "images" / "dicom"
_BATCH = 32
_EVERY = 4
"""Of the good pictures, one in so many is changed and spoilt."""
Grey = NDArray[np.float32]


def refusal(arguments: argparse.Namespace) -> None:
    """Print the share that is refused of good pictures, spoilt ones, other things and adults."""
    model = ChestModel.load(arguments.model, threads=2)
    good = list(_dev_pictures(arguments.pictures))
    print(f"{model.name}; part dev, {len(good)} pictures")
    _tell("good pictures", model, good)
    good = good[::_EVERY]
    for name, change in SHIFTS.items():
        _tell(f"good, {name}", model, [_grey(change(_levels(one)[None])[0]) for one in good])
    for name, put in FRAMES.items():
        _tell(f"good, {name}", model, [put(one) for one in good])
    for name, spoil in SPOILT.items():
        _tell(f"spoilt, {name}", model, [spoil(one) for one in good])
    chance = np.random.default_rng(0)
    for name, make in OTHER.items():
        _tell(f"other, {name}", model, [make(chance) for _ in range(50)])
    for half, words in enumerate(("adults, half that was learnt from", "adults, other half, by patient")):
        greys = [read_picture(path).grey for path in adult_files(half)]
        _tell(words, model, greys)
        for name in ("border 8 %", "crop 10 % a side"):
            _tell(f"{words}, {name}", model, [_grey(SHIFTS[name](_levels(grey)[None])[0]) for grey in greys])
    for path in sorted(DICOM.glob("*.dcm")):
        _tell_file(path, model)


def _dev_pictures(folder: Path) -> Iterator[Grey]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["part"] == "dev"]
    for archive in sorted({row["archive"] for row in rows}):
        wanted = {row["file"] for row in rows if row["archive"] == archive}
        with zipfile.ZipFile(folder / archive) as opened:
            for name in opened.namelist():
                if Path(name).name in wanted:
                    yield np.asarray(Image.open(io.BytesIO(opened.read(name))).convert("L"), np.float32) / 255


def _tell(words: str, model: ChestModel, greys: Sequence[Grey]) -> None:
    left, readings = iter(greys), list[ImageReading]()
    while batch := list(islice(left, _BATCH)):
        readings += model.read([Picture(grey.astype(np.float32), PictureFacts(format="JPEG")) for grey in batch])
    reasons = [reading.refused for reading in readings if reading.refused]
    counts = {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}
    most = sorted(counts.items(), key=lambda pair: -pair[1])[:3]
    told = "; ".join(f"{count} x {reason[:60]}" for reason, count in most)
    print(f"{words}: {len(reasons)} of {len(greys)} refused ({len(reasons) / len(greys):.1%}) {told}", flush=True)


def _tell_file(path: Path, model: ChestModel) -> None:
    try:
        picture = read_picture(path)
    except PictureError as error:
        print(f"{path.name}: {error}")
        return
    whole = model.read([picture])[0].refused or "judged"
    pixels = model.read_small([shrink(picture.grey, model.size)])[0].refused or "judged"
    print(f"{path.name}: {whole} Without its header: {pixels}")


def _levels(grey: Grey) -> NDArray[np.uint8]:
    return np.round(grey * 255).astype(np.uint8)


def _grey(levels: NDArray[np.uint8]) -> Grey:
    return levels.astype(np.float32) / 255


def _part(grey: Grey, low: float, high: float) -> Grey:
    rows, columns = (slice(int(low * side), int(high * side)) for side in grey.shape)
    return grey[rows, columns]


def _framed(rows: float, columns: float, value: float) -> Callable[[Grey], Grey]:
    """Put a frame around pictures, in shares of their height and width."""

    def put(grey: Grey) -> Grey:
        down, across = int(rows * grey.shape[0]), int(columns * grey.shape[1])
        return np.pad(grey, ((down, down), (across, across)), constant_values=np.float32(value))

    return put


FRAMES: dict[str, Callable[[Grey], Grey]] = {
    "black border as wide as half the picture": _framed(0.5, 0.5, 0),
    "black bars left and right": _framed(0, 0.3, 0),
    "white margin": _framed(0.15, 0.15, 1),
}
SPOILT: dict[str, Callable[[Grey], Grey]] = {
    "turned by 90 degrees": lambda grey: np.rot90(grey),
    "turned by 180 degrees": lambda grey: np.rot90(grey, 2),
    "turned by 270 degrees": lambda grey: np.rot90(grey, 3),
    "mirrored": lambda grey: grey[:, ::-1],
    "negative": lambda grey: 1 - grey,
    "negative and turned by 90 degrees": lambda grey: 1 - np.rot90(grey),
    "upper left quarter": lambda grey: _part(grey, 0, 0.5),
    "middle half of each side": lambda grey: _part(grey, 0.25, 0.75),
    "blank": lambda grey: np.full_like(grey, grey.mean()),
    "shrunk to 48 pixels": lambda grey: grey[::5, ::5],
}


def _noise(chance: np.random.Generator) -> Grey:
    return chance.random((224, 224), np.float32)


def _blobs(least: int, most: int) -> Callable[[np.random.Generator], Grey]:
    def make(chance: np.random.Generator) -> Grey:
        coarse = Image.fromarray(chance.random((int(chance.integers(least, most)),) * 2, np.float32))
        return np.clip(np.asarray(coarse.resize((224, 224), Image.Resampling.BICUBIC)), 0, 1)

    return make


def _page(chance: np.random.Generator) -> Grey:
    page = Image.new("L", (300, 400), 255)
    pen = ImageDraw.Draw(page)
    for row in range(20, 380, 14):
        pen.text((20, row), "".join(chance.choice(list("abcdefghij   "), int(chance.integers(20, 42)))), fill=0)
    return np.asarray(page, np.float32) / 255


def _cells(chance: np.random.Generator) -> Grey:
    """Return dark discs on a bright ground, as stained tissue looks in grey."""
    slide = Image.new("L", (224, 224), 205)
    pen = ImageDraw.Draw(slide)
    for _ in range(int(chance.integers(60, 220))):
        (x, y), radius = chance.integers(0, 224, 2), int(chance.integers(3, 9))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=int(chance.integers(50, 140)))
    return np.clip(np.asarray(slide, np.float32) / 255 + chance.normal(0, 0.03, (224, 224)), 0, 1).astype(np.float32)


OTHER: dict[str, Callable[[np.random.Generator], Grey]] = {
    "noise": _noise,
    "clouds": _blobs(4, 12),
    "fine texture": _blobs(20, 60),
    "page of text": _page,
    "cells": _cells,
}
