"""Histogram boosting -> one ONNX tree ensemble behind its preprocessing.

skl2onnx 1.20 converts it with truth values where onnx 1.23 takes whole numbers only; everything else is left to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

if TYPE_CHECKING:
    from onnx import ModelProto

_LEAF, _BRANCH = "LEAF", "BRANCH_LEQ"


def with_trees(before: ModelProto, model: HistGradientBoostingClassifier, *, output: str) -> ModelProto:
    """Append the trees to the graph that makes their columns; ``output`` gets both probabilities, shape (rows, 2)."""
    from onnx import TensorProto, helper

    graph = before.graph
    node = helper.make_node(
        "TreeEnsembleClassifier",
        [graph.output[0].name],
        ["label", output],
        domain="ai.onnx.ml",
        classlabels_int64s=[0, 1],
        post_transform="LOGISTIC",
        base_values=[float(np.ravel(model._baseline_prediction)[0])],
        **_attributes([stage[0].nodes for stage in model._predictors]),
    )
    graph.node.append(node)
    del graph.output[:]
    graph.output.extend(
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_tensor_value_info(output, TensorProto.FLOAT, [None, 2]),
        ]
    )
    if all(opset.domain != "ai.onnx.ml" for opset in before.opset_import):
        before.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    return before


def _attributes(trees: list[NDArray[np.void]]) -> dict[str, list[int] | list[float] | list[str]]:
    """Return the arrays of ``TreeEnsembleClassifier``: all nodes of all trees, and the weight of each leaf."""
    nodes = np.concatenate(trees)
    tree_of = np.repeat(np.arange(len(trees)), [len(tree) for tree in trees])
    number = np.concatenate([np.arange(len(tree)) for tree in trees])
    leaf = nodes["is_leaf"].astype(bool)
    inner = ~leaf
    return {
        "nodes_treeids": tree_of.tolist(),
        "nodes_nodeids": number.tolist(),
        "nodes_featureids": np.where(inner, nodes["feature_idx"], 0).astype(int).tolist(),
        "nodes_values": np.where(inner, _rounded_down(nodes["num_threshold"]), 0).tolist(),
        "nodes_modes": [_LEAF if is_leaf else _BRANCH for is_leaf in leaf],
        "nodes_truenodeids": np.where(inner, nodes["left"], 0).astype(int).tolist(),
        "nodes_falsenodeids": np.where(inner, nodes["right"], 0).astype(int).tolist(),
        "nodes_missing_value_tracks_true": np.where(inner, nodes["missing_go_to_left"], 0).astype(int).tolist(),
        "nodes_hitrates": [1.0] * len(nodes),
        "class_treeids": tree_of[leaf].tolist(),
        "class_nodeids": number[leaf].tolist(),
        "class_ids": [0] * int(leaf.sum()),
        "class_weights": nodes["value"][leaf].tolist(),
    }


def _rounded_down(limits: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the largest float32 not above each limit: a float32 input then falls on the same side."""
    single = limits.astype(np.float32)
    above = single.astype(np.float64) > limits
    return np.where(above, np.nextafter(single, np.float32(-np.inf)), single)
