"""The last layer is read from the file of one network and of a committee; what is no linear layer is refused."""

import numpy as np
import pytest

from nlp_engine.errors import ModelError
from nlp_engine.imaging.chest.model_file import NETWORK_FILE, version_of
from nlp_engine.imaging.explain import Head
from nlp_engine.training.images.head import read_head, write_head

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

CHANCE = np.random.default_rng(0)
FIRST, SECOND = (CHANCE.standard_normal((3, 4)).astype(np.float32) for _ in range(2))
BIAS = CHANCE.standard_normal(3).astype(np.float32)


def save(path, nodes, weights, *, width):
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in
               (("logits", 3), ("embedding", width))]  # fmt: skip
    pictures = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 1, 8, 8])
    parts = [numpy_helper.from_array(values, name) for name, values in weights.items()]
    inside = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 4]) for name in ("a", "b")]
    graph = helper.make_graph(nodes, "g", [pictures], outputs, parts, value_info=inside)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)


def pooled(name):
    """Nodes that make four means of the picture's parts."""
    return [
        helper.make_node("Reshape", ["pictures", "shape"], [f"{name}_flat"]),
        helper.make_node("ReduceMean", [f"{name}_flat", "axis"], [name], keepdims=0),
    ]


SHAPES = {"shape": np.array([-1, 4, 16], np.int64), "axis": np.array([2], np.int64)}


def one(path, last="Gemm"):
    made = helper.make_node("Gemm", ["embedding", "w", "bias"], ["logits" if last == "Gemm" else "l"], transB=1)
    more = [] if last == "Gemm" else [helper.make_node(last, ["l"], ["logits"])]
    save(path, [*pooled("embedding"), made, *more], SHAPES | {"w": FIRST, "bias": BIAS}, width=4)


def test_one_network(tmp_path):
    one(tmp_path / NETWORK_FILE)
    write_head(tmp_path)
    head = Head.load(tmp_path, version_of(tmp_path / NETWORK_FILE))
    np.testing.assert_allclose(head.weights, FIRST, atol=1e-6)
    np.testing.assert_allclose(head.bias, BIAS, atol=1e-6)


def test_a_committee(tmp_path):
    nodes = [
        *pooled("a"),
        *pooled("b"),
        helper.make_node("Concat", ["a", "b"], ["embedding"], axis=1),
        helper.make_node("Gemm", ["a", "w", "bias"], ["l1"], transB=1),
        helper.make_node("Gemm", ["b", "v", "bias"], ["l2"], transB=1),
        helper.make_node("Mean", ["l1", "l2"], ["logits"]),
    ]
    save(tmp_path / "x.onnx", nodes, SHAPES | {"w": FIRST, "v": SECOND, "bias": BIAS}, width=8)
    head = read_head(tmp_path / "x.onnx")
    np.testing.assert_allclose(head.weights, np.hstack([FIRST, SECOND]) / 2, atol=1e-6)
    np.testing.assert_allclose(head.bias, BIAS, atol=1e-6)


def test_what_is_not_linear_is_refused(tmp_path):
    one(tmp_path / "x.onnx", last="Tanh")
    with pytest.raises(ModelError, match="no linear function"):
        read_head(tmp_path / "x.onnx")


def test_what_needs_more_than_the_embedding_is_refused(tmp_path):
    nodes = [
        *pooled("embedding"),
        *pooled("a"),
        helper.make_node("Add", ["embedding", "a"], ["both"]),
        helper.make_node("Gemm", ["both", "w", "bias"], ["logits"], transB=1),
    ]
    save(tmp_path / "x.onnx", nodes, SHAPES | {"w": FIRST, "bias": BIAS}, width=4)
    with pytest.raises(ModelError, match="embedding alone"):
        read_head(tmp_path / "x.onnx")
