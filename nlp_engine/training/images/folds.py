"""Patients in folds: all pictures of a patient stand in one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_engine.errors import InputError


def deal(
    patients: NDArray[np.object_], folds: int, *, seed: int, running_number: str | None = None
) -> NDArray[np.int64]:
    """Return the fold of each picture, (n,); a patient is in one of them.

    Parameters
    ----------
    running_number
        Pattern of the number in an id, for folds that are runs of numbers; None: folds by chance.

    Raises
    ------
    nlp_engine.errors.InputError
        If an id has no running number.
    """
    names, places = np.unique(patients.astype(str), return_inverse=True)
    if running_number is None:
        fold_of = np.empty(len(names), np.int64)
        fold_of[np.random.default_rng(seed).permutation(len(names))] = np.arange(len(names)) % folds
    else:
        fold_of = _runs([_numbered(name, running_number) for name in names], folds)
    dealt: NDArray[np.int64] = fold_of[places]
    return dealt


def _runs(ids: Sequence[tuple[str, int]], folds: int) -> NDArray[np.int64]:
    """Return the fold of each id: per text before the number, runs of as many numbers each."""
    numbers: dict[str, set[int]] = {}
    for before, number in ids:
        numbers.setdefault(before, set()).add(number)
    ranked = {before: {number: at for at, number in enumerate(sorted(found))} for before, found in numbers.items()}
    return np.array([ranked[before][number] * folds // len(ranked[before]) for before, number in ids])


def _numbered(name: str, running_number: str) -> tuple[str, int]:
    """Return the text before the running number of an id, and the number."""
    found = re.search(running_number, name)
    if found is None or not found.group().isdecimal():
        raise InputError("relabel", f"running_number {running_number} finds none in a patient_id", "mend the pattern")
    return name[: found.start()], int(found.group())
