import pytest

from nlp_engine.decisions.loading import load_library
from nlp_engine.decisions.stage import DecisionStage


@pytest.fixture(scope="session")
def library():
    return load_library()


@pytest.fixture(scope="session")
def stage(library):
    return DecisionStage(library)
