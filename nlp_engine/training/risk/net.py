"""A small network with one hidden layer on torch, with the interface of a scikit-learn classifier."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from nlp_engine.errors import MissingExtraError

_BATCH = 128
_FAR = 6.0
"""Scaled inputs are cut at this many standard deviations."""


class SmallNet(ClassifierMixin, BaseEstimator):
    """Scaled features -> probability of the outcome.

    Parameters
    ----------
    hidden
        Width of the hidden layer.
    dropout, weight_decay, rate, epochs
        As AdamW takes them; trained on batches of 128.
    seed
        Decides the first weights and the order of the rows.

    Raises
    ------
    nlp_engine.errors.MissingExtraError
        When fitted without torch.
    """

    def __init__(
        self,
        hidden: int = 16,
        dropout: float = 0.1,
        weight_decay: float = 1e-2,
        rate: float = 1e-2,
        epochs: int = 40,
        seed: int = 0,
    ) -> None:
        self.hidden = hidden
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.rate = rate
        self.epochs = epochs
        self.seed = seed

    def fit(self, x: NDArray[np.float64], y: NDArray[np.int64]) -> Self:
        """Train on all rows."""
        try:
            import torch
        except ImportError as error:
            raise MissingExtraError("a small network as a risk model", "train") from error

        self.classes_ = np.array([0, 1])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            layers = torch.nn.Sequential(
                torch.nn.Hardtanh(-_FAR, _FAR),
                torch.nn.Linear(x.shape[1], self.hidden),
                torch.nn.ReLU(),
                torch.nn.Dropout(self.dropout),
                torch.nn.Linear(self.hidden, 1),
            )
            optimiser = torch.optim.AdamW(layers.parameters(), lr=self.rate, weight_decay=self.weight_decay)
            features, labels = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
            loss = torch.nn.BCEWithLogitsLoss()
            for _ in range(self.epochs):
                for batch in torch.randperm(len(labels)).split(_BATCH):
                    optimiser.zero_grad()
                    loss(layers(features[batch]).squeeze(1), labels[batch]).backward()
                    optimiser.step()
        self.layers_ = layers.eval()
        return self

    def predict_proba(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each class, shape (rows, 2)."""
        import torch

        with torch.no_grad():
            positive = torch.sigmoid(self.layers_(torch.tensor(x, dtype=torch.float32))).squeeze(1).numpy()
        return np.column_stack([1 - positive, positive]).astype(np.float64)
