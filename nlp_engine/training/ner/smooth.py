"""Evens out what goes into a network's matrices, so that int8 costs less accuracy.

Dynamic int8 has one scale for all that goes into a matrix; a few large channels leave the others few steps. Each
channel is divided by a factor of its own and the matrix's row multiplied by it, which changes nothing in float32
(Xiao G et al., SmoothQuant, ICML 2023).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from tokenizers import Tokenizer

from nlp_engine.text.ner.network import load_tokenizer, special_tokens
from nlp_engine.text.ner.windows import cut_windows, split_words

_SHARE = 0.75
"""How much of a channel's size moves into the matrix; chosen between 0.5 and 0.75 on dev parts, by the teacher."""
_LEAST = 1e-5

Readers = Mapping[str, list[onnx.NodeProto]]
"""Name of an input -> the multiplications by a constant matrix that read it."""


def smooth(source: Path, texts: Iterable[str]) -> onnx.ModelProto:
    """Return the network of a float32 model folder with evened inputs; it answers as before.

    Parameters
    ----------
    texts
        Texts like those that the network will read, to see how large each channel gets.
    """
    model = onnx.load(source / "model.onnx")
    constants = {constant.name: constant for constant in model.graph.initializer}
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            readers[node.input[0]].append(node)
    largest = _largest(model, readers, _rows(texts, load_tokenizer(source / "tokenizer.json")))
    divisions = {}
    for name, nodes in readers.items():
        matrices = [constants[node.input[1]] for node in nodes]
        factors = _factors(largest[name], [numpy_helper.to_array(matrix) for matrix in matrices])
        for node, matrix in zip(nodes, matrices, strict=True):
            scaled = numpy_helper.to_array(matrix) * factors[:, None]
            matrix.CopyFrom(numpy_helper.from_array(scaled, matrix.name))
            node.input[0] = f"{name}_even"
        model.graph.initializer.append(numpy_helper.from_array(1 / factors, f"{name}_factors"))
        divisions[f"{name}_even"] = helper.make_node("Mul", [name, f"{name}_factors"], [f"{name}_even"])
    _insert(model, divisions)
    return model


def _rows(texts: Iterable[str], tokenizer: Tokenizer) -> Iterator[NDArray[np.int64]]:
    """Yield the windows of some texts as the network reads them, shape (1, sub-words + 2)."""
    cls, sep, _ = special_tokens(tokenizer)
    for text in texts:
        words = split_words(text, tokenizer)
        for window in cut_windows(words):
            ids = words.ids[words.first[window.start] : words.first[window.stop]]
            yield np.array([[cls, *ids, sep]], dtype=np.int64)


def _largest(
    model: onnx.ModelProto, readers: Readers, rows: Iterable[NDArray[np.int64]]
) -> dict[str, NDArray[np.float32]]:
    """Return input name -> largest absolute value of each channel over some windows."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in readers)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    largest: dict[str, NDArray[np.float32]] = {}
    for row in rows:
        values = session.run(list(readers), {"input_ids": row, "attention_mask": np.ones_like(row)})
        for name, value in zip(readers, values, strict=True):
            top = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            largest[name] = np.maximum(largest.get(name, top), top)
    return largest


def _factors(largest: NDArray[np.float32], matrices: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return a factor a channel, 1 in the geometric mean."""
    rows = np.max([np.abs(matrix).max(axis=1) for matrix in matrices], axis=0)
    factors = np.maximum(largest, _LEAST) ** _SHARE / np.maximum(rows, _LEAST) ** (1 - _SHARE)
    result: NDArray[np.float32] = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    return result


def _insert(model: onnx.ModelProto, divisions: Mapping[str, onnx.NodeProto]) -> None:
    """Put each division before the first node that reads it."""
    nodes: list[onnx.NodeProto] = []
    waiting = dict(divisions)
    for node in model.graph.node:
        nodes += [waiting.pop(name) for name in node.input if name in waiting]
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
