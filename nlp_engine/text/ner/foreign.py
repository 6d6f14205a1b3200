"""Which model finds the entities: the embedded one, another folder of its kind, Hugging Face's, or spaCy's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nlp_engine.errors import ModelError
from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.text.ner.label_map import ForeignReader, Relabelled, check_labels, load_foreign_labels
from nlp_engine.text.ner.recogniser import EntitySpan, Recogniser, SpanReader

Kind = Literal["onnx", "huggingface", "spacy"]
_YAML = frozenset({".yaml", ".yml"})
FAST = "fast"
"""Name of the smaller model that is shipped beside the embedded one."""
_PACKAGE = re.compile(r"\w[\w.-]*")
_LIKE = "give fast, a model folder, the name of an installed spaCy model, or a YAML file"


class ModelChoice(KnowledgeModel):
    """A model, and what its labels mean here.

    Parameters
    ----------
    path
        The model's folder; in a file, relative to the file.
    name
        Instead of ``path``: the name of an installed spaCy model.
    labels
        Its labels (without B-, I-) -> ours; other labels are ignored. Without it the well-known names of
        ``rules/ner/foreign_labels.yaml`` count. Not for a model of our own kind, which has our labels.
    min_score
        Entities with a lower score are left out; not for spaCy, which gives no scores.
    """

    schema_version: Literal[1] = 1
    kind: Kind
    path: Path | None = None
    name: str | None = None
    labels: dict[str, str] | None = None
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0

    @model_validator(mode="after")
    def _is_one_model(self) -> Self:
        if (self.path is None) == (self.name is None):
            raise ValueError("needs exactly one of path, name")
        if self.name is not None and self.kind != "spacy":
            raise ValueError(f"a model of kind {self.kind} is a folder: give its path instead of a name")
        if self.kind == "spacy" and self.min_score:
            raise ValueError("a spaCy model gives no scores: leave min_score out")
        if self.kind == "onnx" and self.labels is not None:
            raise ValueError("a model of kind onnx has the engine's own labels: leave labels out")
        check_labels((self.labels or {}).values())
        return self


def load_reader(ner: str | Path | None = None, *, threads: int = 1) -> SpanReader:
    """Load what finds the entities.

    Parameters
    ----------
    ner
        ``fast``, a model folder (ours, Hugging Face's or spaCy's), the name of an installed spaCy model, or a YAML file
        with the keys of `ModelChoice`; None for the embedded model.
    threads
        CPU threads of the network.

    Raises
    ------
    nlp_engine.errors.ModelError
        If there is no such model, it is not complete, or none of its labels means anything here.
    nlp_engine.errors.MissingExtraError
        If it needs torch and transformers, and they are not installed.
    nlp_engine.errors.KnowledgeError
        If the YAML file is not usable.
    """
    return Recogniser.load(threads=threads) if ner is None else _load(choose(ner), threads)


def choose(ner: str | Path) -> ModelChoice:
    """Return the model that a folder, a name or a YAML file stands for, without loading it."""
    if ner == FAST:
        return ModelChoice(kind="onnx", path=resource("models") / "ner_fast")
    path = Path(ner)
    if path.suffix.lower() in _YAML:
        return _from_file(path)
    if path.is_dir():
        return ModelChoice(kind=_kind_of(path), path=path)
    if isinstance(ner, Path) or path.exists() or not _PACKAGE.fullmatch(ner):
        raise ModelError(f"{ner} is no model folder; {_LIKE}.")
    return ModelChoice(kind="spacy", name=ner)


def _from_file(path: Path) -> ModelChoice:
    if not path.is_file():
        raise ModelError(f"{path} does not exist; {_LIKE}.")
    choice = read_yaml(path, ModelChoice)
    if choice.path is None:
        return choice
    folder = path.parent / choice.path.expanduser()
    if not folder.is_dir():
        raise ModelError(f"{path.name}: the model folder {folder} does not exist; path is relative to the file.")
    return choice.model_copy(update={"path": folder})


def _kind_of(folder: Path) -> Kind:
    """Tell the kinds apart by their files: spaCy has ``config.cfg``, our ``config.json`` has heads."""
    if (folder / "config.cfg").is_file():
        return "spacy"
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder} is no model folder: it has no config.json that can be read.") from error
    return "onnx" if isinstance(config, dict) and "heads" in config else "huggingface"


class _AtLeast:
    """A model whose entities with a low score are left out."""

    def __init__(self, reader: SpanReader, min_score: float) -> None:
        self._reader = reader
        self._min_score = min_score

    @property
    def version(self) -> str:
        """Version of the model."""
        return self._reader.version

    def recognise(self, text: str) -> list[EntitySpan]:
        """Return labelled spans, in order, without overlap."""
        return [span for span in self._reader.recognise(text) if span.score >= self._min_score]


def _load(choice: ModelChoice, threads: int) -> SpanReader:
    reader: SpanReader
    if choice.kind == "onnx":
        reader = Recogniser.load(choice.path, threads=threads)
    else:
        reader = Relabelled(_load_foreign(choice, threads), choice.labels)
    return _AtLeast(reader, choice.min_score) if choice.min_score else reader


def _load_foreign(choice: ModelChoice, threads: int) -> ForeignReader:
    """Load a model of others; what only it needs is imported here."""
    if choice.kind == "huggingface" and choice.path is not None:
        from nlp_engine.text.ner.huggingface import HuggingFaceTagger

        return HuggingFaceTagger.load(choice.path, threads=threads)
    from nlp_engine.text.ner.spacy_model import SpacyReader

    return SpacyReader.load(choice.name or choice.path or "", score=load_foreign_labels().score_of_unscored)
