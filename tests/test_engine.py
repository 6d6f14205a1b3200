"""An engine in another process: what `Engine.load` made is loaded anew there."""

import pickle
from dataclasses import replace

import pytest

from nlp_engine import Engine

NOTE = "No fever. Diabetes mellitus type 2."


@pytest.fixture(scope="module")
def engine():
    return Engine.load(ner="fast", image_model=None)


def test_an_engine_goes_to_another_process_as_what_it_was_loaded_from(engine):
    sent = pickle.dumps(engine)
    assert len(sent) < 1000
    again = pickle.loads(sent)
    assert again.versions == engine.versions
    assert again.imaging.versions == {}
    assert again.extract(NOTE) == engine.extract(NOTE)


def test_an_engine_with_another_stage_is_not_sent_as_the_one_it_was_made_of(engine):
    with pytest.raises(TypeError, match=r"Engine\.load"):
        pickle.dumps(replace(engine, text=None))
