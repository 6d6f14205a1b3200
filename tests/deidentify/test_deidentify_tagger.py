"""The tagger beside the rules: its pieces, its lists, its network, and what it adds."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_engine.deidentify import Kind, shared_deidentifier
from nlp_engine.deidentify.deidentifier import Deidentifier
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger import network as network_module
from nlp_engine.deidentify.tagger.features import BUCKETS, Features
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.guesses import guesses_in
from nlp_engine.deidentify.tagger.network import REACH, WIDTH, Network
from nlp_engine.deidentify.tagger.pieces import pieces_of
from nlp_engine.deidentify.tagger.tagger import ABOUT, LABELS
from nlp_engine.errors import ModelError


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_pieces_hold_every_letter_and_digit_in_order(text):
    pieces = pieces_of(text)
    ends = [0, *pieces.ends]
    assert all(end <= start for end, start in zip(ends, pieces.starts, strict=False))
    assert [text[s:e] for s, e in zip(pieces.starts, pieces.ends, strict=True)] == pieces.written
    left = re.sub(r"\s", "", "".join(text[e:s] for e, s in zip(ends, [*pieces.starts, len(text)], strict=True)))
    assert not any(sign.isalpha() for sign in left)


def test_the_longest_name_of_a_place_wins(tmp_path):
    Gazetteer.of(["novo", "novo mesto", "dole"]).save(tmp_path)
    gazetteer = Gazetteer.load(tmp_path)
    assert gazetteer.spans("from Novo Mesto to DOLE".split()) == [(1, 3), (4, 5)]
    assert gazetteer.spans(["Novo", ",", "Mesto"]) == [(0, 1)]
    assert gazetteer.spans([]) == []


def test_a_missing_file_is_an_error_of_the_model(tmp_path):
    for reader in (Gazetteer, Network):
        with pytest.raises(ModelError):
            reader.load(tmp_path)


def some_network(seed=0, size=3, hidden=5):
    draw = np.random.default_rng(seed)

    def weights(*shape):
        return draw.normal(size=shape).astype(np.float16).astype(np.float32)

    return Network(
        weights(BUCKETS, size),
        weights(2, size),
        weights(ABOUT, hidden),
        weights(WIDTH, size, hidden),
        weights(hidden),
        weights(WIDTH, hidden, hidden),
        weights(hidden),
        weights(hidden, len(LABELS)),
        weights(len(LABELS)),
    )


def test_a_long_text_in_parts_is_the_same_as_at_once(monkeypatch):
    net, embedded = some_network(), np.random.default_rng(1).normal(size=(50, 3)).astype(np.float32)
    about = np.ones(ABOUT, np.float32)
    whole = net.chances(embedded, about)
    monkeypatch.setattr(network_module, "_AT_ONCE", 7)
    np.testing.assert_allclose(net.chances(embedded, about), whole, rtol=1e-5)
    assert whole.shape == (50, len(LABELS))
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)


def test_a_piece_beyond_reach_changes_nothing():
    net, embedded = some_network(), np.zeros((20, 3), np.float32)
    about = np.zeros(ABOUT, np.float32)
    before = net.chances(embedded, about)
    embedded[10] = 3
    changed = np.abs(net.chances(embedded, about) - before).max(axis=1) > 0
    assert not changed[: 10 - REACH].any()
    assert not changed[10 + REACH + 1 :].any()
    assert changed[10]


def test_weights_come_back_as_they_were_saved(tmp_path):
    net = some_network()
    net.save(tmp_path)
    np.testing.assert_array_equal(Network.load(tmp_path).table, net.table)


def test_without_lists_a_name_is_known_by_its_letters_alone():
    rules = DeidRules.load()
    features = Features(rules, Deidentifier.of_rules(rules).vocabulary)
    listed, bare = (set(features.rows("Smith", False, is_listed=listed)) for listed in (True, False))
    assert listed != bare
    assert len(listed & bare) >= 5
    assert set(features.rows("Smith", True)) - listed  # glued to the piece before


class StubTagger:
    """Takes pieces of a kind for what it is told."""

    def __init__(self, labels):
        self.labels = labels

    def chances(self, pieces):
        chances = np.zeros((len(pieces.written), len(LABELS)), np.float32)
        for row, written in zip(chances, pieces.written, strict=True):
            row[LABELS.index(self.labels.get(written, "other"))] = 1
        return chances


def test_a_number_is_part_of_an_address_beside_its_words_only():
    stub = StubTagger({"Nyb": "place", "65": "place", "72": "place", "12": "phone", "345678": "phone", "99": "phone"})
    text = "Nyb 65, tooth 72; call 12 345678, score 99."
    found = guesses_in(text, stub)
    assert [(text[g.start : g.end], g.kind) for g in found.numbers] == [("12 345678", Kind.PHONE), ("65", Kind.PLACE)]
    assert [text[g.start : g.end] for g in found.words] == ["Nyb"]
    assert text.index("tooth") in found.unlikely


ONLY_TAGGED = [
    "Tickets for the {Hafliðason} show sold out.",
    "The bakery on {Dalmatinova} {68} closes at five.",
    "Volunteers wanted in {Österskär}",
    "Please forward this to {Tintin} {Forsberg}.",
]
STAYS = [
    "Skin closed with 3-0 Dexon; 18-French Polystan cannula; Ag/AgCl electrodes.",
    "HEENT: PERRLA, EOMI. Teeth 31, 28, 27, 26. RLE 3 3 4 4.",
    "Hello, the song was covered by a lawyer in court on Main.",
]


@pytest.mark.parametrize("marked", ONLY_TAGGED)
def test_names_without_a_cue_go(marked):
    text = re.sub(r"[{}]", "", marked)
    covered = {place for item in shared_deidentifier().find(text) for place in range(item.start, item.end)}
    place = 0
    for piece in re.split(r"(\{.*?\})", marked):
        bare = piece.strip("{}")
        if piece.startswith("{"):
            assert covered.issuperset(range(place, place + len(bare))), bare
        place += len(bare)


@pytest.mark.parametrize("text", STAYS)
def test_medicine_and_ordinary_words_stay(text):
    assert shared_deidentifier().find(text) == []
