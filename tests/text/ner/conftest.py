"""The tiny model of others that several tests read with."""

import pytest
from foreign_models import write_tiny_bert

from nlp_engine.text.ner.foreign import load_reader


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    path = tmp_path_factory.mktemp("models") / "tiny-ner"
    write_tiny_bert(torch, transformers, path)
    return path


@pytest.fixture(scope="session")
def reader(folder):
    return load_reader(folder)
