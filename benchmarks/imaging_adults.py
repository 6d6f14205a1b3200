"""The adults of the Hannover set in two halves by patient: one to learn what adults look like, one to report on."""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

HANNOVER = Path(__file__).resolve().parents[2] / "shared" / "data" / "records" / "hannover_cxr_labs"


def adult_files(half: int, folder: Path = HANNOVER) -> list[Path]:
    """Return the pictures of half 0 (SHA-256 of the patient id is even: to learn from) or 1 (odd: to report on)."""
    with (folder / "data.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        folder / "png" / f"{row['image_id']}.png"
        for row in rows
        if int(hashlib.sha256(row["patient_id"].encode()).hexdigest(), 16) % 2 == half
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(map(str, adult_files(int(sys.argv[1])))) + "\n")
