"""The trained network -> ONNX, with weights stored in half precision and checked against torch."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from nlp_engine.errors import ModelError
from nlp_engine.imaging.chest.network import OUTPUTS

_OPSET = 18
_LARGEST_DIFFERENCE = 1e-4
_BATCHES = (1, 3, 7)
_FEWEST_AXES = 2
"""Biases and norms, of one axis, stay in single precision; they weigh nothing."""


def round_weights(network: nn.Module) -> None:
    """Round the matrices and filters to what half precision can hold, so that the file answers as the network does."""
    with torch.no_grad():
        for weights in network.parameters():
            if weights.ndim >= _FEWEST_AXES:
                weights.copy_(weights.half().float())


def export(network: nn.Module, size: int, path: Path) -> float:
    """Write the network; return the largest difference to torch over several batch sizes.

    Parameters
    ----------
    network
        Gives logits, embedding and features; its weights are rounded in place (`round_weights`).

    Raises
    ------
    nlp_engine.errors.ModelError
        If the file does not answer like the network.
    """
    network.eval()
    round_weights(network)
    path.parent.mkdir(parents=True, exist_ok=True)
    with quiet_export():
        torch.onnx.export(
            network,
            (torch.zeros(2, 1, size, size),),
            path,
            dynamo=True,
            input_names=["pictures"],
            output_names=list(OUTPUTS),
            dynamic_shapes=({0: torch.export.Dim("n", min=1)},),
            opset_version=_OPSET,
            external_data=False,
            optimize=False,
            verbose=False,
        )
    _store_halves(path)
    difference = parity(network, size, path)
    if difference > _LARGEST_DIFFERENCE:
        raise ModelError(f"{path.name} differs from the trained network by {difference:.1e}.")
    return difference


@contextmanager
def quiet_export() -> Iterator[None]:
    """Keep torch from telling the user of packages that the export does not need, and of its own old habits."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logger.setLevel(before)


def parity(network: nn.Module, size: int, path: Path) -> float:
    """Return the largest difference of any output between the file and the network, relative to outputs above 1."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    chance, largest = np.random.default_rng(0), 0.0
    for count in _BATCHES:
        pictures = chance.standard_normal((count, 1, size, size)).astype(np.float32)
        with torch.no_grad():
            wanted = network(torch.from_numpy(pictures))
        for mine, theirs in zip(wanted, session.run(list(OUTPUTS), {"pictures": pictures}), strict=True):
            largest = max(largest, _difference(mine.numpy(), theirs))
    return largest


def _difference(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    return float((np.abs(first - second) / np.maximum(1, np.abs(first))).max())


def _store_halves(path: Path) -> None:
    """Keep matrices and filters as float16 with a cast that onnxruntime computes once, when it loads the file."""
    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.ndim < _FEWEST_AXES:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT, name=f"cast.{name}"))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)
