"""The chest X-rays of ../shared/data/images/kermany_cxr in the size that a network reads."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from nlp_engine.training.images.data import PictureSet, load_set
from nlp_engine.training.images.index import read_index

DEV_SHARE = 0.1
"""Of no weight here: the index names the parts itself."""


def small_pictures(arguments: argparse.Namespace, size: int) -> PictureSet:
    """Return both parts, from ``--work`` if they were read before."""
    index = read_index(arguments.pictures / "index.csv")
    with tempfile.TemporaryDirectory() as passing:
        work = arguments.work or Path(passing)
        return load_set(
            arguments.pictures, index, size=size, dev_share=DEV_SHARE, seed=0, work=work, progress=print
        )  # fmt: skip
