"""Part speed of benchmarks/imaging.py: pictures a second from JPEG file to finding, and memory."""

from __future__ import annotations

import argparse
import io
import tempfile
import time
import zipfile
from pathlib import Path

from PIL import Image

from nlp_engine.imaging.chest.files import read_files
from nlp_engine.imaging.chest.model import ChestModel

_LARGE, _LARGE_SIDE = 200, 2000
_PAGE = 4096
_THREADS = 2


def speed(arguments: argparse.Namespace) -> None:
    """Print pictures a second of all small JPEGs and of some large ones."""
    model = ChestModel.load(arguments.model, threads=_THREADS)
    print(f"{model.name}; {_THREADS} threads decode, {_THREADS} compute")
    with tempfile.TemporaryDirectory() as folder:
        small, large = _write(arguments.pictures, Path(folder))
        small = small[:: max(1, len(small) // arguments.most)][: arguments.most]
        _time("224 x 224", model, small)
        _time(f"{_LARGE_SIDE} x {_LARGE_SIDE}", model, large)


def _write(pictures: Path, folder: Path) -> tuple[list[str], list[str]]:
    small, large = [], []
    for archive in sorted((pictures / "jpeg224").glob("*.zip")):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                if not name.endswith(".jpeg"):
                    continue
                path = folder / f"{archive.stem}-{Path(name).name}"
                path.write_bytes(opened.read(name))
                small.append(str(path))
    for name in small[:: len(small) // _LARGE][:_LARGE]:
        path = Path(name).with_suffix(".large.jpg")
        Image.open(io.BytesIO(Path(name).read_bytes())).convert("L").resize((_LARGE_SIDE, _LARGE_SIDE)).save(path)
        large.append(str(path))
    return small, large


def _time(words: str, model: ChestModel, names: list[str]) -> None:
    memory = []
    began, processor = time.perf_counter(), time.process_time()
    for at, _ in enumerate(read_files(model, names, workers=_THREADS)):
        if at % 50 == 0:
            memory.append(_megabytes())
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    quarter = max(1, len(memory) // 4)
    print(
        f"{words} JPEG: {len(names)} pictures in {seconds:.1f} s, {len(names) / seconds:.1f} a second on the clock; "
        f"{processor:.1f} s of processor time, {len(names) * _THREADS / processor:.1f} a second on {_THREADS} free "
        f"cores; memory {_mean(memory[:quarter])} MB in the first quarter, {_mean(memory[-quarter:])} MB in the last",
        flush=True,
    )


def _megabytes() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6


def _mean(values: list[float]) -> str:
    return f"{sum(values) / len(values):.0f}"
