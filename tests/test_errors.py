"""Errors keep their sentence on the way between processes."""

import pickle

import pytest

from nlp_engine.errors import InputError, KnowledgeError, MissingExtraError, ModelError

ERRORS = [
    InputError("labs.csv row 7", "the value is missing", "fill the cell"),
    KnowledgeError("kidney.yaml", "unknown key"),
    MissingExtraError("training the NER", "train"),
    ModelError("the NER model is not complete."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), vars(copy)) == (str(error), vars(error))


def test_a_missing_extra_tells_how_to_get_it():
    assert str(ERRORS[2]) == 'training the NER needs the extra "train": pip install "nlp-engine[train]".'
