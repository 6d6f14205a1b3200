"""A shipped int8 model folder -> the weights of its network, so that training can go on from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from nlp_engine.errors import ModelError

_QUANTISED, _SCALE, _ZERO = "_quantized", "_scale", "_zero_point"
_EVENED = "_even"


def weights_of(folder: Path) -> dict[str, Tensor]:
    """Return the weights of a folder that ``export.quantise`` wrote, by the names of `MultiHeadTagger`.

    The steps of int8 stay in them: what is restored answers nearly as the file does, not as the network before
    quantisation did. The evening out of inputs (``smooth.py``) is taken back.

    Raises
    ------
    ModelError
        If the folder has no ``model.onnx``, or it was not made by this package.
    """
    try:
        graph = onnx.load(folder / "model.onnx").graph
    except OSError as error:
        raise ModelError(f"{folder.name} holds no model.onnx to start from.") from error
    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    plain = {name: value for name, value in constants.items() if name.endswith((".weight", ".bias"))}
    tables = {
        name.removesuffix(_QUANTISED): _dequantised(constants, name.removesuffix(_QUANTISED), by_row=True)
        for name in constants
        if name.endswith(f".weight{_QUANTISED}")
    }
    restored = {**plain, **tables, **dict(_matrices(graph, constants))}
    if not any(name.startswith("heads.") and name.endswith(".weight") for name in restored):
        raise ModelError(f"the network in {folder.name} was not exported by this package.")
    return {name: torch.from_numpy(np.array(value, dtype=np.float32)) for name, value in restored.items()}


def _dequantised(constants: dict[str, NDArray[np.generic]], name: str, *, by_row: bool = False) -> NDArray[np.float32]:
    """Return a constant as float32; a scale a column (of a matrix) or one for all."""
    values, scale, zero = (constants[name + part].astype(np.float32) for part in (_QUANTISED, _SCALE, _ZERO))
    if by_row and scale.ndim:
        scale, zero = scale[:, None], zero[:, None]
    result: NDArray[np.float32] = (values - zero) * scale
    return result


def _matrices(
    graph: onnx.GraphProto, constants: dict[str, NDArray[np.generic]]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield the matrices of the linear layers by name, which only the bias that is added to their result still has.

    Torch keeps a matrix with a row an output, ONNX with a column an output.
    """
    readers = {name: node for node in graph.node for name in node.input}
    evened = {
        f"{node.input[0]}{_EVENED}": constants[node.input[1]].astype(np.float32)
        for node in graph.node
        if node.op_type == "Mul" and node.output[0] == f"{node.input[0]}{_EVENED}"
    }
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        matrix = _dequantised(constants, node.input[1].removesuffix(_QUANTISED))
        factors = evened.get(node.input[0].removesuffix(_QUANTISED))
        if factors is not None:
            matrix *= factors[:, None]
        result = node.output[0]
        while readers[result].op_type in {"Cast", "Mul"}:
            result = readers[result].output[0]
        bias = next(name for name in readers[result].input if name.endswith(".bias"))
        yield f"{bias.removesuffix('.bias')}.weight", matrix.T
