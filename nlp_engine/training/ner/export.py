"""The trained network -> a model folder: ONNX, int8, with its tokenizer and heads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from nlp_engine.text.ner.labels import LabelFile
from nlp_engine.training.ner.config import NerConfig
from nlp_engine.training.ner.encoder import BASE_ENCODERS
from nlp_engine.training.ner.model import MultiHeadTagger
from nlp_engine.training.ner.smooth import smooth

_SAMPLE_SHAPE = (2, 7)
_OPSET = 18


def export_float(
    model: MultiHeadTagger, config: NerConfig, labels: LabelFile, *, tokenizer: Path, folder: Path
) -> None:
    """Write ``model.onnx`` in float32 with ``tokenizer.json`` and ``config.json``.

    The sample has a padded row: with a mask of ones the exporter may take the mask for a constant.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    ids = torch.randint(1000, 2000, _SAMPLE_SHAPE)
    mask = torch.ones(_SAMPLE_SHAPE, dtype=torch.long)
    mask[1, -2:] = 0
    shape = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    torch.onnx.export(
        model,
        (ids, mask),
        folder / "model.onnx",
        dynamo=True,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        opset_version=_OPSET,
        external_data=False,
        verbose=False,
    )
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    (folder / "config.json").write_text(json.dumps(describe(config, labels), indent=2) + "\n", encoding="utf-8")


def quantise(source: Path, target: Path, texts: Iterable[str]) -> None:
    """Write the int8 model folder of a float32 one (dynamic quantisation, weights of 7 bits).

    With 8 bits the 16-bit sums of AVX2 overflow, and the same file would answer differently on older CPUs.

    Parameters
    ----------
    texts
        Texts like those that the network will read; what goes into its matrices is evened out by them.
    """
    target.mkdir(parents=True, exist_ok=True)
    quantize_dynamic(
        smooth(source, texts),
        target / "model.onnx",
        weight_type=QuantType.QInt8,
        reduce_range=True,
        per_channel=True,
        extra_options={"MatMulConstBOnly": True},
    )
    for name in ("tokenizer.json", "config.json"):
        shutil.copyfile(source / name, target / name)


def describe(config: NerConfig, labels: LabelFile) -> dict[str, object]:
    """Return what ``config.json`` says: version, heads with their labels and columns, training corpora, licences."""
    heads, offset = [], 0
    for name in config.corpora:
        corpus = labels.corpora[name]
        heads.append({"name": name, "labels": list(corpus.labels), "offset": offset})
        offset += 1 + 2 * len(corpus.labels)
    return {
        "version": config.version,
        "base": f"{BASE_ENCODERS[config.encoder].title}, {config.layers} layers",
        "heads": heads,
        "corpora": {
            name: {"source": labels.corpora[name].source.label, "licence": labels.corpora[name].licence}
            for name in config.corpora
        },
        "training": config.model_dump(mode="json"),
    }
