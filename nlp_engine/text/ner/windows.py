"""A text of any length -> words with offsets -> overlapping windows that fit the network.

Training and run time cut windows with this same code and of the same length: a network reads best what is as long as
what it learnt from. Decisions are made per word (the first sub-word of each): a span never starts inside a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WINDOW_WORDS = 80
CONTEXT_WORDS = 10
CORE_WORDS = WINDOW_WORDS - 2 * CONTEXT_WORDS
MAX_SUBWORDS = 384
_SENTENCE_END = frozenset(".!?;")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text.

    Parameters
    ----------
    spans
        Start and end of each word, in characters of the text.
    ids
        Sub-word ids of all words, one after the other.
    first
        For each word the place of its first sub-word in ``ids``; one more entry at the end.
    breaks
        For each word whether a sentence or line ends after it.
    """

    spans: list[tuple[int, int]]
    ids: list[int]
    first: list[int]
    breaks: list[bool]

    def subwords(self, start: int, stop: int) -> int:
        """Return the number of sub-words of the words ``start`` to ``stop`` (not included)."""
        return self.first[stop] - self.first[start]


@dataclass(frozen=True, slots=True)
class Window:
    """Words ``start`` to ``stop`` go through the network; a span counts if its middle lies in the core."""

    start: int
    stop: int
    core_start: int
    core_stop: int


def split_words(text: str, tokenizer: Tokenizer) -> Words:
    """Split a text at blanks and punctuation, as BERT does, and look up the sub-words."""
    spans = [_trimmed(text, *span) for _, span in tokenizer.pre_tokenizer.pre_tokenize_str(text)]
    encoding = tokenizer.encode([text[a:b] for a, b in spans], is_pretokenized=True, add_special_tokens=False)
    # A word of control characters alone has no sub-word; it is left out, and with it nothing that can be read.
    seen = [word for word in encoding.word_ids if word is not None]
    kept, first = [], []
    previous = -1
    for place, word in enumerate(seen):
        if word != previous:
            kept.append(spans[word])
            first.append(place)
            previous = word
    return Words(kept, list(encoding.ids), [*first, len(seen)], _breaks(text, kept))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a word's span without separators at its ends, which are blanks to Python and none to BERT; never empty."""
    word = text[start:end]
    if word.isspace():
        return start, end
    return start + len(word) - len(word.lstrip()), start + len(word.rstrip())


def cut_windows(
    words: Words, *, core: int = CORE_WORDS, context: int = CONTEXT_WORDS, first_core: int | None = None
) -> Iterator[Window]:
    """Yield windows whose cores cover all words once.

    Parameters
    ----------
    core
        Words in a core; it ends earlier where a sentence or line ends in its last third.
    context
        Words added on either side.
    first_core
        Length of the first core, to shift the cuts between epochs of a training.
    """
    start, size = 0, first_core or core
    while start < len(words.spans):
        stop = _core_stop(words, start, size)
        yield Window(_reach_back(words, start, stop, context), _reach_ahead(words, start, stop, context), start, stop)
        start, size = stop, core


def _breaks(text: str, spans: list[tuple[int, int]]) -> list[bool]:
    ends = [*(start for start, _ in spans[1:]), len(text)]
    return [
        text[stop - 1] in _SENTENCE_END or "\n" in text[stop:following]
        for (_, stop), following in zip(spans, ends, strict=False)
    ]


def _core_stop(words: Words, start: int, size: int) -> int:
    stop = min(start + size, len(words.spans))
    while words.subwords(start, stop) > MAX_SUBWORDS and stop > start + 1:
        stop -= 1
    if stop == len(words.spans):
        return stop
    for candidate in range(stop, start + (stop - start) * 2 // 3, -1):
        if words.breaks[candidate - 1]:
            return candidate
    return stop


def _reach_back(words: Words, start: int, stop: int, context: int) -> int:
    """Return where the window begins: ``context`` words before the core, fewer when the sub-words would not fit."""
    edge, room = max(0, start - context), _room(words, start, stop)
    while edge < start and words.subwords(edge, start) > room:
        edge += 1
    return edge


def _reach_ahead(words: Words, start: int, stop: int, context: int) -> int:
    """Return where the window ends: ``context`` words after the core, fewer when the sub-words would not fit."""
    edge, room = min(len(words.spans), stop + context), _room(words, start, stop)
    while edge > stop and words.subwords(stop, edge) > room:
        edge -= 1
    return edge


def _room(words: Words, start: int, stop: int) -> int:
    return max(0, (MAX_SUBWORDS + 100 - words.subwords(start, stop)) // 2)
