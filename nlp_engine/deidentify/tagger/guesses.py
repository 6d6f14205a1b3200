"""What the tagger finds beside the rules: words of names and places, numbers of addresses, phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp_engine.deidentify.result import Kind
from nlp_engine.deidentify.tagger.network import Floats
from nlp_engine.deidentify.tagger.pieces import Pieces, pieces_of
from nlp_engine.deidentify.tagger.tagger import Tagger

_KINDS = (Kind.NAME, Kind.PLACE, Kind.PHONE)
_PLACE, _PHONE = 2, 3
_LEAST, _LEAST_BESIDE, _LEAST_OF_PHONES = 0.4, 0.2, 0.3
"""How likely a piece must be: by itself, beside one that is found already, as a part of a phone number."""

_UNLIKELY = 0.995
"""From which probability of being neither name nor place a lone word that no list knows stays."""

_FEWEST_DIGITS, _MOST_DIGITS = 6, 15
_INSIDE_PHONE = re.compile(r"[ .()/+-]{0,3}")
_INSIDE_ADDRESS = re.compile(r"[ \t,-]{0,3}\n?[ \t>?]{0,6}")


@dataclass(frozen=True, slots=True)
class Guess:
    """A span that the tagger finds, and how sure it is.

    Parameters
    ----------
    beside
        Of a number of an address: where the word begins that makes it one.
    """

    start: int
    end: int
    kind: Kind
    chance: float
    beside: int | None = None


@dataclass(frozen=True, slots=True)
class Guesses:
    """What the tagger says of a text.

    Parameters
    ----------
    words
        What it takes for names or places.
    numbers
        What it takes for parts of addresses or phone numbers.
    unlikely
        Where the words begin that it takes for neither.
    """

    words: list[Guess]
    numbers: list[Guess]
    unlikely: list[int]


NOTHING = Guesses([], [], [])


def guesses_in(text: str, tagger: Tagger) -> Guesses:
    """Return what the tagger finds in a text."""
    pieces = pieces_of(text)
    chances = tagger.chances(pieces)
    labels = _labels(text, pieces, chances)
    words = [
        Guess(pieces.starts[index], pieces.ends[index], _KINDS[label - 1], 1 - float(chances[index, 0]))
        for index, label in labels.items()
        if pieces.written[index][0].isalpha() and label != _PHONE
    ]
    numbers = [*_phones(text, pieces, labels), *_of_addresses(text, pieces, labels)]
    unlikely = [pieces.starts[index] for index in (chances[:, 0] >= _UNLIKELY).nonzero()[0].tolist()]
    return Guesses(words, numbers, unlikely)


def _labels(text: str, pieces: Pieces, chances: Floats) -> dict[int, int]:
    """Return the label of each piece that is found: a less likely one has that of the piece beside it."""
    labels: dict[int, int] = {}
    likely = [
        index
        for index in (chances[:, 0] <= 1 - _LEAST_BESIDE).nonzero()[0].tolist()
        if pieces.written[index][0].isalnum()
    ]
    for index in likely:
        label = 1 + int(chances[index, 1:].argmax())
        if chances[index, 0] <= 1 - (_LEAST_OF_PHONES if label == _PHONE else _LEAST):
            labels[index] = label
    for step, order in ((-1, likely), (1, likely[::-1])):
        for index in order:
            beside = index + step
            if index not in labels and beside in labels:
                left = min(index, beside)
                if not text[pieces.ends[left] : pieces.starts[left + 1]].strip(" "):
                    labels[index] = labels[beside]
    return dict(sorted(labels.items()))


def _phones(text: str, pieces: Pieces, labels: dict[int, int]) -> Iterator[Guess]:
    """Yield runs of numbers that together have the length of a phone number."""
    digits = [index for index, label in labels.items() if label == _PHONE and pieces.written[index].isdigit()]
    first = 0
    for place in range(1, len(digits) + 1):
        before = digits[place - 1]
        if place < len(digits) and _INSIDE_PHONE.fullmatch(text, pieces.ends[before], pieces.starts[digits[place]]):
            continue
        run = digits[first:place]
        if _FEWEST_DIGITS <= sum(len(pieces.written[index]) for index in run) <= _MOST_DIGITS:
            yield Guess(pieces.starts[run[0]], pieces.ends[run[-1]], Kind.PHONE, 1.0)
        first = place


def _of_addresses(text: str, pieces: Pieces, labels: dict[int, int]) -> Iterator[Guess]:
    """Yield numbers beside a word of a place."""
    for index, label in labels.items():
        if label == _PLACE and pieces.written[index].isdigit():
            word = _word_beside(text, pieces, labels, index)
            if word is not None:
                yield Guess(pieces.starts[index], pieces.ends[index], Kind.PLACE, 1.0, pieces.starts[word])


def _word_beside(text: str, pieces: Pieces, labels: dict[int, int], index: int) -> int | None:
    """Return the nearest word of a place to the left, or else to the right, with nothing but numbers between."""
    for step in (-1, 1):
        place = index
        while True:
            following = place + step
            while 0 <= following < len(pieces.written) and not pieces.written[following][0].isalnum():
                following += step
            if labels.get(following) != _PLACE:
                break
            left, right = min(place, following), max(place, following)
            if not _INSIDE_ADDRESS.fullmatch(text, pieces.ends[left], pieces.starts[right]):
                break
            if pieces.written[following][0].isalpha():
                return following
            place = following
    return None
