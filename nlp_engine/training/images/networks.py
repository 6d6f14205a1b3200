"""The architectures: bodies of MONAI, each with the same small head that also gives the embedding and the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from monai.networks.nets.densenet import DenseNet
from monai.networks.nets.efficientnet import EfficientNetBNFeatures
from monai.networks.nets.resnet import ResNet
from numpy.typing import NDArray
from torch import nn

from nlp_engine.training.images.pretrained import WIDTH, lite_body, load_photo_weights


class PictureNet(nn.Module):
    """A body, the mean over all places, and one linear layer.

    Parameters
    ----------
    body
        (n, 1, size, size) -> (n, width, h, w).
    frozen
        How many of the body's first parts keep their weights.
    """

    def __init__(self, body: nn.Module, width: int, classes: int, dropout: float, frozen: int = 0) -> None:
        super().__init__()
        self.frozen = frozen
        self.body = body
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, classes)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return logits (n, classes), embedding (n, width) and features (n, width, h, w)."""
        features = self.body(pictures) if self.frozen == 0 else self._in_two(pictures)
        embedding = features.mean(dim=(2, 3))
        return self.head(self.dropout(embedding)), embedding, features

    def shift(self, logits: NDArray[np.float64]) -> None:
        """Add to the logits of each class, (classes,)."""
        with torch.no_grad():
            self.head.bias += torch.from_numpy(logits).float()

    def _in_two(self, pictures: torch.Tensor) -> torch.Tensor:
        """Spare the gradients of the first parts, where maps are largest and an epoch's time goes."""
        parts = list(self.body.children())
        with torch.no_grad():
            for part in parts[: self.frozen]:
                pictures = part(pictures)
        for part in parts[self.frozen :]:
            pictures = part(pictures)
        return pictures


class Committee(nn.Module):
    """Several networks as one: logits are averaged, embeddings and features stand side by side.

    Bodies halve an odd side in different ways; smaller features are then stretched to the largest.
    """

    def __init__(self, members: Sequence[PictureNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def shift(self, logits: NDArray[np.float64]) -> None:
        """Add to the logits of each class, (classes,)."""
        for member in self.members:
            assert isinstance(member, PictureNet)
            member.shift(logits)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return logits (n, classes), embedding (n, width) and features (n, width, h, w)."""
        logits, embeddings, features = zip(*(member(pictures) for member in self.members), strict=True)
        high, wide = (max(int(one.shape[axis]) for one in features) for axis in (2, 3))
        alike = [one if one.shape[2:] == (high, wide) else _stretched(one, high, wide) for one in features]
        return torch.stack(logits).mean(dim=0), torch.cat(embeddings, dim=1), torch.cat(alike, dim=1)


def _stretched(features: torch.Tensor, high: int, wide: int) -> torch.Tensor:
    return nn.functional.interpolate(features, size=(high, wide), mode="bilinear", align_corners=False)


class _Last(nn.Module):
    """Keeps the last of the feature maps that a body gives."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        maps: list[torch.Tensor] = self.body(pictures)
        return maps[-1]


def build(name: str, classes: int, *, dropout: float) -> PictureNet:
    """Return a network before training; ``torch.manual_seed`` decides what is not pretrained.

    Raises
    ------
    nlp_engine.errors.MissingExtraError
        If pretrained weights are asked for and not installed.
    """
    body, width = _BODIES[name]()
    if name != "efficientnet_lite":
        return PictureNet(body, width, classes, dropout)
    load_photo_weights(body)
    return PictureNet(body, width, classes, dropout, _FROZEN)


def parameters_in_millions(network: nn.Module) -> float:
    """Return how many weights a network has, in millions."""
    return float(sum(weights.numel() for weights in network.parameters())) / 1e6


def _resnet() -> tuple[nn.Module, int]:
    """Return a ResNet of 18 layers and half the usual width, 2.8 million weights."""
    widths = [32, 64, 128, 256]
    net = ResNet("basic", [2, 2, 2, 2], widths, spatial_dims=2, n_input_channels=1, conv1_t_stride=2)
    parts = (net.conv1, net.bn1, net.act, net.maxpool, net.layer1, net.layer2, net.layer3, net.layer4)
    return nn.Sequential(*parts), 256


def _densenet(start: int, growth: int, blocks: tuple[int, ...]) -> tuple[nn.Module, int]:
    net = DenseNet(2, 1, 2, init_features=start, growth_rate=growth, block_config=blocks)
    width = start
    for count in blocks[:-1]:
        width = (width + count * growth) // 2
    return nn.Sequential(net.features, nn.ReLU()), width + blocks[-1] * growth


def _efficientnet() -> tuple[nn.Module, int]:
    """Return an EfficientNet-B0 up to its last block, 3.6 million weights that are used."""
    return _Last(EfficientNetBNFeatures("efficientnet-b0", pretrained=False, spatial_dims=2, in_channels=1)), 320


_FROZEN = 8
"""Stem and first four blocks of EfficientNet-Lite0: edges and textures, alike in photographs and X-rays."""
_BODIES: dict[str, Callable[[], tuple[nn.Module, int]]] = {
    "resnet": _resnet,
    "densenet": lambda: _densenet(32, 16, (4, 8, 12, 8)),
    "densenet_wide": lambda: _densenet(48, 24, (6, 12, 18, 12)),
    "efficientnet": _efficientnet,
    "efficientnet_lite": lambda: (lite_body(), WIDTH),
}
