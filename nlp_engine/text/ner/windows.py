"""A text of any length -> words with offsets -> windows of whole sentences that fit the network.

Where a window ends is decided by its own words, not by how far into the text it stands: a passage that was copied from
another note falls into the same windows there, and is not computed again. Training and run time cut with this same
code. Decisions are made per word (the first sub-word of each): a span never starts inside a word.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SMALLEST, LARGEST, CONTEXT = 40, 80, 10
"""Words of a window, and words of context on either side of a piece of a sentence that is longer than a window."""
MAX_SUBWORDS = 384
_SENTENCE_END = frozenset(".!?;")
_SHORT = 2
"""A stop behind so few letters or digits ends no sentence: "1. Lumbar", "p.o. daily", "Dr. Smith"."""


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
    paragraphs
        For each word whether an empty line follows it.
    """

    spans: list[tuple[int, int]]
    ids: list[int]
    first: list[int]
    breaks: list[bool]
    paragraphs: list[bool]

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
    return Words(kept, list(encoding.ids), [*first, len(seen)], *_breaks(text, kept))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a word's span without separators at its ends, which are blanks to Python and none to BERT; never empty."""
    word = text[start:end]
    if word.isspace():
        return start, end
    return start + len(word) - len(word.lstrip()), start + len(word.rstrip())


def cut_windows(words: Words, *, smallest: int = SMALLEST, largest: int = LARGEST) -> Iterator[Window]:
    """Yield windows whose cores cover all words once.

    A window is closed at the end of a sentence as soon as it has ``smallest`` words and the sentence's own words say
    so (a checksum: every second sentence), at an empty line, or when the next sentence does not fit.

    Parameters
    ----------
    smallest, largest
        Words of a window. Only the last window of a text or paragraph is smaller; a sentence of more than ``largest``
        words is cut into overlapping windows.
    """
    start = stop = 0
    for sentence in _sentences(words):
        if stop > start and not _fits(words, start, sentence[1], largest):
            yield Window(start, stop, start, stop)
            start = stop
        stop = sentence[1]
        if not _fits(words, start, stop, largest):
            yield from _pieces(words, start, stop, largest)
            start = stop
        elif stop - start >= smallest and (words.paragraphs[stop - 1] or _closes(words, *sentence)):
            yield Window(start, stop, start, stop)
            start = stop
    if stop > start:
        yield Window(start, stop, start, stop)


def _breaks(text: str, spans: list[tuple[int, int]]) -> tuple[list[bool], list[bool]]:
    ends = [*(start for start, _ in spans[1:]), len(text)]
    breaks, paragraphs = [], []
    before = 0
    for (start, stop), following in zip(spans, ends, strict=False):
        gap = text[stop:following]
        is_stop = (
            text[stop - 1] in _SENTENCE_END and before > _SHORT and (bool(gap) or text[stop : stop + 1] in {"", ","})
        )
        breaks.append(is_stop or "\n" in gap)
        paragraphs.append(gap.count("\n") > 1)
        before = stop - start
    return breaks, paragraphs


def _sentences(words: Words) -> Iterator[tuple[int, int]]:
    start = 0
    for place, is_break in enumerate(words.breaks, start=1):
        if is_break or place == len(words.spans):
            yield start, place
            start = place


def _fits(words: Words, start: int, stop: int, largest: int) -> bool:
    return stop - start <= largest and words.subwords(start, stop) <= MAX_SUBWORDS


def _closes(words: Words, start: int, stop: int) -> bool:
    return crc32(array("q", words.ids[words.first[start] : words.first[stop]]).tobytes()) % 2 == 0


def _pieces(words: Words, start: int, stop: int, largest: int) -> Iterator[Window]:
    """Yield overlapping windows over a sentence that is too long for one."""
    core_start = start
    while core_start < stop:
        context = CONTEXT if largest > 3 * CONTEXT else 0
        core_stop = min(core_start + largest - 2 * context, stop)
        while words.subwords(core_start, core_stop) > MAX_SUBWORDS and core_stop > core_start + 1:
            core_stop -= 1
        begin, end = max(start, core_start - context), min(stop, core_stop + context)
        while words.subwords(begin, end) > MAX_SUBWORDS and (begin < core_start or end > core_stop):
            begin, end = min(begin + 1, core_start), max(end - 1, core_stop)
        yield Window(begin, end, core_start, core_stop)
        core_start = core_stop
