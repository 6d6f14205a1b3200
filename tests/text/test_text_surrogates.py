"""A lone surrogate in a text stops nothing and moves no offset."""

from text_fakes import FakeRecogniser, rules

from nlp_engine.record import Note
from nlp_engine.text import TextStage


class _Encoding(FakeRecogniser):
    def recognise(self, text):
        text.encode()
        return super().recognise(text)


def test_a_lone_surrogate_reaches_no_recogniser_and_offsets_hold():
    text = "Note \ud800 says: severe sepsis."
    (mention,) = TextStage(_Encoding({"severe sepsis": "PROBLEM"}), rules()).extract(Note(id="n", text=text)).mentions
    assert text[mention.start : mention.end] == mention.text == "severe sepsis"
