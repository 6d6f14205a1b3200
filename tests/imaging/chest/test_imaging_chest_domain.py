"""A picture is refused when one check is sure, or when its embedding and its looks agree; one doubt is not enough."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from pictures import chest, levels

from nlp_engine.imaging.chest.domain import DomainCheck
from nlp_engine.imaging.chest.model_file import Domain
from nlp_engine.imaging.quality.looks import Looks
from nlp_engine.imaging.quality.spread import Spread

LIMITS = {"turned": 0.9, "mirrored": 0.9, "unlike": 2.0, "adult": 5.0}
AGREED = {"embedding": 1.0, "turned": 0.2, "adult": 1.0}
WORDS = "X-rays of children"
LOW = {"turned": 0.0, "mirrored": 0.0, "unlike": 1.0, "adult": 0.0}


def fault(distance, agreed=AGREED, **values):
    class Seen(Looks):
        def values(self, small):
            return {name: np.full(len(small), value) for name, value in (LOW | values).items()}

    one = np.ones(1, np.float32)
    alone = Spread(0 * one, one, one[None], one, one)  # the distance of a vector is its absolute value
    domain = Domain(method="mahalanobis", threshold=1.5, refused=0.01, limits=LIMITS, agreed=agreed)
    check = DomainCheck(Seen(LIMITS, alone, {}), alone, domain, WORDS)
    return check.faults(levels(chest())[None], np.array([[distance]], np.float32))[0]


@pytest.mark.parametrize(
    ("distance", "values"),
    [(0.9, {"turned": 0.5, "adult": 4.0}), (1.4, {}), (1.4, {"mirrored": 0.8, "unlike": 1.9}), (1.4, {"turned": 0.1})],
)
def test_one_doubt_alone_is_not_enough(distance, values):
    assert fault(distance, **values) is None


@pytest.mark.parametrize(
    ("distance", "values", "words"),
    [
        (1.6, {}, "unlike those that"),
        (1.1, {"turned": 0.3}, "does not look like"),
        (1.1, {"adult": 1.1}, "looks like that of an adult"),
        (1.1, {"adult": 1.1, "turned": 0.3}, "does not look like"),
        (0.1, {"unlike": 2.1}, "does not look like"),
        (0.1, {"adult": 5.1}, "looks like that of an adult"),
    ],
)
def test_two_doubts_or_one_sure_check_refuse(distance, values, words):
    assert words in fault(distance, **values)
    assert fault(distance, **values).endswith(f"{WORDS}.")


def test_without_agreed_limits_each_check_stands_alone():
    assert fault(1.4, agreed={}, turned=0.8, adult=4.0) is None


def test_agreed_limits_need_one_of_the_embedding():
    with pytest.raises(ValueError, match="agreed needs a limit of embedding"):
        Domain(method="mahalanobis", threshold=1.0, refused=0.01, agreed={"adult": 1.0})
