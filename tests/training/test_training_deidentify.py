"""Material of the tagger: spans fit their text, nothing that is measured is learnt from, and a little is learnt."""

import random
from pathlib import Path

import pytest

from nlp_engine.deidentify.deidentifier import Deidentifier
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger.features import Features
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.pieces import pieces_of
from nlp_engine.deidentify.tagger.tagger import LABELS, Tagger
from nlp_engine.training.deidentify.encode import Encoder
from nlp_engine.training.deidentify.notes import pieces_of_notes
from nlp_engine.training.deidentify.places import kept
from nlp_engine.training.deidentify.presidio import read_half, templates_of
from nlp_engine.training.deidentify.sentences import IGNORED, Example, filled, joined, read_phones, read_sentences
from nlp_engine.training.deidentify.values import Values

DATA = Path("../shared/data")
NAME = LABELS.index("name")


@pytest.fixture(scope="module")
def rules():
    return DeidRules.load()


def values(rules, without=frozenset(), seed=0):
    return Values(rules, read_phones().forms, random.Random(seed), without)


def test_every_packaged_sentence_can_be_filled(rules):
    draw, sentences = values(rules), read_sentences()
    for template in (*sentences.everyday, *sentences.clinical, *sentences.plain):
        example = filled(template, draw)
        assert "{" not in example.text
        assert all(example.text[start:end].strip() for start, end, _ in example.spans)


def test_spans_fit_what_was_filled_in(rules):
    example = filled("Dear {first}, call {phone}.", values(rules))
    (start, end, label), (_, last, _) = example.spans
    assert (example.text[:start], label, example.text[last:]) == ("Dear ", NAME, ".")
    both = joined([example, example], [" ", ""])
    assert both.text[both.spans[2][0] : both.spans[2][1]] == example.text[start:end]


def test_names_that_are_measured_with_are_never_drawn(rules):
    common = frozenset(rules.surnames.surnames[:60000])
    drawn = {values(rules, common, seed).of("last").casefold() for seed in range(40)}
    assert drawn.isdisjoint(common)


def test_what_the_rules_find_in_notes_is_ignored(rules):
    plain = Deidentifier.of_rules(rules)
    text = "Seen by Dr. Oyelaran. " * 3
    lines = ["Nurse {first} came."]
    pieces = list(pieces_of_notes([text], plain, lines, values(rules), random.Random(2)))
    labels = {piece.text[start:end]: label for piece in pieces for start, end, label in piece.spans}
    assert labels["Oyelaran"] == IGNORED
    assert all(0 <= start < end <= len(piece.text) for piece in pieces for start, end, _ in piece.spans)


def test_ordinary_words_and_states_are_kept_out_of_the_gazetteer(rules):
    names = ["Novo Mesto", "Texas", "Aspirin", "Kuncsorba", "Spring Valley", "Ab"]
    assert set(kept(names, Deidentifier.of_rules(rules).vocabulary)) == {"novo mesto", "kuncsorba"}


def test_the_halves_of_the_templates_share_none():
    if not (DATA / "deid").exists():
        pytest.skip("no ../shared/data/deid")
    dev, test = ({sentence.template_id for sentence in read_half(DATA, part)} for part in ("dev", "test"))
    assert dev.isdisjoint(test)
    assert len(dev) + len(test) == 209


def test_templates_hold_slots_instead_of_identities(rules):
    if not (DATA / "deid").exists():
        pytest.skip("no ../shared/data/deid")
    half = read_half(DATA, "dev")
    texts = templates_of(half, rules.places)
    for sentence in half:
        for span in sentence.spans:
            if span.entity_type == "PERSON" and " " in span.entity_value:
                assert not any(span.entity_value in text for text in texts.get(sentence.template_id, []))


def test_a_little_is_learnt(rules):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from nlp_engine.training.deidentify.net import Settings, fit

    features = Features(rules, Deidentifier.of_rules(rules).vocabulary)
    encoder, draw = Encoder(features, Gazetteer.of([])), values(rules)
    examples = [filled("the letter for {first} was blue", draw) for _ in range(60)]
    examples += [Example("the letter for nobody was blue", [])] * 20
    network = fit(encoder, encoder.encode(examples), Settings(epochs=40))
    chances = Tagger(features, Gazetteer.of([]), network).chances(pieces_of("the letter for Xyrandel was blue"))
    assert chances.argmax(axis=1).tolist() == [0, 0, 0, NAME, 0, 0]
