"""What a picture may look like elsewhere: other geometry, exposure, sharpness, noise and hidden parts.

What every picture goes through is computed for the whole batch at once; the rarer changes are MONAI's, one picture at
a time. Nothing swaps left and right unless asked: a heart on the right is a disease.
"""

from __future__ import annotations

import io
import math

import numpy as np
import torch
import torch.nn.functional as nnf
from monai.transforms.compose import Compose
from monai.transforms.intensity.array import RandBiasField, RandGaussianSmooth, RandHistogramShift
from monai.transforms.spatial.array import RandSimulateLowResolution
from numpy.typing import NDArray
from PIL import Image

from nlp_engine.imaging.chest.preparing import standardise

ROTATION_DEGREES = 12.0
ZOOM, ASPECT, SHIFT, SHEAR = 0.24, 0.12, 0.08, 0.05
LOG_GAMMA, CONTRAST, BRIGHTNESS = 0.5, 0.35, 0.12
NOISE = 0.05
RARE = 0.15
"""Chance of each of the rarer changes."""
_DROPOUT_CHANCE, _DROPOUT_SIDE = 0.35, (0.1, 0.25)
_JPEG_QUALITY = (25, 80)


class Augmenter:
    """Changes pictures by chance; the same seed gives the same changes.

    Parameters
    ----------
    strength
        Factor of all ranges and chances: 0 changes nothing, 1 is as the constants of this file say.
    flip
        Whether left and right may be swapped.
    """

    def __init__(self, strength: float, *, flip: bool = False) -> None:
        self._strength = strength
        self._flip = flip
        self._torch = torch.Generator()
        self._numpy = np.random.default_rng(0)
        rare = min(1.0, RARE * strength)
        self._monai = Compose(
            [
                RandHistogramShift(num_control_points=(5, 9), prob=rare),
                RandBiasField(degree=2, coeff_range=(0.0, 0.15), prob=rare),
                RandGaussianSmooth(sigma_x=(0.4, 1.6), sigma_y=(0.4, 1.6), prob=rare),
                RandSimulateLowResolution(prob=rare / 2, zoom_range=(0.5, 1.0), upsample_mode="bilinear"),
            ]
        )

    def seed(self, seed: int) -> None:
        """Begin anew, as at the start of an epoch."""
        self._torch.manual_seed(seed)
        self._numpy = np.random.default_rng(seed)
        self._monai.set_random_state(seed=seed)

    def __call__(self, levels: NDArray[np.uint8]) -> torch.Tensor:
        """Return the network's input (n, 1, size, size) of pictures (n, size, size)."""
        pictures = torch.from_numpy(levels).float()[:, None] / 255
        if self._strength > 0:
            pictures = self._exposure(self._geometry(pictures))
            pictures = torch.stack([self._rarer(picture) for picture in pictures]).clamp(0, 1)
        ready = torch.from_numpy(standardise(pictures[:, 0].numpy()))[:, None]
        return self._hidden(ready) if self._strength > 0 else ready

    def _uniform(self, count: int, width: float) -> torch.Tensor:
        """Return numbers between minus and plus width times the strength."""
        return (torch.rand(count, generator=self._torch) * 2 - 1) * (width * self._strength)

    def _geometry(self, pictures: torch.Tensor) -> torch.Tensor:
        """Rotate, zoom, stretch, shear and shift; what comes in from outside is black, as beside a film."""
        count = len(pictures)
        angle = self._uniform(count, math.radians(ROTATION_DEGREES))
        zoom, aspect = torch.exp(self._uniform(count, ZOOM)), torch.exp(self._uniform(count, ASPECT))
        shear, right, down = (self._uniform(count, width) for width in (SHEAR, 2 * SHIFT, 2 * SHIFT))
        across, along = zoom * aspect, zoom / aspect
        if self._flip:
            across = across * torch.where(torch.rand(count, generator=self._torch) < 0.5, -1.0, 1.0)
        cosine, sine = torch.cos(angle), torch.sin(angle)
        rows = (
            torch.stack([cosine * across, (shear - sine) * along, right], 1),
            torch.stack([sine * across, cosine * along, down], 1),
        )
        grid = nnf.affine_grid(torch.stack(rows, 1), list(pictures.shape), align_corners=False)
        return nnf.grid_sample(pictures, grid, align_corners=False, padding_mode="zeros")

    def _exposure(self, pictures: torch.Tensor) -> torch.Tensor:
        """Change gamma, contrast and brightness, and add the noise of a low dose."""
        count = len(pictures)
        gamma = torch.exp(self._uniform(count, LOG_GAMMA))[:, None, None, None]
        contrast, brightness = 1 + self._uniform(count, CONTRAST), self._uniform(count, BRIGHTNESS)
        changed = (pictures**gamma - 0.5) * contrast[:, None, None, None] + 0.5 + brightness[:, None, None, None]
        noise = torch.randn(pictures.shape, generator=self._torch)
        return changed + noise * self._uniform(count, NOISE).abs()[:, None, None, None]

    def _rarer(self, picture: torch.Tensor) -> torch.Tensor:
        """Shift the histogram, shade one side, blur, coarsen, or store as a poor JPEG, each by a small chance."""
        changed = torch.as_tensor(np.asarray(self._monai(picture.clamp(0, 1))))
        if self._numpy.random() >= RARE * self._strength:
            return changed
        levels = (changed[0].clamp(0, 1).numpy() * 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(levels).save(buffer, "JPEG", quality=int(self._numpy.integers(*_JPEG_QUALITY)))
        return torch.from_numpy(np.asarray(Image.open(buffer), dtype=np.float32) / 255)[None]

    def _hidden(self, pictures: torch.Tensor) -> torch.Tensor:
        """Hide a rectangle of some pictures (coarse dropout), so that no single place decides."""
        size = pictures.shape[-1]
        for picture in pictures:
            if self._numpy.random() < _DROPOUT_CHANCE * self._strength:
                sides = (self._numpy.uniform(*_DROPOUT_SIDE, 2) * size).astype(int)
                top, left = self._numpy.integers(0, size - sides)
                picture[:, top : top + sides[0], left : left + sides[1]] = 0
        return pictures
