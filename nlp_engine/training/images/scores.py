"""What a network says of many pictures, and the one figure that choices are made by."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import nn

from nlp_engine.imaging.chest.preparing import network_input
from nlp_engine.probabilities import softmax

_BATCH = 64


def logits_of(network: nn.Module, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (n, classes) logits in float32, as at run time."""
    network.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(levels), _BATCH):
            ready = torch.from_numpy(network_input(levels[start : start + _BATCH]))
            parts.append(network(ready)[0].float())
    logits: NDArray[np.float32] = torch.cat(parts).numpy()
    return logits


def probabilities_of(network: nn.Module, levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return (n, classes) probabilities, without a temperature."""
    return softmax(logits_of(network, levels).astype(np.float64))


def pair_auroc(probabilities: NDArray[np.float64], labels: NDArray[np.int64], first: int, second: int) -> float:
    """Return how well two classes are told apart among the pictures of both, by P(first) / (P(first) + P(second))."""
    rows = (labels == first) | (labels == second)
    chances = probabilities[rows]
    if len(np.unique(labels[rows])) < 2:
        return float("nan")
    share = chances[:, first] / np.maximum(chances[:, first] + chances[:, second], 1e-12)
    return float(roc_auc_score(labels[rows] == first, share))


def mean_pair_auroc(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the mean AUROC of all pairs of classes, which no class's frequency sways (Hand and Till, 2001)."""
    pairs = list(combinations(range(probabilities.shape[1]), 2))
    return float(np.mean([pair_auroc(probabilities, labels, first, second) for first, second in pairs]))
