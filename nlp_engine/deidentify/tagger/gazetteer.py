"""Names of towns and villages of the world, kept as numbers: too many to read, and quick to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from nlp_engine.model_files import read_arrays
from nlp_engine.text.tokens import fold

_FILE = "places.npz"
_MOST_WORDS = 5


class Gazetteer:
    """The names of 150,000 places from 1,000 inhabitants (GeoNames, CC BY 4.0).

    Only the CRC-32 of each folded name is kept: one in 28,000 other words is taken for a place too.

    Parameters
    ----------
    names
        The numbers of the names.
    beginnings
        The numbers of the first words of the names of more than one word.
    """

    def __init__(self, names: frozenset[int], beginnings: frozenset[int]) -> None:
        self._names, self._beginnings = names, beginnings

    @classmethod
    def of(cls, names: Iterable[str]) -> Gazetteer:
        """Return the gazetteer of some folded names, their words joined by single blanks."""
        names = set(names)
        firsts = {name.partition(" ")[0] for name in names if " " in name}
        return cls(frozenset(map(_number, names)), frozenset(map(_number, firsts)))

    @classmethod
    def load(cls, folder: Path) -> Gazetteer:
        """Read the gazetteer of a folder.

        Raises
        ------
        nlp_engine.errors.ModelError
            If the file is missing or cannot be read.
        """
        stored = read_arrays(folder / _FILE, "names", "beginnings")
        return cls(frozenset(stored["names"].tolist()), frozenset(stored["beginnings"].tolist()))

    def save(self, folder: Path) -> None:
        """Write the gazetteer into a folder."""
        arrays = {"names": self._names, "beginnings": self._beginnings}
        np.savez(folder / _FILE, **{name: np.array(sorted(part), np.uint32) for name, part in arrays.items()})

    def spans(self, written: Sequence[str]) -> list[tuple[int, int]]:
        """Return the first piece, and the piece behind the last, of each name; the longest wins, none overlap."""
        found, index = [], 0
        while index < len(written):
            behind = self._longest(written, index) if written[index][0].isalpha() else index
            if behind > index:
                found.append((index, behind))
            index = max(behind, index + 1)
        return found

    def _longest(self, written: Sequence[str], first: int) -> int:
        name = fold(written[first])
        number = _number(name)
        behind = first + 1 if number in self._names else first
        if number not in self._beginnings:
            return behind
        for index in range(first + 1, min(first + _MOST_WORDS, len(written))):
            if not written[index][0].isalpha():
                break
            name += " " + fold(written[index])
            if _number(name) in self._names:
                behind = index + 1
        return behind


def _number(name: str) -> int:
    return crc32(name.encode())
