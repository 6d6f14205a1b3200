"""What ``nlp-engine train ner`` and ``nlp-engine evaluate ner`` do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlp_engine.errors import InputError, MissingExtraError
from nlp_engine.text.ner.labels import Corpus, load_labels
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.training.corpora import LabelledSpan, read_corpus
from nlp_engine.training.evaluation import Counts, count_by_label, total

logger = logging.getLogger(__name__)
Figures = dict[str, dict[str, Counts]]
"""Corpus -> label -> counts."""


def train_ner(data: Path, work: Path, out: Path, *, config_path: Path | None = None) -> Figures:
    """Train, export, quantise and evaluate on the dev parts; return the figures of the int8 model.

    Parameters
    ----------
    data
        Folder with a folder a corpus, as ``rules/ner/labels.yaml`` names them.
    work
        Checkpoint and the float32 export; a run that was cut off goes on from here. Needs 0.4 GB.
    out
        Model folder that ``Recogniser.load`` reads; ``figures.json`` beside the model holds the dev figures.

    Raises
    ------
    MissingExtraError
        If torch, transformers or the base encoder are not installed.
    InputError
        If a corpus is missing.
    """
    try:
        from nlp_engine.training.ner.config import load_config
        from nlp_engine.training.ner.encoder import BASE_ENCODERS
        from nlp_engine.training.ner.export import export_float, quantise
        from nlp_engine.training.ner.trainer import train
    except ModuleNotFoundError as error:
        raise MissingExtraError("training the NER", "train") from error
    config, labels = load_config(config_path), load_labels()
    model = train(config, labels, data=data, work=work)
    tokenizer = BASE_ENCODERS[config.encoder].find(work) / "tokenizer.json"
    export_float(model, config, labels, tokenizer=tokenizer, folder=work / "float32")
    quantise(work / "float32", out)
    figures = {}
    for name, folder in (("float32", work / "float32"), ("int8", out)):
        figures[name] = evaluate_ner(data, folder, config.corpora)
        logger.info("%s: strict F1 on dev %s", name, _summary(figures[name]))
    written = {name: as_json(figure) for name, figure in figures.items()}
    (out / "figures.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return figures["int8"]


def evaluate_ner(data: Path, model: Path | None = None, corpora: Sequence[str] = ()) -> Figures:
    """Count strict and relaxed hits on the dev parts, each corpus by its own head.

    Parameters
    ----------
    model
        A model folder; the embedded one if None.
    corpora
        Names in ``rules/ner/labels.yaml``; all of them if empty.

    Raises
    ------
    InputError
        If a corpus is unknown or missing.
    """
    labels = load_labels()
    names = corpora or tuple(labels.corpora)
    if unknown := set(names) - labels.corpora.keys():
        raise InputError(", ".join(sorted(unknown)), "is no corpus here", f"known are {', '.join(labels.corpora)}")
    recogniser = Recogniser.load(model)
    return {name: count_by_label(_sides(recogniser, name, labels.corpora[name], data)) for name in names}


def as_json(figures: Figures) -> dict[str, dict[str, dict[str, float]]]:
    """Return corpus -> label (and ``all``) -> precision, recall, F1, relaxed F1, number of gold spans."""
    return {
        corpus: {"all": total(labels.values()).as_dict(), **{label: c.as_dict() for label, c in labels.items()}}
        for corpus, labels in figures.items()
    }


def _sides(
    recogniser: Recogniser, head: str, corpus: Corpus, data: Path
) -> Iterator[tuple[Sequence[LabelledSpan], list[LabelledSpan]]]:
    for document in read_corpus(corpus, data, "dev"):
        found = recogniser.recognise_heads(document.text)[head]
        yield document.spans, [LabelledSpan(span.start, span.end, span.label) for span in found]


def _summary(figures: Figures) -> str:
    return ", ".join(f"{corpus} {total(labels.values()).f1:.2f}" for corpus, labels in figures.items())
