"""Reading pictures: milliseconds a picture, and how often a line of burnt-in text is seen or wrongly seen.

    python benchmarks/pixels.py [--data ../shared/data/images]

Text is drawn by Pillow into enlarged training pictures (``part`` is train) of the Kermany set; false alarms are counted
on such pictures as they are. Times are CPU time, so that they hold on a busy machine.
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nlp_engine.pictures import read_picture
from nlp_engine.pictures.letters import has_letters

TEXT = "MUELLER^ANNA 03.05.1961"


def pictures(data: Path, count: int) -> list[bytes]:
    """Return every n-th training picture as JPEG bytes."""
    with (data / "index.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["part"] == "train"]
    found = []
    for row in rows[:: max(1, len(rows) // count)][:count]:
        with zipfile.ZipFile(data / row["archive"]) as archive:
            name = next(name for name in archive.namelist() if name.endswith(row["file"]))
            found.append(archive.read(name))
    return found


def milliseconds(path: Path, least_side: int | None, repeats: int = 10) -> float:
    """Return CPU milliseconds to read a file."""
    read_picture(path, least_side=least_side)
    start = time.process_time()
    for _ in range(repeats):
        read_picture(path, least_side=least_side)
    return (time.process_time() - start) / repeats * 1000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/images"))
    data = parser.parse_args().data
    jpegs = pictures(data / "kermany_cxr", 600)
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.jpg"
        small.write_bytes(jpegs[0])
        for side in (224, 1000, 2000, 4000):
            path = Path(folder) / f"{side}.jpg"
            Image.open(small).convert("L").resize((side, side)).save(path, quality=92)
            whole, drafted = milliseconds(path, None), milliseconds(path, 224)
            print(f"JPEG {side} x {side}: {whole:.1f} ms, with least_side=224 {drafted:.1f} ms")
    print(f"DICOM CR 1955 x 1841: {milliseconds(data / 'dicom' / 'RG1_UNCI.dcm', None):.1f} ms")
    greys = [np.asarray(Image.open(io.BytesIO(jpeg)).convert("L")) for jpeg in jpegs]
    alarms = sum(has_letters(grey.astype(np.float32) / 255) for grey in greys)
    print(f"false alarms of burnt-in text: {alarms} of {len(greys)}")
    rng = np.random.default_rng(0)
    for side, size in ((224, 9), (512, 10), (1024, 20), (2000, 40)):
        seen = 0
        for grey in greys[:100]:
            picture = Image.fromarray(grey).resize((side, side))
            place = (side * (0.02 + 0.3 * rng.random()), side * float(rng.choice([0.02, 0.08, 0.92])))
            ImageDraw.Draw(picture).text(place, TEXT, fill=255, font=ImageFont.load_default(size))
            seen += has_letters(np.asarray(picture, np.float32) / 255)
        print(f"text of {size} pixels in {side} x {side}: seen in {seen} of 100")


if __name__ == "__main__":
    main()
