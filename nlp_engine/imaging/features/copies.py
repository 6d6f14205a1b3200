"""Pictures that stand twice in a set: the same bytes, or nearly the same look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from nlp_engine.imaging.features.fingerprints import distances

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlp_engine.imaging.features.similar import Neighbours

Groups = tuple[tuple[int, ...], ...]
"""Rows that belong together, each group and all groups in ascending order."""
NEAR_BITS = 0.11
"""Two pictures are nearly the same if at most this share of the bits of their fingerprints differs ..."""
NEAR_COSINE = 0.85
"""... and the cosine of their embeddings is at least this (``benchmarks/imaging.py --part set``)."""


def exact_copies(digests: Sequence[str]) -> Groups:
    """Return the groups of byte-identical files."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, digest in enumerate(digests):
        rows[digest].append(row)
    return tuple(tuple(group) for group in rows.values() if len(group) > 1)


def near_copies(prints: NDArray[np.uint8], near: Neighbours, digests: Sequence[str]) -> Groups:
    """Return the groups of pictures that look the same and are not all the same file.

    Parameters
    ----------
    prints
        (n, bytes), of `fingerprints.fingerprint`.
    near
        The nearest rows by embedding: only these are compared.
    """
    bits = distances(prints[:, None], prints[near.rows])
    is_near = (bits <= NEAR_BITS) & (near.cosines >= NEAR_COSINE)
    links = ((int(row), int(near.rows[row, column])) for row, column in zip(*is_near.nonzero(), strict=True))
    return tuple(group for group in joined(links) if len({digests[row] for row in group}) > 1)


def joined(links: Iterable[tuple[int, int]]) -> Groups:
    """Return the groups that pairs make when what shares a member is one group."""
    leader: dict[int, int] = {}

    def find(row: int) -> int:
        while leader.setdefault(row, row) != row:
            row = leader[row]
        return row

    for one, other in links:
        first, second = sorted((find(one), find(other)))
        leader[second] = first
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for row in sorted(leader):
        groups[find(row)].append(row)
    return tuple(tuple(group) for group in groups.values())
