"""All that the tagger learns from."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_engine.deidentify import Deidentifier
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.training.deidentify.notes import pieces_of_notes, read_texts
from nlp_engine.training.deidentify.sentences import Example, Sentences, filled, joined, read_phones
from nlp_engine.training.deidentify.values import Values

_GAPS = (" ", "\n", "\n\n")
_SMALL, _SHOUTED = 0.1, 0.02


@dataclass(frozen=True, slots=True)
class Material:
    """What examples are made of.

    Parameters
    ----------
    everyday
        Sentences with slots.
    presidio
        Sentences with slots of each template of Presidio's set.
    times
        How often each template is filled.
    without
        Names that are never filled in, since something is measured with them.
    """

    data: Path
    sentences: Sentences
    everyday: Sequence[str]
    presidio: Sequence[Sequence[str]]
    without: Collection[str] = frozenset()
    times: int = 24

    def examples(self, rules: DeidRules, rules_only: Deidentifier, seed: int) -> Iterator[Example]:
        """Yield the examples, which depend on the seed alone."""
        draw = random.Random(seed)
        values = Values(rules, read_phones().forms, draw, self.without)
        for example in self._of_sentences(values, draw):
            yield example.cased(draw.random(), small=_SMALL, shouted=_SHOUTED)
        for template in (*self.sentences.plain, *self.sentences.shorthand):
            for _ in range(self.times // 2):
                yield _part(template, draw).cased(draw.random(), small=2 * _SMALL, shouted=5 * _SHOUTED)
        lines, texts = self.sentences.clinical, read_texts(self.data)
        for example in pieces_of_notes(texts, rules_only, lines, values, draw):
            yield example.cased(draw.random(), small=_SMALL / 2, shouted=_SHOUTED)

    def _of_sentences(self, values: Values, draw: random.Random) -> Iterator[Example]:
        for template in (*self.everyday, *self.sentences.clinical):
            for _ in range(self.times):
                yield filled(template, values)
        for _ in range(len(self.everyday) * self.times // 4):
            some = draw.sample(list(self.everyday), draw.choice((2, 3)))
            yield joined([filled(template, values) for template in some], [draw.choice(_GAPS) for _ in some])
        for texts in self.presidio:
            for _ in range(self.times):
                yield filled(draw.choice(list(texts)), values)


def _part(sentence: str, draw: random.Random) -> Example:
    """Return a sentence that holds no name, or some words of it, with other digits."""
    words = sentence.split(" ")
    first = draw.randrange(len(words)) if draw.random() < 0.5 else 0
    text = " ".join(words[first : first + draw.randrange(3, 40)])
    return Example(re.sub(r"(?<=\d)\d|\d(?= )", lambda _: draw.choice("0123456789"), text), [])
