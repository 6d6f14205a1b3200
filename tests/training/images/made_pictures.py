"""Small made pictures: a bright disc on the left or the right of noise, or none; some patients have two."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 64
LABELS = ("normal", "bacterial", "viral")


def picture(label: str, seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    grey = chance.normal(90, 20, (SIDE, SIDE))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    if label != "normal":
        across = SIDE * (0.3 if label == "bacterial" else 0.7) + chance.normal(0, 1)
        grey[(rows - SIDE / 2) ** 2 + (columns - across) ** 2 < (SIDE / 6) ** 2] += 120
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def write_pictures(folder: Path, count: int = 72, *, part: bool = True, zipped: bool = False) -> Path:
    """Write pictures and their index; return the index."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for at in range(count):
        label, patient = LABELS[at % 3], at // 6
        name = f"p{at}.png"
        picture(label, at).save(folder / name)
        row = {"archive": "", "file": name, "label": label, "patient_id": f"person{patient}"}
        rows.append(row | ({"part": "dev" if patient % 3 == 0 else "train"} if part else {}))
    if zipped:
        with zipfile.ZipFile(folder / "all.zip", "w") as archive:
            for row in rows:
                archive.write(folder / row["file"], f"inner/{row['file']}")
                (folder / row["file"]).unlink()
                row["archive"] = "all.zip"
    return write_index(folder / "index.csv", rows)


def write_index(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
