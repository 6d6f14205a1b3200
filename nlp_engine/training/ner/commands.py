"""What ``nlp-engine train ner`` and ``nlp-engine evaluate ner`` do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from nlp_engine.errors import InputError, MissingExtraError
from nlp_engine.text.ner.labels import Corpus, load_labels
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.training.corpora import (
    FORMATS,
    AnnotatedDocument,
    LabelledSpan,
    LeftOut,
    Part,
    find_folder,
    labelled,
    part_files,
    read_corpus,
    read_files,
)
from nlp_engine.training.evaluation import Figures, as_json, count_by_label, total
from nlp_engine.training.ner.sources import Folders, as_list, folder_of, known_to, require_part, settle, unknown_name

logger = logging.getLogger(__name__)
_TYPICAL = 8
"""Texts of each corpus that the inputs of the network are evened out by."""
Documents = Mapping[str, Sequence[AnnotatedDocument]]
"""Head -> what it is measured on."""


def train_ner(data: Folders, work: Path, out: Path, *, config_path: Path | None = None) -> Figures:
    """Train, export, quantise and evaluate on the dev parts; return the figures of the int8 model.

    Parameters
    ----------
    data
        Folders that hold a folder a corpus, as ``rules/ner/labels.yaml`` or the configuration name it; looked through
        in order.
    work
        Checkpoint and the float32 export; a run that was cut off goes on from here. Needs 0.4 GB.
    out
        Model folder that ``Recogniser.load`` reads; ``figures.json`` beside the model holds the dev figures.

    Raises
    ------
    MissingExtraError
        If torch, transformers or the base encoder are not installed.
    InputError
        If a corpus is unknown, missing, or cannot be read.
    """
    try:
        from nlp_engine.training.ner.calibrate import calibrate
        from nlp_engine.training.ner.config import load_config
        from nlp_engine.training.ner.encoder import BASE_ENCODERS
        from nlp_engine.training.ner.export import export_float, quantise
        from nlp_engine.training.ner.trainer import train
    except ModuleNotFoundError as error:
        raise MissingExtraError("training the NER", "train") from error
    config, labels = settle(load_config(config_path), load_labels(), data)
    model = train(config, labels, data=Path(), work=work)  # the folders are absolute by now
    tokenizer = BASE_ENCODERS[config.encoder].find(work) / "tokenizer.json"
    export_float(model, config, labels, tokenizer=tokenizer, folder=work / "float32")
    quantise(work / "float32", out, _typical_texts(labels.corpora.values(), data))
    dev = {name: _read(labels.corpora[name], data, "dev") for name in config.corpora}
    figures = {}
    for name, folder in (("float32", work / "float32"), ("int8", out)):
        errors = calibrate(Recogniser.load(folder), folder, dev)
        figures[name] = measure(Recogniser.load(folder), dev)
        logger.info("%s: strict F1 on dev %s", name, _summary(figures[name]))
    logger.info("calibration error on dev %s", ", ".join(f"{head} {error:.3f}" for head, error in errors.items()))
    written = {
        **{name: as_json(figure) for name, figure in figures.items()},
        "calibration_error": {head: round(error, 4) for head, error in errors.items()},
    }
    (out / "figures.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return figures["int8"]


def _typical_texts(corpora: Iterable[Corpus], data: Folders) -> Iterator[str]:
    """Yield some texts of each corpus's train part; corpora of one folder have the same."""
    texts = (document.text for corpus in corpora for document in _read(corpus, data, "train")[:_TYPICAL])
    yield from dict.fromkeys(texts)


def evaluate_ner(data: Folders, model: Path | None = None, corpora: Sequence[str] = (), part: Part = "dev") -> Figures:
    """Count strict and relaxed hits on one part of corpora, each by its own head.

    Parameters
    ----------
    data
        Folders that hold the corpora's folders, looked through in order.
    model
        A model folder; the embedded one if None.
    corpora
        Names of corpora; if empty, those that the model has a head for and that have this part in ``data``.

    Raises
    ------
    InputError
        If a corpus is unknown or missing, or none is there.
    ModelError
        If the model folder is not complete.
    """
    documents = documents_of(data, model, corpora, part)
    return measure(Recogniser.load(model), documents)


def documents_of(
    data: Folders, model: Path | None = None, corpora: Sequence[str] = (), part: Part = "dev"
) -> Documents:
    """Return what `evaluate_ner` measures a model on."""
    known = known_to(model)
    names = corpora or [name for name in known.heads if name in known.corpora and _has(known.corpora[name], data, part)]
    if not names:
        wanted = ", ".join(f"{known.corpora[name].folder}/" for name in known.heads if name in known.corpora)
        raise InputError("--data", f"no corpus of the model has a {part} part there", f"it should hold one of {wanted}")
    chosen = {name: known.corpus(name) for name in names}
    return {name: _read(corpus, data, part) for name, corpus in chosen.items()}


def measure(recogniser: Recogniser, documents: Documents) -> Figures:
    """Count strict and relaxed hits, each head on its documents."""
    return {head: count_by_label(_sides(recogniser, head, own)) for head, own in documents.items()}


def evaluate_files(files: Sequence[Path], form: str, corpus: str, model: Path | None = None) -> tuple[Figures, LeftOut]:
    """Count strict and relaxed hits on any files of one format, by the head of one corpus.

    Parameters
    ----------
    files
        Files, or for brat folders of them.
    form
        One of ``FORMATS``.
    corpus
        Whose head and types: the files name the corpus's types or our labels.
    model
        A model folder; the embedded one if None.

    Returns
    -------
    tuple
        The figures, and which annotated spans were not used.

    Raises
    ------
    InputError
        If format or corpus is unknown, a file cannot be read, or nothing in it is annotated with a type we know.
    ModelError
        If the model folder is not complete.
    """
    if form not in FORMATS:
        raise unknown_name(f'format "{form}"', form, FORMATS)
    chosen, left_out = known_to(model).corpus(corpus), LeftOut()
    documents = list(labelled(read_files(form, files), chosen.label_of, left_out))
    if not any(document.spans for document in documents):
        raise _nothing_annotated(files, corpus, chosen, left_out)
    return measure(Recogniser.load(model), {corpus: documents}), left_out


def _nothing_annotated(files: Sequence[Path], name: str, corpus: Corpus, left_out: LeftOut) -> InputError:
    where = ", ".join(file.name for file in files[:3]) + (", ..." if len(files) > 3 else "")
    problem = "no span is annotated"
    if left_out.types:
        problem = f"annotated are {left_out.types_shown()}, none of which is a type of {name}"
    return InputError(where, problem, f"its types are {', '.join(sorted({*corpus.types, *corpus.labels}))}")


def _has(corpus: Corpus, data: Folders, part: Part) -> bool:
    folder = find_folder(corpus, as_list(data))
    return folder is not None and bool(part_files(corpus, folder, part))


def _read(corpus: Corpus, data: Folders, part: Part) -> list[AnnotatedDocument]:
    folder = folder_of(corpus, data)
    require_part(corpus, folder, part)
    return read_corpus(corpus.model_copy(update={"folder": str(folder)}), Path(), part)


def _sides(
    recogniser: Recogniser, head: str, documents: Iterable[AnnotatedDocument]
) -> Iterator[tuple[Sequence[LabelledSpan], list[LabelledSpan]]]:
    for document in documents:
        found = recogniser.recognise_heads(document.text)[head]
        yield document.spans, [LabelledSpan(span.start, span.end, span.label) for span in found]


def _summary(figures: Figures) -> str:
    return ", ".join(f"{corpus} {total(labels.values()).f1:.2f}" for corpus, labels in figures.items())
