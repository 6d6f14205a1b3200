"""Names of people and of places, found by their context, by lists, and by being in no list of other words.

A cue ("Dr.", "Patient:", "seen by", "daughter", ", MD") makes a name of what stands beside it, in any case. Without
one a word with a capital is a name where a list of names holds it and no list of other words does, or where it stands
inside a sentence and no list knows it at all. What was found once in a note is found everywhere in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp_engine.deidentify.cued_names import CuedNames
from nlp_engine.deidentify.guessed_names import GuessedNames
from nlp_engine.deidentify.lone_names import LoneNames
from nlp_engine.deidentify.marks import Marks, NameWords, Run, keys_of_phrase
from nlp_engine.deidentify.place_names import PlaceNames
from nlp_engine.deidentify.row import Row
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger.guesses import NOTHING, Guesses
from nlp_engine.deidentify.vocabulary import Vocabulary


class NameFinder:
    """Finds the words of a note that are names."""

    def __init__(self, rules: DeidRules, vocabulary: Vocabulary) -> None:
        self._lists = NameWords(rules, vocabulary)

    def find(
        self,
        row: Row,
        taken: Sequence[tuple[int, int]] = (),
        names: Sequence[str] = (),
        guesses: Guesses = NOTHING,
    ) -> list[Run]:
        """Return the names and places in order, none of them inside the spans that are taken.

        Parameters
        ----------
        names
            Names that are known to belong to the note, as the patient's.
        guesses
            What the tagger takes for names or places, and for none.
        """
        marks = Marks(self._lists, row, taken, guesses.unlikely)
        CuedNames(marks).mark()
        PlaceNames(marks).mark()
        LoneNames(marks).mark([key for name in names for key in keys_of_phrase(name)])
        GuessedNames(marks).mark(guesses.words)
        return list(marks.runs())
