"""Part blocks of benchmarks/imaging.py: how many good pictures of another look the checks of a picture itself refuse.

Each block of part train is left out in turn: the normal pictures of one series of file names, and the patients above or
below a number, who came at other times. The checks are learnt without the block, and the block is refused or not, as it
is and under the changes of ``nlp_engine/training/images/shifts.py``. The check of embeddings takes no part, as the
network has learnt the blocks.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

import numpy as np
from imaging_adults import adult_files
from imaging_pictures import small_pictures

from nlp_engine.imaging.chest.model_file import ChestModelFile
from nlp_engine.imaging.chest.preparing import shrink
from nlp_engine.imaging.quality.looks import MIRRORED, Looks, laid, points
from nlp_engine.pictures import read_picture
from nlp_engine.training.images.domain import fit_looks
from nlp_engine.training.images.shifts import SHIFTS

_EVERY = 4
"""Of a block, one picture in so many is changed."""
_MIDDLE = 1300
BLOCKS: dict[str, Callable[[str], bool]] = {
    "normal, IM-": lambda patient: patient.startswith("IM-"),
    "normal, NORMAL2-": lambda patient: patient.startswith("NORMAL2-"),
    f"persons to {_MIDDLE}": lambda patient: 0 < _number(patient) <= _MIDDLE,
    f"persons above {_MIDDLE}": lambda patient: _number(patient) > _MIDDLE,
}


def blocks(arguments: argparse.Namespace) -> None:
    """Print the share of each block that is refused."""
    size = ChestModelFile.load(arguments.model).input.size
    train = small_pictures(arguments, size).train
    adults = np.stack([shrink(read_picture(path).grey, size) for path in adult_files(0)])
    for name, belongs in BLOCKS.items():
        inside = np.array([belongs(str(patient)) for patient in train.patients])
        looks = fit_looks(train.chosen(np.flatnonzero(~inside)), adults, 0)
        block = train.levels[inside]
        small = points(block)
        print(f"{name}, {len(block)} pictures, checks learnt from {len(train) - len(block)} others")
        _tell("as they are", looks, small)
        for change, apply in SHIFTS.items():
            _tell(change, looks, points(apply(block[::_EVERY])))
        _tell("mirrored, to be refused", looks, laid(small, MIRRORED))


def _number(patient: str) -> int:
    found = re.match(r"person(\d+)", patient)
    return int(found[1]) if found else 0


def _tell(words: str, looks: Looks, small: np.ndarray) -> None:
    above = {name: column > looks.limits[name] for name, column in looks.values(small).items()}
    each = ", ".join(f"{name} {refused.mean():.1%}" for name, refused in above.items())
    print(f"  {words}: {np.any(list(above.values()), axis=0).mean():.1%} of {len(small)} refused ({each})", flush=True)
