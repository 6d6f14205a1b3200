"""Copied text is computed once, and what is kept changes nothing."""

from nlp_engine.knowledge import resource
from nlp_engine.text.ner.cache import RecentResults
from nlp_engine.text.ner.labels import load_labels
from nlp_engine.text.ner.network import OnnxTagger
from nlp_engine.text.ner.recogniser import Recogniser

DAY = "".join(
    f"On day {number} the patient had fever, cough and mild chest pain, and was given aspirin {number} mg by mouth. "
    for number in range(1, 41)
)


class CountingTagger(OnnxTagger):
    """Counts the words that went through the network."""

    def __init__(self) -> None:
        super().__init__(resource("models") / "ner")
        self.subwords = 0

    def logits(self, ids):
        self.subwords += len(ids)
        return super().logits(ids)


def test_a_note_that_comes_again_is_not_computed_again():
    tagger = CountingTagger()
    recogniser = Recogniser(tagger, load_labels().merge)
    first = recogniser.recognise(DAY)
    computed = tagger.subwords
    assert recogniser.recognise(DAY) == first
    assert tagger.subwords == computed > 0


def test_a_passage_copied_behind_a_new_one_is_mostly_not_computed_again():
    tagger = CountingTagger()
    recogniser = Recogniser(tagger, load_labels().merge)
    recogniser.recognise(DAY)
    computed = tagger.subwords
    recogniser.recognise("Seen again on the ward this morning, he feels better and eats. " + DAY)
    assert tagger.subwords - computed < computed / 2


def test_what_is_kept_gives_the_same_as_what_is_computed():
    keeping, computing = (Recogniser.load(kept=kept) for kept in (4096, 0))
    notes = [DAY, "Slept well. " + DAY, DAY[600:], DAY]
    assert [keeping.recognise(note) for note in notes] == [computing.recognise(note) for note in notes]


def test_the_result_that_was_not_asked_for_longest_goes_first():
    kept, computed = RecentResults(2), []

    def ask(key):
        return kept.get(key, lambda: computed.append(key) or key)

    assert [ask(key) for key in ["a", "b", "a", "c", "a", "b"]] == ["a", "b", "a", "c", "a", "b"]
    assert computed == ["a", "b", "c", "b"]
