"""A fitted pipeline -> ``model.onnx``, with the proof that both answer alike. No pickle."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from nlp_engine.errors import MissingExtraError, ModelError
from nlp_engine.fusion.risk.encoding import Matrix
from nlp_engine.fusion.risk.model import OnnxNetwork
from nlp_engine.training.risk.export_boosting import with_trees
from nlp_engine.training.risk.net import SmallNet
from nlp_engine.training.risk.search import raw_scores

if TYPE_CHECKING:
    import torch

TOLERANCE = 1e-5
_OPSET = {"": 18, "ai.onnx.ml": 3}
_INPUT, _OUTPUT = "features", "probabilities"


def export(model: Pipeline, x: Matrix, path: Path) -> float:
    """Write the network and return the largest difference from scikit-learn (or torch) over ``x``.

    Raises
    ------
    nlp_engine.errors.ModelError
        If the difference is above 1e-5; the file is removed then.
    nlp_engine.errors.MissingExtraError
        If skl2onnx, or torch for a small network, is not installed.
    """
    if isinstance(model.named_steps["model"], SmallNet):
        _export_net(model, x.shape[1], path)
    else:
        path.write_bytes(_converted(model, x.shape[1]))
    difference = float(np.abs(OnnxNetwork(path).raw(x) - raw_scores(model, x)).max())
    if difference > TOLERANCE:
        path.unlink()
        raise ModelError(f"the exported model differs from the trained one by {difference:.1e}; it was not kept.")
    return difference


def _converted(model: Pipeline, width: int) -> bytes:
    try:
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType
    except ImportError as error:
        raise MissingExtraError("writing a risk model", "models") from error

    classifier = model.named_steps["model"]
    is_boosting = isinstance(classifier, HistGradientBoostingClassifier)
    network = to_onnx(
        model[:-1] if is_boosting else model,
        initial_types=[(_INPUT, FloatTensorType([None, width]))],
        options=None if is_boosting else {"zipmap": False},
        target_opset=_OPSET,
    )
    if is_boosting:
        network = with_trees(network, classifier, output=_OUTPUT)
    content: bytes = network.SerializeToString()
    return content


def _export_net(model: Pipeline, width: int, path: Path) -> None:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        torch.onnx.export(
            _module(model),
            (torch.zeros(3, width),),
            path,
            dynamo=True,
            input_names=[_INPUT],
            output_names=[_OUTPUT],
            dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
            opset_version=_OPSET[""],
            external_data=False,
            verbose=False,
        )


def _module(model: Pipeline) -> torch.nn.Module:
    """Return imputation, selection, scaling and layers as one module."""
    import torch

    steps = model.named_steps
    kept = np.arange(len(steps["impute"].statistics_))
    for name in ("constant", "select"):
        if name in steps:
            kept = kept[steps[name].get_support()]

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("kept", torch.tensor(kept))
            self.register_buffer("usual", torch.tensor(steps["impute"].statistics_, dtype=torch.float32))
            self.register_buffer("mean", torch.tensor(steps["scale"].mean_, dtype=torch.float32))
            self.register_buffer("scale", torch.tensor(steps["scale"].scale_, dtype=torch.float32))
            self.layers = steps["model"].layers_

        def forward(self, features: torch.Tensor) -> torch.Tensor:
            filled = torch.where(torch.isnan(features), self.usual, features)
            scaled = (filled.index_select(1, self.kept) - self.mean) / self.scale
            positive = torch.sigmoid(self.layers(scaled))
            return torch.cat([1 - positive, positive], dim=1)

    return Whole().eval()
