"""A token classification model of Hugging Face from a folder; runs on torch and transformers (extra ``train``)."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import BertPreTokenizer

from nlp_engine.errors import MissingExtraError, ModelError
from nlp_engine.text.ner.recogniser import EntitySpan
from nlp_engine.text.ner.tags import Tag, read_tags, spans_of_tags
from nlp_engine.text.ner.windows import MAX_SUBWORDS, Window, Words, cut_windows, split_words

_WEIGHTS = ("model*.safetensors", "pytorch_model*.bin")
_VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
_UNKNOWN = frozenset({"<unk>", "[UNK]"})
_KIND = "ForTokenClassification"
_ROOM = MAX_SUBWORDS + 16
"""Sub-words of the longest window: a little more than its words have, for the special ones at its ends."""
_RESERVED = 2
"""Positions that RoBERTa and its kin count in ``max_position_embeddings`` and cannot use."""


class HuggingFaceTagger:
    """Runs a token classification model, one window a pass, so that a window's result never depends on others.

    The first sub-word of a word decides; a span's score is the mean probability of its words' tags, not calibrated.
    """

    def __init__(self, model: Any, tokenizer: Tokenizer, tags: tuple[Tag, ...], version: str) -> None:  # noqa: ANN401
        self._model = model
        self._tokenizer = tokenizer
        self._tags = tags
        self.version = version
        self._splitter = Tokenizer(WordLevel({"?": 0}, unk_token="?"))
        self._splitter.pre_tokenizer = BertPreTokenizer()

    @classmethod
    def load(cls, folder: Path, *, threads: int = 1) -> HuggingFaceTagger:
        """Load a folder with ``config.json``, a tokenizer and weights; nothing is downloaded, no code of it is run.

        Raises
        ------
        ModelError
            If the folder is no such model, or is not complete.
        MissingExtraError
            If torch or transformers are not installed.
        """
        _check_config(folder)
        version = f"{folder.resolve().name} {_digest(_weights(folder))}"
        try:
            import torch
            import transformers
        except ImportError as error:
            raise MissingExtraError("a Hugging Face model", "train") from error
        torch.set_num_threads(threads)
        transformers.utils.logging.disable_progress_bar()
        tokenizer = _load_tokenizer(folder)
        model = _load_model(folder)
        if tokenizer.get_vocab_size() > model.get_input_embeddings().num_embeddings:
            raise ModelError(f"{folder}: its tokenizer has more sub-words than its weights; they are not of one model.")
        names = [str(name) for _, name in sorted(model.config.id2label.items())]
        return cls(model, tokenizer, read_tags(names), version)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the model, without prefixes."""
        return tuple(dict.fromkeys(tag.label for tag in self._tags if tag.label is not None))

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return the spans of a text of any length, with the model's own labels, in order, without overlap."""
        words = self._words(text)
        tags: list[Tag] = []
        scores: list[float] = []
        for window in cut_windows(words):
            chances = self._read(text, words, window)
            best = chances.argmax(axis=1)
            tags += [self._tags[place] for place in best]
            scores += chances.max(axis=1).tolist()
        return [
            EntitySpan(
                words.spans[first][0], words.spans[stop - 1][1], label, float(np.mean(scores[first:stop])), self.version
            )
            for first, stop, label in spans_of_tags(tags, words)
        ]

    def _words(self, text: str) -> Words:
        """Split as for the embedded model, and count in the sub-words of this one."""
        words = split_words(text, self._splitter)
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        starts = [start for start, _ in _places(text, encoding.offsets)]
        first = [bisect_left(starts, start) for start, _ in words.spans]
        return Words(words.spans, list(encoding.ids), [*first, len(starts)], words.breaks, words.paragraphs)

    def _read(self, text: str, words: Words, window: Window) -> NDArray[np.float64]:
        """Return the probabilities of the words of a window's core, shape (words, tags)."""
        begin, end = words.spans[window.start][0], words.spans[window.stop - 1][1]
        encoding = self._tokenizer.encode(text[begin:end])
        probabilities = self._probabilities(encoding.ids[:_ROOM])
        real = [place for place in range(len(probabilities)) if _is_of_a_word(text[begin:end], encoding, place)]
        offsets = _places(text[begin:end], [encoding.offsets[place] for place in real])
        chances = np.zeros((window.core_stop - window.core_start, len(self._tags)))
        for row, (start, stop) in enumerate(words.spans[window.core_start : window.core_stop]):
            place = _deciding(offsets, start - begin, stop - begin)
            chances[row] = self._unread() if place is None else probabilities[real[place]]
        return chances

    def _unread(self) -> NDArray[np.float64]:
        """Return the row of a word without a sub-word (control characters): outside, if there is such a tag."""
        return np.array([1.0 if tag.label is None else 0.0 for tag in self._tags])

    def _probabilities(self, ids: list[int]) -> NDArray[np.float64]:
        import torch

        row = torch.tensor([ids])
        with torch.inference_mode():
            logits = self._model(input_ids=row, attention_mask=torch.ones_like(row)).logits[0]
        result: NDArray[np.float64] = logits.double().softmax(dim=-1).numpy()
        return result


def _is_of_a_word(text: str, encoding: Encoding, place: int) -> bool:
    """Say whether a sub-word is part of a word: no special one, and no line end that a tokenizer keeps for itself.

    A blank alone is the first sub-word of the word behind it if the tokenizer put the two together ("▁" in XLM-R).
    """
    if encoding.special_tokens_mask[place]:
        return False
    start, end = encoding.offsets[place]
    if not text[start:end].isspace():
        return True
    of_words = encoding.word_ids
    return of_words[place] in of_words[place + 1 : place + 2] and encoding.tokens[place] not in _UNKNOWN


def _places(text: str, offsets: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where sub-words stand without the blank that some tokenizers put before them; starts never go back."""
    trimmed = [(start + len(piece) - len(piece.lstrip()), end) for start, end in offsets for piece in [text[start:end]]]
    starts = accumulate((start for start, _ in trimmed), max)
    return [(start, end) for start, (_, end) in zip(starts, trimmed, strict=True)]


def _deciding(offsets: list[tuple[int, int]], start: int, stop: int) -> int | None:
    """Return the first sub-word that starts in a word, else the one that starts before it and reaches into it."""
    place = bisect_left(offsets, start, key=lambda span: span[0])
    if place < len(offsets) and offsets[place][0] < stop:
        return place
    before = bisect_right(offsets, start, key=lambda span: span[0]) - 1
    return before if before >= 0 and offsets[before][1] > start else None


def _check_config(folder: Path) -> None:
    """Raise a ModelError if a folder's model is not for token classification, or takes too little text."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: config.json cannot be read.") from error
    kinds = config.get("architectures") or [] if isinstance(config, dict) else []
    if not any(str(kind).endswith(_KIND) for kind in kinds):
        named = ", ".join(map(str, kinds)) or "nothing"
        raise ModelError(
            f"{folder} is not a token classification model: `architectures` in config.json names {named} "
            f"instead of a ...{_KIND}."
        )
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and 0 < positions < _ROOM + _RESERVED:
        raise ModelError(f"{folder} reads {positions} sub-words at a time; a model needs at least {_ROOM + _RESERVED}.")


def _weights(folder: Path) -> list[Path]:
    """Return the weight files, of the first form that is there: the same that transformers reads."""
    for pattern in _WEIGHTS:
        if files := sorted(folder.glob(pattern)):
            return files
    raise ModelError(f"{folder} has no weights: neither model.safetensors nor pytorch_model.bin is there.")


def _digest(files: list[Path]) -> str:
    digest = sha256()
    for path in files:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]


def _load_tokenizer(folder: Path) -> Tokenizer:
    from transformers import AutoTokenizer

    if not any(any(folder.glob(name)) for name in _VOCABULARIES):
        raise ModelError(f"{folder} has no tokenizer: neither tokenizer.json nor another vocabulary is there.")
    try:
        loaded = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False, use_fast=True)
        tokenizer = Tokenizer.from_str(loaded.backend_tokenizer.to_str())
    except Exception as error:  # tokenizers raises nothing narrower
        raise ModelError(f"{folder}: its tokenizer cannot be loaded as a fast one (tokenizer.json).") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _load_model(folder: Path) -> Any:  # noqa: ANN401 - torch's types end here
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForTokenClassification

    try:
        model, report = AutoModelForTokenClassification.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            dtype=torch.float32,
        )
    except (OSError, ValueError, LookupError, RuntimeError, UnpicklingError, SafetensorError) as error:
        raise ModelError(
            f"{folder}: its weights cannot be loaded; they do not fit config.json or are damaged."
        ) from error
    if missing := sorted(report["missing_keys"]):
        raise ModelError(
            f"{folder}: its weights lack {missing[0]}, so that the model was not trained to find entities."
        )
    return model.eval()
