"""The last linear layer of an exported network, read from its file: what maps of "where it looked" are made with.

``python -m nlp_engine.training.images.head FOLDER`` adds it to a model folder that lacks it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.errors import ModelError
from nlp_engine.imaging.chest.model_file import NETWORK_FILE, version_of
from nlp_engine.imaging.explain import Head

if TYPE_CHECKING:
    import onnx
    from numpy.typing import NDArray

_EMBEDDING, _LOGITS = "embedding", "logits"


def read_head(network: Path) -> Head:
    """Return weights and bias of what makes ``logits`` of ``embedding`` in an ONNX file.

    The layer is asked: zeros give the bias, each unit vector gives one column of the weights. So it does not matter
    whether it is one layer or, in a committee whose embeddings stand side by side, the mean of several.

    Raises
    ------
    nlp_engine.errors.ModelError
        If ``logits`` needs more than ``embedding``, or is no linear function of it.
    """
    import onnx
    from onnx.utils import Extractor
    from onnxruntime import InferenceSession
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph

    model = onnx.load(network)
    inputs = _inputs(model)
    try:
        layer = Extractor(model).extract_model(inputs, [_LOGITS])
        session = InferenceSession(layer.SerializeToString(), providers=["CPUExecutionProvider"])
    except (ValueError, onnx.checker.ValidationError, Fail, InvalidArgument, InvalidGraph) as error:
        raise ModelError(f"{network.name}: the output logits is not made of the output embedding alone.") from error
    widths = [int(one.shape[1]) for one in session.get_inputs()]
    splits = np.cumsum(widths)[:-1]

    def ask(rows: NDArray[np.float64]) -> NDArray[np.float32]:
        parts = np.split(rows.astype(np.float32), splits, axis=1)
        answers: NDArray[np.float32] = session.run([_LOGITS], dict(zip(inputs, parts, strict=True)))[0]
        return answers

    bias = ask(np.zeros((1, sum(widths))))[0]
    weights = (ask(np.eye(sum(widths))) - bias).T
    chance = np.random.default_rng(0).standard_normal((5, sum(widths)))
    if not np.allclose(ask(chance), chance @ weights.T + bias, rtol=1e-3, atol=1e-3):
        raise ModelError(f"{network.name}: the output logits is no linear function of the output embedding.")
    return Head(np.ascontiguousarray(weights), bias)


def _inputs(model: onnx.ModelProto) -> list[str]:
    """Return the tensors that make the embedding: itself, or the parts that a committee puts side by side."""
    for node in model.graph.node:
        if _EMBEDDING in node.output and node.op_type == "Concat":
            return list(node.input)
    return [_EMBEDDING]


def write_head(folder: Path) -> None:
    """Write ``head.npz`` of a model folder."""
    network = folder / NETWORK_FILE
    read_head(network).save(folder, version_of(network))


if __name__ == "__main__":
    write_head(Path(sys.argv[1]))
