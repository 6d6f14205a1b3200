"""What a run learns from: the texts of its corpora with their tags, and a teacher's opinion of them if there is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer

from nlp_engine.text.ner.labels import Corpus, LabelFile
from nlp_engine.text.ner.network import load_tokenizer
from nlp_engine.training.corpora import PARTS, part_files, read_corpus
from nlp_engine.training.ner.config import NerConfig, Teacher, load_config
from nlp_engine.training.ner.dataset import Tagged, TaggedDocument, tag_document
from nlp_engine.training.ner.distil import Reader, fingerprint, read_unlabelled, teach
from nlp_engine.training.ner.encoder import BASE_ENCODERS
from nlp_engine.training.ner.model import new_tagger


def read_material(config: NerConfig, labels: LabelFile, *, data: Path, work: Path) -> Tagged:
    """Read the train parts of the configured corpora, and let the configured teacher read them.

    Parameters
    ----------
    work
        Folder in which base encoders are laid out.
    """
    tokenizer = _tokenizer(config, work)
    tagged = _tagged(config, labels, data, tokenizer)
    if config.teacher is None:
        return tagged
    teacher, own = _load_teacher(config.teacher, labels, work)
    known = {fingerprint(text) for name in config.corpora for text in _all_texts(labels.corpora[name], data)}
    pupils = _with_unlabelled(tagged, read_unlabelled(config.teacher.unlabelled, tokenizer, known))
    texts = pupils
    if own.encoder != config.encoder:
        texts = _with_unlabelled(
            _tagged(config, labels, data, teacher.tokenizer),
            read_unlabelled(config.teacher.unlabelled, teacher.tokenizer, known),
        )
    return {heads: teach(documents, texts[heads], teacher) for heads, documents in pupils.items()}


def _tokenizer(config: NerConfig, work: Path) -> Tokenizer:
    return load_tokenizer(BASE_ENCODERS[config.encoder].find(work) / "tokenizer.json")


def _tagged(config: NerConfig, labels: LabelFile, data: Path, tokenizer: Tokenizer) -> Tagged:
    """Return heads -> documents; corpora that lie in one folder are layers of the same texts, read together."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for name in config.corpora:
        by_folder[labels.corpora[name].folder].append(name)
    own = {name: labels.corpora[name].labels for name in config.corpora}
    tagged = {}
    for heads in map(tuple, by_folder.values()):
        layers = [read_corpus(labels.corpora[head], data, "train") for head in heads]
        tagged[heads] = [
            tag_document(dict(zip(heads, texts, strict=True)), own, tokenizer) for texts in zip(*layers, strict=True)
        ]
    return tagged


def _with_unlabelled(tagged: Tagged, unlabelled: list[TaggedDocument]) -> Tagged:
    return {**tagged, (): unlabelled} if unlabelled else tagged


def _load_teacher(teacher: Teacher, labels: LabelFile, work: Path) -> tuple[Reader, NerConfig]:
    config = load_config(teacher.config)
    model = new_tagger(config, labels, BASE_ENCODERS[config.encoder].find(work))
    model.load_state_dict(torch.load(teacher.checkpoint, weights_only=True)["model"])
    return Reader(model, _tokenizer(config, work), bfloat16=config.precision == "bfloat16"), config


def _all_texts(corpus: Corpus, data: Path) -> Iterator[str]:
    """Yield the texts of all parts of a corpus."""
    for part in PARTS:
        if part_files(corpus, data / corpus.folder, part):
            yield from (document.text for document in read_corpus(corpus, data, part))
