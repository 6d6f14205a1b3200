"""Names and places that the tagger finds and no rule does, unless the lists speak against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp_engine.deidentify.marks import Marks
from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.tagger.guesses import Guess
from nlp_engine.deidentify.vocabulary import Strength

_SURE = 0.95
"""How sure it must be of an acronym or a word of medicine."""


class GuessedNames:
    """Marks the names of one note that only the tagger finds."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def mark(self, guesses: Sequence[Guess]) -> None:
        """Mark them, words side by side together; ordinary words only together with others or beside a name."""
        marks = self._marks
        fitting: dict[int, Kind] = {}
        for guess in guesses:
            index = marks.row.first_from(guess.start)
            if index < len(marks.words) and marks.words[index].start == guess.start and self._fits(index, guess):
                fitting[index] = guess.kind
        for first, behind in self._runs(fitting):
            if self._is_beside_name(first, behind) or any(self._is_telling(index) for index in range(first, behind)):
                marks.mark(first, behind, fitting[first])

    def _runs(self, fitting: Mapping[int, Kind]) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        for index in sorted(fitting):
            if runs and runs[-1][1] == index and fitting[index] is fitting[index - 1] and self._marks.is_joined(index):
                runs[-1] = runs[-1][0], index + 1
            else:
                runs.append((index, index + 1))
        return runs

    def _is_beside_name(self, first: int, behind: int) -> bool:
        marks = self._marks
        follows = first > 0 and marks.kinds[first - 1] is not None and marks.is_joined(first)
        precedes = behind < len(marks.words) and marks.kinds[behind] is not None and marks.is_joined(behind)
        return follows or precedes

    def _is_telling(self, index: int) -> bool:
        return len(self._marks.words[index].key) > 1 and self._marks.strength(index) is not Strength.OTHER

    def _fits(self, index: int, guess: Guess) -> bool:
        marks, key = self._marks, self._marks.words[index].key
        if not marks.is_open(index) or marks.is_eponym(index, index + 1) or marks.is_credential(index):
            return False
        if guess.kind is Kind.PLACE and marks.vocabulary.is_allowed_place(key):
            return False
        is_doubtful = marks.is_acronym(index) or marks.vocabulary.is_medical(key)
        return guess.chance >= _SURE or not is_doubtful
