"""Which classes make a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_engine.errors import InputError
from nlp_engine.training.images.index import is_normal

_PNEUMONIA = {
    "pneumonia": ("bacterial", "viral"),
    "bacterial_pneumonia": ("bacterial",),
    "viral_pneumonia": ("viral",),
}


def findings_of(classes: Sequence[str], asked: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return finding -> classes: as asked, or every class but the normal one.

    Raises
    ------
    nlp_engine.errors.InputError
        If a class that is asked for is not there, or a finding has none of the classes or all.
    """
    if asked:
        unknown = sorted({name for names in asked.values() for name in names} - set(classes))
        if unknown:
            raise InputError("findings", f'name the class "{unknown[0]}"', f"choose from {', '.join(classes)}")
        for finding, names in asked.items():
            if not 0 < len(set(names)) < len(classes):
                raise InputError("findings", f'"{finding}" has none of the classes, or all', "give it some of them")
        return dict(asked)
    if set(classes) == {"normal", "bacterial", "viral"}:
        return dict(_PNEUMONIA)
    return {name: (name,) for name in classes if not is_normal(name)}


def probability_of(
    probabilities: NDArray[np.float64], classes: Sequence[str], names: Sequence[str]
) -> NDArray[np.float64]:
    """Return the sum of the classes' probabilities, (n,)."""
    total: NDArray[np.float64] = probabilities[:, [classes.index(name) for name in names]].sum(axis=1)
    return total


def presence_of(labels: NDArray[np.int64], classes: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    """Return which pictures are of one of the classes, (n,)."""
    return np.isin(labels, [classes.index(name) for name in names])
