"""What a picture looks like as a whole, on 20 x 20 points: turned, mirrored, a negative, an adult, something else.

A small network knows the eight ways to lay a picture, their negatives, and small parts of pictures; a cloud knows what
upright pictures look like; a linear classifier knows adults from children. All were learnt from the training pictures
and, for adults, from pictures of grown-ups (``nlp_engine/training/images/domain.py``); their limits stand in
``model.json``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from nlp_engine.imaging.quality.spread import Spread
from nlp_engine.probabilities import softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 20
"""Points a side of the small picture."""
LAYS = 16
"""Ways to lay a picture: quarter turns 0-3, the same of the mirrored picture, and the negatives of these eight."""
PART = LAYS
"""What the small network calls a small part of a picture, in whatever way it lies."""
MIRRORED = 4
"""The way that is mirrored and nothing else."""
SWAPPED = (*(8 * (way // 8) + 4 * (1 - way // 4 % 2) + -way % 4 for way in range(LAYS)), PART)
"""What each way becomes when the picture is mirrored."""
LAY_ARRAYS = ("lay_first", "lay_first_bias", "lay_second", "lay_second_bias")
ADULT_ARRAYS = ("adult_weights", "adult_bias")
"""Names in ``domain.npz`` of the network that knows the ways, and of the classifier that knows adults."""
_TURNS = ("", "turned by 90 degrees to the left", "upside down", "turned by 90 degrees to the right")


def points(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pictures (n, size, size) as 20 x 20 points each, (n, 400), with mean 0 and deviation 1."""
    small = [np.asarray(Image.fromarray(one).resize((SIDE, SIDE), Image.Resampling.BOX)) for one in levels]
    flat: NDArray[np.float32] = np.stack(small).astype(np.float32).reshape(len(small), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(flat.std(axis=1, keepdims=True), np.float32(1e-3))
    return flat


def laid(small: NDArray[np.float32], way: int) -> NDArray[np.float32]:
    """Return small pictures (n, 400) laid in one of the 16 ways."""
    grid = small.reshape(-1, SIDE, SIDE)
    if way // 4 % 2:
        grid = grid[:, :, ::-1]
    turned = np.rot90(grid, way % 4, axes=(1, 2)).reshape(len(small), -1)
    return -turned if way >= LAYS // 2 else turned


def upright(small: NDArray[np.float32], way: int) -> NDArray[np.float32]:
    """Undo `laid`."""
    mirrored, turns = way // 4 % 2, way % 4
    back = laid(small, -turns % 4 + (LAYS // 2 if way >= LAYS // 2 else 0))
    return laid(back, MIRRORED) if mirrored else back


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """The checks that were learnt.

    Parameters
    ----------
    limits
        ``turned``, ``mirrored``, ``unlike``, ``adult`` -> greatest value that passes; a check without a limit is left
        out.
    arrays
        Those of ``domain.npz``.
    """

    limits: Mapping[str, float]
    cloud: Spread
    arrays: Mapping[str, NDArray[np.float32]]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.float32]], limits: Mapping[str, float]) -> Looks:
        """Return the checks of a model folder; all of `array_names` must be there."""
        return cls(limits, Spread.from_arrays(arrays, "points"), arrays)

    @staticmethod
    def array_names(limits: Mapping[str, float]) -> tuple[str, ...]:
        """Return the names of the arrays that checks with these limits need."""
        return (*Spread.array_names("points"), *LAY_ARRAYS, *(ADULT_ARRAYS if "adult" in limits else ()))

    def values(self, small: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return check -> (n,) values of small pictures (n, 400), greater is worse."""
        chances = self.lays(small)
        found = {
            "turned": 1 - chances[:, 0] - chances[:, MIRRORED],
            "mirrored": chances[:, MIRRORED],
            "unlike": self.cloud.distance(small),
        }
        if "adult" in self.limits:
            weights, bias = (self.arrays[name] for name in ADULT_ARRAYS)
            found["adult"] = small @ weights + bias[0]
        return found

    def lays(self, small: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each of the 16 ways and of a part of a picture, (n, 17).

        The mean of two looks, one at the mirrored picture, whose ways are swapped back.
        """
        mirrored = self._one_look(laid(small, MIRRORED))
        chances: NDArray[np.float32] = (self._one_look(small) + mirrored[:, SWAPPED[: mirrored.shape[1]]]) / 2
        return chances

    def _one_look(self, small: NDArray[np.float32]) -> NDArray[np.float32]:
        first, first_bias, second, second_bias = (self.arrays[name] for name in LAY_ARRAYS)
        hidden = np.maximum(small @ first + first_bias, 0)
        logits: NDArray[np.float32] = hidden @ second + second_bias
        return softmax(logits)

    def fault(self, small: NDArray[np.float32], values: Mapping[str, float], words: str) -> str | None:
        """Return why a small picture (400,) is not judged, or None.

        Parameters
        ----------
        values
            Its own of `values`.
        words
            The pictures that the network is for, going on after "the network learnt from".
        """
        above = {name for name, limit in self.limits.items() if values[name] > limit}
        if above & {"turned", "mirrored"}:
            chances = self.lays(small[None])[0]
            way = int(chances[1:].argmax()) + 1 if "turned" in above else MIRRORED
            if way != PART and self._is_like(upright(small[None], way)):
                return f"The picture seems to be {_said(way)}; give it upright, as seen from the front."
        return said_of_looks(above, words) if above else None

    def _is_like(self, small: NDArray[np.float32]) -> bool:
        return float(self.cloud.distance(small)[0]) <= self.limits.get("unlike", np.inf)


def said_of_looks(above: Collection[str], words: str) -> str:
    """Return the sentence for checks whose values are too great."""
    if set(above) == {"adult"}:
        return f"The picture looks like that of an adult; the network learnt from {words}."
    return f"The picture does not look like what the network learnt from: {words}."


def _said(way: int) -> str:
    parts = ["a negative (bones dark)"] if way >= LAYS // 2 else []
    parts += [_TURNS[way % 4]] if way % 4 else []
    parts += ["mirrored (left and right swapped)"] if way // 4 % 2 else []
    return " and ".join(parts)
