"""Evened inputs: the same answers in float32, nearer ones in int8."""

import shutil
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs the extra train")
pytest.importorskip("torch", reason="needs the extra train")

import onnxruntime  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: E402

from nlp_engine.training.ner.encoder import BASE_ENCODERS  # noqa: E402
from nlp_engine.training.ner.export import quantise  # noqa: E402
from nlp_engine.training.ner.smooth import smooth  # noqa: E402

WORDS, WIDTH, TAGS = 30_600, 64, 9
TEXTS = ["Naloxone was given for pain and for the cough, and helped.", "No fever, no chills, no night sweats at all."]
ROW = np.arange(1000, 1080).reshape(1, -1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A network that looks words up and multiplies them by two matrices.

    One channel is fifty times the others and has small weights, as is common in trained networks.
    """
    folder = tmp_path_factory.mktemp("float32")
    dice = np.random.default_rng(1)
    words = dice.normal(size=(WORDS, WIDTH)).astype(np.float32)
    gains = np.ones(WIDTH, np.float32)
    gains[7] = 50
    matrices = {name: dice.normal(size=(WIDTH, TAGS)).astype(np.float32) for name in ("one", "other")}
    for matrix in matrices.values():
        matrix[7] /= 50
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["words", "input_ids"], ["looked_up"]),
            helper.make_node("Mul", ["looked_up", "gains"], ["channels"]),
            helper.make_node("MatMul", ["channels", "one"], ["first"]),
            helper.make_node("MatMul", ["channels", "other"], ["second"]),
            helper.make_node("Concat", ["first", "second"], ["logits"], axis=-1),
        ],
        "network",
        [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "n"]) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "n", 2 * TAGS])],
        [numpy_helper.from_array(value, name) for name, value in {"words": words, "gains": gains, **matrices}.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, folder / "model.onnx")
    shutil.copyfile(BASE_ENCODERS["minilm"].find(folder) / "tokenizer.json", folder / "tokenizer.json")
    (folder / "config.json").write_text("{}")
    return folder


def answer(model: bytes) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {"input_ids": ROW, "attention_mask": np.ones_like(ROW)})[0]


def test_float_answers_stay_the_same(folder):
    evened = smooth(folder, TEXTS)
    assert [node.op_type for node in evened.graph.node].count("Mul") == 2
    expected = answer((folder / "model.onnx").read_bytes())
    assert answer(evened.SerializeToString()) == pytest.approx(expected, rel=1e-4, abs=1e-3)


def test_int8_answers_come_nearer(folder, tmp_path):
    expected = answer((folder / "model.onnx").read_bytes())
    quantize_dynamic(
        folder / "model.onnx",
        tmp_path / "plain.onnx",
        weight_type=QuantType.QInt8,
        reduce_range=True,
        per_channel=True,
    )
    quantise(folder, tmp_path / "int8", TEXTS)
    errors = [
        np.abs(answer(path.read_bytes()) - expected).mean()
        for path in (tmp_path / "plain.onnx", tmp_path / "int8" / "model.onnx")
    ]
    assert errors[1] < errors[0] / 2
