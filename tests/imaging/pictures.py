"""Made-up pictures and a tiny network with the outputs of the contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 32
CLASSES = ("normal", "bacterial", "viral")


def chest(seed: int = 0, side: int = 128, heart: float = 0.62) -> np.ndarray:
    """Return something like a frontal chest X-ray, float32 (side, side): two dark lungs, a heart on the right of it."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    shift = chance.uniform(-0.02, 0.02)
    grey = 0.55 + 0.25 * rows
    for centre in (0.28, 0.72):
        grey -= 0.45 * np.exp(-(((columns - centre - shift) / 0.13) ** 2 + ((rows - 0.45) / 0.27) ** 2))
    grey += 0.5 * np.exp(-(((columns - heart) / 0.12) ** 2 + ((rows - 0.6) / 0.13) ** 2))
    grey[: side // 10] *= 0.4
    return np.clip(grey + chance.normal(0, 0.02, grey.shape), 0, 1).astype(np.float32)


def levels(grey: np.ndarray) -> np.ndarray:
    return np.round(grey * 255).astype(np.uint8)


def save(grey: np.ndarray, path: Path) -> Path:
    Image.fromarray(levels(grey)).save(path)
    return path


def write_network(folder: Path, *, outputs: tuple[str, ...] = ("logits", "embedding", "features")) -> None:
    """Write ``model.onnx``: four random filters, the mean of each, and a random head."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    chance = np.random.default_rng(3)
    kernels = chance.normal(size=(4, 1, 8, 8)).astype(np.float32) / 8
    head = chance.normal(size=(4, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["pictures", "kernels"], ["features"], strides=[8, 8]),
        helper.make_node("GlobalAveragePool", ["features"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
        helper.make_node("MatMul", ["embedding", "head"], ["logits"]),
    ]
    shapes = {"logits": ["n", 3], "embedding": ["n", 4], "features": ["n", 4, 4, 4]}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 1, SIZE, SIZE])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in outputs],
        [numpy_helper.from_array(kernels, "kernels"), numpy_helper.from_array(head, "head")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, folder / "model.onnx")


def write_model(folder: Path, **changes: object) -> Path:
    """Write a model folder without ``domain.npz``; ``changes`` go into ``model.json``."""
    from nlp_engine.imaging.chest.model_file import ChestModelFile, version_of

    folder.mkdir(parents=True, exist_ok=True)
    write_network(folder)
    limits = {"present_at": 0.6, "absent_at": 0.3, "specificity": 0.9, "sensitivity": 0.9}
    file = {
        "id": "tiny",
        "version": version_of(folder / "model.onnx"),
        "classes": CLASSES,
        "input": {"size": SIZE},
        "findings": {
            "pneumonia": {"classes": ["bacterial", "viral"], **limits},
            "bacterial_pneumonia": {"classes": ["bacterial"], **limits},
        },
        "purpose": {
            "words": "chest X-rays of children",
            "modalities": ["CR", "DX"],
            "body_parts": ["CHEST"],
            "age_below": 18,
        },
        "training": {
            "data": "made up", "data_digest": "0", "pictures": {}, "patients": {}, "network": "tiny", "seed": 0,
            "minutes": 0.0, "made_on": "2026-11-27",
        },
    }  # fmt: skip
    checked = ChestModelFile.model_validate(file | changes)
    (folder / "model.json").write_text(checked.model_dump_json(), encoding="utf-8")
    return folder
