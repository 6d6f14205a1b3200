"""How far a vector is from a cloud of others: Mahalanobis distance with a covariance of few parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIELDS = ("centre", "scale", "axes", "variances", "rest")


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A cloud: its main axes with their variances, and one variance for all other directions.

    This is the covariance of probabilistic principal components (Tipping & Bishop, J. R. Stat. Soc. B, 1999), a
    shrunk one: it can be estimated where there are hardly more vectors than dimensions.

    Parameters
    ----------
    centre, scale
        (d,); vectors are standardised by them first.
    axes
        (k, d), orthonormal.
    variances
        (k,), along the axes.
    rest
        (1,), of each direction that is not among the axes.
    """

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    axes: NDArray[np.float32]
    variances: NDArray[np.float32]
    rest: NDArray[np.float32]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.float32]], name: str) -> Spread:
        """Return the cloud that `arrays` stored under a name; all of `array_names` must be there."""
        return cls(*(arrays[part].astype(np.float32) for part in cls.array_names(name)))

    @staticmethod
    def array_names(name: str) -> tuple[str, ...]:
        """Return the names of the parts that are stored, in the order of the fields."""
        return tuple(f"{name}_{field}" for field in _FIELDS)

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Return the parts to be stored, the axes in half precision."""
        parts = {f"{name}_{field}": getattr(self, field) for field in _FIELDS}
        return parts | {f"{name}_axes": self.axes.astype(np.float16)}

    def distance(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the distance of each vector (n, d), divided by the square root of d: about 1 inside the cloud."""
        standard = (vectors - self.centre) / self.scale
        along = standard @ self.axes.T
        outside = (standard**2).sum(axis=1) - (along**2).sum(axis=1)
        squares = (along**2 / self.variances).sum(axis=1) + np.maximum(outside, 0) / self.rest[0]
        distances: NDArray[np.float32] = np.sqrt(squares / len(self.centre))
        return distances
