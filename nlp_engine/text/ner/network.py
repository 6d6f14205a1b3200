"""The embedded network: ``model.onnx`` (int8), ``tokenizer.json`` and ``config.json`` of a model folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nlp_engine.errors import ModelError
from nlp_engine.model_files import open_network
from nlp_engine.text.ner.calibration import Calibration

_SPECIAL = (("[CLS]", "[SEP]", "[PAD]"), ("<s>", "</s>", "<pad>"))
"""Names of the first, last and padding sub-word: of BERT, and of MPNet."""


@dataclass(frozen=True, slots=True)
class Head:
    """One head: the corpus it learnt from, its labels, where its logits stand in the output, and its calibration.

    ``least`` is the probability that a span needs to count.
    """

    name: str
    labels: tuple[str, ...]
    offset: int
    calibration: Calibration
    least: float = 0.0

    @property
    def columns(self) -> slice:
        """Columns of the output: O and two tags a label."""
        return slice(self.offset, self.offset + 1 + 2 * len(self.labels))


class OnnxTagger:
    """Runs the network on one window at a time.

    One window a call, without padding: dynamic int8 scales depend on everything in a batch, so a batch would make the
    result depend on its neighbours; on a CPU it would not be faster either.

    Raises
    ------
    ModelError
        If a file of the folder is missing or cannot be read.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        except (OSError, ValueError) as error:
            name = getattr(error, "filename", None) or "config.json"
            raise ModelError(f"the NER model is not complete: {Path(name).name} cannot be read.") from error
        self.version: str = config["version"]
        self.heads = tuple(_head(entry) for entry in config["heads"])
        self._session = open_network(folder / "model.onnx", threads=threads)
        self._cls, self._sep, _ = special_tokens(self.tokenizer)

    def logits(self, ids: list[int]) -> NDArray[np.float32]:
        """Return the logits of all heads for some sub-words, shape (len(ids), tags of all heads)."""
        row = np.array([[self._cls, *ids, self._sep]], dtype=np.int64)
        (output,) = self._session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})
        result: NDArray[np.float32] = output[0, 1:-1]
        return result


def load_tokenizer(path: Path) -> Tokenizer:
    """Load a tokenizer without padding and truncation, which a model folder may have switched on."""
    tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _head(entry: dict[str, Any]) -> Head:
    calibration = Calibration(**entry["calibration"]) if "calibration" in entry else Calibration()
    return Head(entry["name"], tuple(entry["labels"]), entry["offset"], calibration, entry.get("least", 0.0))


def special_tokens(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """Return the ids of the sub-words that stand first, last, and for padding.

    Raises
    ------
    ModelError
        If the tokenizer has neither BERT's nor MPNet's.
    """
    for names in _SPECIAL:
        cls, sep, padding = map(tokenizer.token_to_id, names)
        if cls is not None and sep is not None and padding is not None:
            return cls, sep, padding
    known = " nor ".join(", ".join(names) for names in _SPECIAL)
    raise ModelError(f"the tokenizer has no first, last and padding token: neither {known}.")
