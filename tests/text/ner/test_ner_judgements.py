"""What the network says of words: means over a span, and its weight beside the rules."""

import numpy as np
import pytest

from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text.assertion.asserter import Asserter
from nlp_engine.text.ner.judgements import Judgements
from nlp_engine.text.ner.recogniser import EntitySpan
from nlp_engine.text.note import Span
from nlp_engine.text.stage import TextRules

TEXT = "Denies fever and cough. Mother has asthma."
WORDS = [(0, 6), (7, 12), (13, 16), (17, 22), (22, 23), (24, 30), (31, 34), (35, 41), (41, 42)]
VALUES = ("absent", "possible", "conditional", "hypothetical", "future", "historical", "family", "other")


def judgements(**said):
    """Each value at the same probability on all words."""
    row = [said.get(value, 0.0) for value in VALUES]
    return Judgements(WORDS, VALUES, np.tile(np.array(row, dtype=np.float32), (len(WORDS), 1)))


def test_a_span_has_the_mean_of_the_words_it_touches():
    rising = np.linspace(0, 0.8, len(WORDS), dtype=np.float32)[:, None]
    of = Judgements(WORDS, ("absent",), rising).of
    assert of(7, 12) == pytest.approx({"absent": 0.1})
    assert of(7, 22) == pytest.approx({"absent": 0.2})
    assert of(11, 14) == pytest.approx({"absent": 0.15})
    assert of(23, 24) == {}
    assert Judgements([], ("absent",), np.zeros((0, 1), np.float32)).of(0, 5) == {}


class Network:
    """Finds nothing and says what it is told to."""

    version = "none"

    def __init__(self, said):
        self._said = said

    def recognise(self, text: str) -> list[EntitySpan]:
        return []

    def judge(self, text: str) -> Judgements:
        return self._said


def extract(said):
    mentions = TextStage(Network(None), judge=Network(said)).extract(
        Note(id="n", text=TEXT), mentions=[(7, 12, "PROBLEM"), (35, 41, "PROBLEM")]
    )
    return mentions.mentions


def test_the_rules_have_the_word_when_the_network_is_not_sure():
    fever, asthma = extract(judgements(absent=0.4, family=0.4))
    assert fever.experiencer == "patient"
    assert (fever.presence, [cue.text for cue in fever.cues]) == ("absent", ["Denies"])
    assert (asthma.presence, asthma.experiencer) == ("present", "family")


def test_a_sure_network_overrules_the_rules_and_takes_the_cue_with_it():
    rules = TextRules.load()
    fever, asthma = Asserter(rules.assertion).decide(
        rules.read(TEXT), [Span(7, 12, "PROBLEM"), Span(35, 41, "PROBLEM")], judgements(family=0.99)
    )
    assert (fever.presence, fever.cues, fever.experiencer) == ("present", (), "family")
    assert (asthma.experiencer, [cue.text for cue in asthma.cues]) == ("family", ["Mother"])


def test_rules_and_regression_that_agree_outvote_a_sure_network():
    fever, asthma = extract(judgements(family=0.99))
    assert (fever.presence, [cue.text for cue in fever.cues], fever.experiencer) == ("absent", ["Denies"], "patient")
    assert asthma.experiencer == "family"


def test_without_a_network_the_rules_decide_alone():
    network = Network(None)
    note = Note(id="n", text=TEXT)
    (fever,) = TextStage(network).extract(note, mentions=[(7, 12, "PROBLEM")]).mentions
    assert fever.presence == "absent"
